"""Reading the LOBSTER format: a file of messages, and a file with the book after each message.

Prices stand in it as whole numbers, the price times 10,000; a level that is not there has a price of 9999999999.
"""

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from simulation.errors import UnreadableRecording
from simulation.recorded.recording import ABOUT_A_VISIBLE_ORDER, LEVEL, MESSAGE, Integers, MessageKind, Recording
from vocabulary import limits
from vocabulary.orders import Side

COLUMNS = ("time", "type", "order id", "size", "price", "direction")
LEVEL_COLUMNS = ("ask price", "ask size", "bid price", "bid size")
MESSAGE_ROW = np.dtype([("time", "<f8"), *((name, "<i8") for name in COLUMNS[1:])])
TYPES = range(MessageKind.NEW, MessageKind.HALTED + 1)
PRICE_STEPS = 10_000
CENT_STEPS = 100
ABSENT_PRICE = 9_999_999_999
KIND_AFTER_A_HALT = {-1: MessageKind.HALTED, 0: MessageKind.QUOTING_RESUMED, 1: MessageKind.TRADING_RESUMED}
SIDES = {1: Side.BUY, -1: Side.SELL}
NS_PER_S = 1_000_000_000
SECONDS_MAX = 2 * 86_400


def read(messages_path: Path, book_path: Path) -> Recording:
    """Both files whole, in ticks of a cent, or of a hundredth of one where cents do not suffice.

    Raises UnreadableRecording naming file, line and column of the first thing that does not fit.
    """
    messages = _read_messages(messages_path)
    book = _read_book(book_path)
    if len(messages) != len(book):
        raise UnreadableRecording(
            f"{messages_path} has {len(messages)} lines and {book_path} has {len(book)}; they belong together line by "
            "line."
        )
    visible = np.isin(messages["type"], ABOUT_A_VISIBLE_ORDER)
    steps = CENT_STEPS if _in_cents(messages["price"][visible], book) else 1
    return Recording(
        messages=_in_ticks(messages, visible=visible, steps=steps),
        offers=_levels(book[:, 0::4], book[:, 1::4], steps=steps),
        bids=_levels(book[:, 2::4], book[:, 3::4], steps=steps),
        tick_size=Decimal(steps) / PRICE_STEPS,
    )


def _read_messages(path: Path) -> NDArray[np.void]:
    lines = _lines(path)
    rows = _table(path, lines, columns=COLUMNS, dtype=MESSAGE_ROW)
    time, kind, price = rows["time"], rows["type"], rows["price"]
    orders = np.isin(kind, ABOUT_A_VISIBLE_ORDER)
    expected = {
        "time": ((time >= 0) & (time < SECONDS_MAX), "is not a time in seconds after midnight"),
        "type": (np.isin(kind, TYPES), f"is not a message type; those are {TYPES.start} to {TYPES.stop - 1}"),
        "size": (
            (kind == MessageKind.HALTED) | ((rows["size"] > 0) & (rows["size"] <= limits.ORDER_QTY_LOTS_MAX)),
            f"is not a size from 1 to {limits.ORDER_QTY_LOTS_MAX}",
        ),
        "price": (
            np.where(kind == MessageKind.HALTED, np.isin(price, list(KIND_AFTER_A_HALT)), ~orders | _is_price(price)),
            "is not a price",
        ),
        "direction": (np.isin(rows["direction"], list(SIDES)) | (kind == MessageKind.HALTED), "is neither 1 nor -1"),
    }
    for place, name in enumerate(COLUMNS):
        fits, complaint = expected.get(name, (np.ones(len(rows), bool), ""))
        if not fits.all():
            _refuse(path, lines, row=int(np.argmin(fits)), column=place, name=name, complaint=complaint)
    if (backwards := np.flatnonzero(np.diff(time) < 0)).size:
        row = int(backwards[0]) + 1
        _refuse(path, lines, row=row, column=0, name="time", complaint="is earlier than the line before")
    return rows


