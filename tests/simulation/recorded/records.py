"""Records of a market written down by hand, and the real ones where they are present."""

import os
from pathlib import Path

from simulation.recorded import lobster
from simulation.recorded.recording import Recording

STORY = """\
34200.1,1,100,10,100000,1      | 100500,20,100000,10
34200.2,1,110,5,100100,1       | 100500,20,100100,5
34200.3,1,120,7,100100,1       | 100500,20,100100,12
34200.4,2,120,2,100100,1       | 100500,20,100100,10
34200.5,4,110,5,100100,1       | 100500,20,100100,5
34200.6,3,120,5,100100,1       | 100500,20,100000,25
34200.7,4,100,10,100000,1      | 100500,20,100000,15
34200.8,4,115,3,100000,1       | 100500,20,100000,12
34200.8,4,115,5,100000,1       | 100500,20,100000,7
34200.9,5,0,50,100250,1        | 100500,20,100000,7
34201.0,1,130,4,100200,1       | 100500,20,100200,4
34201.1,3,130,4,100200,1       | 100500,20,100000,2
"""
"""Order 115 comes unseen while its price is hidden; 15 lots that no message brought appear, and 5 vanish unseen."""

HALTED = """\
34200.1,1,100,10,100000,1      | 100500,20,100000,10
34200.2,7,0,0,-1,-1            | 100500,20,100000,10
34200.3,1,110,5,100000,1       | 100500,20,100000,15
34200.4,3,100,10,100000,1      | 100500,20,100000,5
34200.5,7,0,0,0,-1             | 100500,20,100000,5
34200.6,7,0,0,1,-1             | 100500,20,100000,5
34200.7,4,110,2,100000,1       | 100500,20,100000,3
"""
NO_BID = "-9999999999,0"


def write(folder: Path, record: str) -> tuple[Path, Path]:
    """Two files from lines of a message, a bar and the book after it."""
    halves = [[half.strip() for half in line.split("|")] for line in record.splitlines()]
    messages, book = folder / "messages.csv", folder / "book.csv"
    messages.write_text("".join(f"{message}\n" for message, _ in halves))
    book.write_text("".join(f"{levels}\n" for _, levels in halves))
    return messages, book


def recorded(folder: Path, record: str) -> Recording:
    """The recording in such lines."""
    return lobster.read(*write(folder, record))


def real_files(symbol: str, *, levels: int) -> tuple[Path, Path]:
    """The files of a real day, which MARKETOPS_RECORDED_DATA must hold."""
    folder = Path(os.environ["MARKETOPS_RECORDED_DATA"]) / "lobster"
    return folder / f"{symbol}_2012-06-21_message_{levels}.csv", folder / f"{symbol}_2012-06-21_orderbook_{levels}.csv"


def real(symbol: str, *, levels: int) -> Recording:
    """The recording of a real day."""
    return lobster.read(*real_files(symbol, levels=levels))
