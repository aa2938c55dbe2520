"""The file that a day of a book's journal is exported to: NumPy arrays in a zip, and a manifest.

docs/operations.md describes the format for those who read it without this code.
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

import matching
from market.journal import (
    COMMAND_COLUMNS,
    EPOCH,
    EVENT_COLUMNS,
    TERMS_COLUMNS,
    BatchRange,
    BrokenJournal,
    Piece,
)
from market.matcher.traded import FEE_COLUMNS, TRADE_COLUMNS
from market.matcher.verification import Written

FORMAT = "marketops-journal-export"
FORMAT_VERSION = 1
MANIFEST, START = "manifest.json", "start.book"
HASHED_BYTES = 1 << 20

TRADE_NAMES = (*TRADE_COLUMNS, *FEE_COLUMNS)
COMMAND_NAMES = (*COMMAND_COLUMNS, *TERMS_COLUMNS)
COMMANDS = np.dtype([("command_seq", "<i8"), *((name, "<i8") for name in COMMAND_NAMES), ("inbox_id", "<i8")])
EVENTS = np.dtype([*((name, "<i8") for name in EVENT_COLUMNS), ("transact_time_ns", "<i8")])
TRADES = np.dtype([(name, "<i8") for name in TRADE_NAMES])
BATCHES = np.dtype(
    [
        *((name, "<i8") for name in BatchRange._fields[:5]),
        ("digest", "u1", (32,)),
        ("batch_uuid", "u1", (16,)),
        ("worker", "<U64"),
        ("committed_at_us", "<i8"),
        ("seal", "u1", (32,)),
    ]
)
PARTS = {"commands": COMMANDS, "events": EVENTS, "trades": TRADES, "batches": BATCHES}


class UnreadableExport(ValueError):
    """The file is no export of a journal, or it is damaged."""


class Manifest(NamedTuple):
    """What an export says of itself. Digests are the chained ones before its first batch and after its last, as hex."""

    symbol: str
    instrument_id: int
    epoch: str
    engine_version: int
    tick_size: str
    lot_size: str
    day: str
    first_command_seq: int
    last_command_seq: int
    first_event_seq: int
    last_event_seq: int
    last_trade_seq: int
    last_book_version: int
    first_digest: str
    last_digest: str
    pieces: int
    sha256: dict[str, str]


class ExportWriter:
    """Writes an export piece by piece; what is not closed with a manifest is no export."""

    def __init__(self, path: Path, *, start: matching.Book) -> None:
        self._path = path
        self._zip = zipfile.ZipFile(path, "w", compression=zipfile.ZIP_DEFLATED, compresslevel=6)
        self._sha256: dict[str, str] = {}
        self.pieces = 0
        self._write(START, matching.snapshot(start))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._zip.close()
        if kind is not None:
            self._path.unlink(missing_ok=True)

    def add(self, piece: Piece, written: Written) -> None:
        """Append a piece of the journal."""
        self.pieces += 1
        arrays = {
            "commands": _commands(piece, written),
            "events": _with(written.events, dtype=EVENTS, transact_time_ns=written.times_ns),
            "trades": _trades(written),
            "batches": _batches(piece),
        }
        for name, array in arrays.items():
            held = io.BytesIO()
            np.lib.format.write_array(held, array, allow_pickle=False)
            self._write(_member(self.pieces, name), held.getvalue())

    def finish(self, **facts: Any) -> Manifest:
        """Write the manifest of what was added; ``facts`` are its fields that the pieces do not tell."""
        manifest = Manifest(**facts, pieces=self.pieces, sha256=self._sha256)
        head = {"format": FORMAT, "version": FORMAT_VERSION}
        self._zip.writestr(MANIFEST, json.dumps(head | manifest._asdict(), indent=1))
        return manifest

    def _write(self, name: str, data: bytes) -> None:
        self._zip.writestr(name, data)
        self._sha256[name] = hashlib.sha256(data).hexdigest()


class Export:
    """An export that is read. Raises UnreadableExport for what is none, or is damaged."""

    def __init__(self, path: Path) -> None:
        try:
            self._zip = zipfile.ZipFile(path)
            said = json.loads(self._zip.read(MANIFEST))
        except (OSError, KeyError, ValueError, zipfile.BadZipFile) as error:
            raise UnreadableExport(f"{path.name} is no export of a journal: {error}") from error
        if said.pop("format", None) != FORMAT or said.pop("version", None) != FORMAT_VERSION:
            raise UnreadableExport(f"{path.name} is no export of a journal in format {FORMAT_VERSION}")
        try:
            self.manifest = Manifest(**said)
        except TypeError as error:
            raise UnreadableExport(f"the manifest of {path.name} is damaged: {error}") from error

    def start(self) -> matching.Book:
        """The book before the first command."""
        return matching.restore(self._read(START))

    def pieces(self) -> Iterator[tuple[Piece, Written]]:
        """The journal, piece by piece."""
        for number in range(1, self.manifest.pieces + 1):
            arrays = {name: self._array(_member(number, name), dtype=dtype) for name, dtype in PARTS.items()}
            batches = [_batch(row) for row in arrays["batches"]]
            if not batches:
                raise UnreadableExport(f"piece {number} holds no batch")
            yield (
                Piece(batches, _records(arrays["commands"], dtype=matching.COMMAND)),
                Written(
                    batches[0],
                    _records(arrays["events"], dtype=matching.EVENT),
                    arrays["events"]["transact_time_ns"],
                    arrays["commands"]["inbox_id"],
                    {name: arrays["trades"][name] for name in TRADE_NAMES},
                ),
            )

    def _array(self, name: str, *, dtype: np.dtype[np.void]) -> NDArray[np.void]:
        try:
            array: NDArray[np.void] = np.lib.format.read_array(io.BytesIO(self._read(name)), allow_pickle=False)
        except ValueError as error:
            raise UnreadableExport(f"{name} is damaged: {error}") from error
        if array.dtype != dtype:
            raise UnreadableExport(f"{name} does not hold the columns of the format")
        return array

    def _read(self, name: str) -> bytes:
        try:
            data = self._zip.read(name)
        except (KeyError, OSError, ValueError, zipfile.BadZipFile) as error:
            raise UnreadableExport(f"{name} is damaged: {error}") from error
        if hashlib.sha256(data).hexdigest() != self.manifest.sha256.get(name):
            raise UnreadableExport(f"{name} does not have the SHA-256 of the manifest")
        return data


def sha256_of(path: Path) -> bytes:
    """The SHA-256 of a whole file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").digest()