def _read_book(path: Path) -> Integers:
    lines = _lines(path)
    width = lines[0].count(",") + 1
    if width % len(LEVEL_COLUMNS):
        raise UnreadableRecording(
            f"{path}, line 1: {width} columns; a book has {len(LEVEL_COLUMNS)} for every level "
            f"({', '.join(LEVEL_COLUMNS)})."
        )
    names = [f"{name} {level}" for level in range(1, width // len(LEVEL_COLUMNS) + 1) for name in LEVEL_COLUMNS]
    book: Integers = _table(path, lines, columns=names, dtype=np.dtype(np.int64))
    for place, name in enumerate(names):
        fits, complaint = _judge_book(book, place)
        if not fits.all():
            _refuse(path, lines, row=int(np.argmin(fits)), column=place, name=name, complaint=complaint)
    return book


def _judge_book(book: Integers, place: int) -> tuple[NDArray[np.bool_], str]:
    """Which cells of a column are as they must be, and what is wrong with the others."""
    column = book[:, place]
    if place % 2:
        is_absent = np.abs(book[:, place - 1]) == ABSENT_PRICE
        return np.where(is_absent, column == 0, column > 0), "is not the size of a level"
    is_absent = np.abs(column) == ABSENT_PRICE
    fits = is_absent | _is_price(column)
    if place < len(LEVEL_COLUMNS):
        return fits, "is not a price"
    better = book[:, place - len(LEVEL_COLUMNS)]
    is_worse = column > better if place % len(LEVEL_COLUMNS) == 0 else column < better
    return fits & (is_absent | is_worse), "is not a price worse than the level before"


def _is_price(values: Integers) -> NDArray[np.bool_]:
    return (values > 0) & (values <= limits.PRICE_TICKS_MAX)


def _lines(path: Path) -> list[str]:
    try:
        lines = path.read_bytes().decode("ascii").splitlines()
    except OSError as error:
        raise UnreadableRecording(f"{path}: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        bad = error.object[: error.start].count(b"\n") + 1
        raise UnreadableRecording(f"{path}, line {bad}: holds a byte that is no plain text.") from error
    if not lines:
        raise UnreadableRecording(f"{path} is empty.")
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            raise UnreadableRecording(f"{path}, line {number}: is blank.")
    return lines


def _table(path: Path, lines: list[str], *, columns: Sequence[str], dtype: np.dtype[Any]) -> NDArray[Any]:
    commas = len(columns) - 1
    for number, line in enumerate(lines, start=1):
        if line.count(",") != commas:
            raise UnreadableRecording(
                f"{path}, line {number}: {line.count(',') + 1} columns instead of {len(columns)}."
            )
    try:
        return np.loadtxt(lines, delimiter=",", dtype=dtype, comments=None, ndmin=1 if dtype.names else 2)
    except (ValueError, OverflowError) as error:
        _refuse_what_is_no_number(path, lines, columns=columns, dtype=dtype)
        raise UnreadableRecording(f"{path}: {error}") from error


def _refuse_what_is_no_number(
    path: Path,
    lines: list[str],
    *,
    columns: Sequence[str],
    dtype: np.dtype[Any],
) -> None:
    for row, line in enumerate(lines):
        for place, (name, cell) in enumerate(zip(columns, line.split(","), strict=True)):
            wanted = np.dtype(dtype[place] if dtype.names else dtype).type
            try:
                wanted(cell)
            except (ValueError, OverflowError):
                complaint = "is not a number" if wanted is np.float64 else "is not a whole number"
                _refuse(path, lines, row=row, column=place, name=name, complaint=complaint)


def _refuse(path: Path, lines: list[str], *, row: int, column: int, name: str, complaint: str) -> NoReturn:
    cell = lines[row].split(",")[column].strip()[:40]
    raise UnreadableRecording(f"{path}, line {row + 1}, column {column + 1} ({name}): {cell!r} {complaint}.")


def _in_cents(prices: Integers, book: Integers) -> bool:
    listed = book[:, 0::2]
    return not (prices % CENT_STEPS).any() and not (listed[np.abs(listed) != ABSENT_PRICE] % CENT_STEPS).any()


def _in_ticks(rows: NDArray[np.void], *, visible: NDArray[np.bool_], steps: int) -> NDArray[np.void]:
    messages = np.zeros(len(rows), dtype=MESSAGE)
    messages["time_ns"] = np.rint(rows["time"] * NS_PER_S)
    messages["kind"] = rows["type"]
    for price, kind in KIND_AFTER_A_HALT.items():
        messages["kind"][(rows["type"] == MessageKind.HALTED) & (rows["price"] == price)] = kind
    messages["order_id"] = rows["order id"]
    messages["size"] = rows["size"]
    messages["price_ticks"] = np.where(visible, rows["price"] // steps, 0)
    for direction, side in SIDES.items():
        messages["side"][rows["direction"] == direction] = side
    return messages


def _levels(prices: Integers, sizes: Integers, *, steps: int) -> NDArray[np.void]:
    levels = np.zeros(prices.shape, dtype=LEVEL)
    levels["qty"] = sizes
    levels["price_ticks"] = np.where(sizes > 0, prices // steps, 0)
    return levels
