"""Proving an export: it replays to what it records, and it is the one that the exchange remembers."""

from pathlib import Path
from typing import NamedTuple
from uuid import UUID

import matching
from market.journal import BrokenJournal
from market.matcher import restoring, verification
from market.matcher.restoring import HotBook
from market.models import JournalExport
from market.retention.export_file import Export, UnreadableExport, sha256_of


class Proof(NamedTuple):
    """What proving an export found; ``fault`` is empty when it holds.

    ``is_remembered`` says whether this database knows the file, so that it is one link of the chain up to now.
    """

    file: str
    symbol: str
    day: str
    commands: int
    is_remembered: bool
    fault: str


def prove(path: Path) -> Proof:
    """Replay an export from the book that it begins with and compare all it records, then compare it with the exchange.

    Raises UnreadableExport for a file that is no export.
    """
    export = Export(path)
    manifest = export.manifest
    fault, is_remembered = "", False
    try:
        _replay(export)
        is_remembered = _compare_with_memory(export, path=path)
    except (*verification.FAULTS, UnreadableExport) as error:
        fault = str(error) or type(error).__name__
    commands = manifest.last_command_seq - manifest.first_command_seq + 1
    return Proof(path.name, manifest.symbol, manifest.day, commands, is_remembered, fault)


def _replay(export: Export) -> None:
    manifest, start = export.manifest, export.start()
    if start.command_seq + 1 != manifest.first_command_seq or start.event_seq + 1 != manifest.first_event_seq:
        raise BrokenJournal("the book that the export begins with is not the one before its first command")
    digest = bytes.fromhex(manifest.first_digest)
    # Which batch is the first one only the journal's beginning tells; from there on they follow one another.
    hot = HotBook(manifest.instrument_id, UUID(manifest.epoch), restoring.UNKNOWN_VERSION, digest, start)
    for piece, written in export.pieces():
        verification.check_written(hot, piece, written, snapshots=[])
    found = (hot.book.command_seq, hot.book.event_seq, hot.book.trade_seq, hot.book_version, hot.digest.hex())
    said = (
        manifest.last_command_seq,
        manifest.last_event_seq,
        manifest.last_trade_seq,
        manifest.last_book_version,
        manifest.last_digest,
    )
    if found != said:
        raise BrokenJournal(f"the export leads to {found[:4]}, its manifest says {said[:4]}")


def _compare_with_memory(export: Export, *, path: Path) -> bool:
    manifest = export.manifest
    exports = JournalExport.objects.filter(instrument_id=manifest.instrument_id)
    known = exports.filter(last_command_seq=manifest.last_command_seq).first()
    if known is None:
        return False
    if (
        bytes(known.last_digest).hex() != manifest.last_digest
        or bytes(known.first_digest).hex() != manifest.first_digest
    ):
        raise BrokenJournal("the export is not the one that the exchange wrote: its digests are others")
    if bytes(known.file_sha256) != sha256_of(path):
        raise BrokenJournal("the file is not the one that the exchange wrote: its SHA-256 is another")
    before = exports.filter(last_command_seq=manifest.first_command_seq - 1).first()
    previous = bytes(before.last_digest) if before else matching.GENESIS
    if previous.hex() != manifest.first_digest:
        raise BrokenJournal("the export does not begin where the one before it ends")
    return True