def _member(number: int, part: str) -> str:
    return f"piece-{number:06d}/{part}.npy"


def _with(records: matching.Records, *, dtype: np.dtype[np.void], **columns: NDArray[np.int64]) -> NDArray[np.void]:
    array = np.zeros(len(records), dtype=dtype)
    for name in records.dtype.names or ():
        array[name] = records[name]
    for name, column in columns.items():
        array[name] = column
    return array


def _commands(piece: Piece, written: Written) -> NDArray[np.void]:
    first = piece.batches[0].first_command_seq
    numbers = np.arange(first, first + len(piece.commands))
    return _with(piece.commands, dtype=COMMANDS, command_seq=numbers, inbox_id=written.inbox_ids)


def _trades(written: Written) -> NDArray[np.void]:
    array = np.zeros(len(written.trades["trade_seq"]), dtype=TRADES)
    for name in TRADE_NAMES:
        array[name] = written.trades[name]
    return array


def _batches(piece: Piece) -> NDArray[np.void]:
    array = np.zeros(len(piece.batches), dtype=BATCHES)
    for place, batch in enumerate(piece.batches):
        array[place] = (
            *batch[:5],
            np.frombuffer(batch.digest, np.uint8),
            np.frombuffer(batch.batch_uuid.bytes, np.uint8),
            batch.worker,
            (batch.committed_at - EPOCH) // timedelta(microseconds=1),
            np.frombuffer(batch.seal or bytes(32), np.uint8),
        )
    return array


def _batch(row: np.void) -> BatchRange:
    seal = row["seal"].tobytes()
    return BatchRange(
        book_version=int(row["book_version"]),
        first_command_seq=int(row["first_command_seq"]),
        last_command_seq=int(row["last_command_seq"]),
        first_event_seq=int(row["first_event_seq"]),
        last_event_seq=int(row["last_event_seq"]),
        digest=row["digest"].tobytes(),
        batch_uuid=UUID(bytes=row["batch_uuid"].tobytes()),
        worker=str(row["worker"]),
        committed_at=_moment(int(row["committed_at_us"])),
        seal=seal if any(seal) else None,
    )


def _moment(microseconds: int) -> datetime:
    return EPOCH + timedelta(microseconds=microseconds)


def _records(array: NDArray[np.void], *, dtype: np.dtype[np.void]) -> matching.Records:
    records = np.zeros(len(array), dtype=dtype)
    for name in dtype.names or ():
        records[name] = array[name]
        if not np.array_equal(records[name], array[name]):
            raise BrokenJournal(f"the export holds a {name} that no batch could have written")
    return records
