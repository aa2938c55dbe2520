"""Heads of the audit log, kept in a file outside the database: who rewrites the whole log does not reach them there.

One line a head: when it was kept, how many entries the log had, the last one's id and its digest. Lines are added only.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import structlog

from access.records import AuditHeadRecord

logger = structlog.get_logger(__name__)


def keep(head: AuditHeadRecord, *, path: Path) -> None:
    """Add a line to the file, and say the same in this process's own log, which is a second place outside."""
    logger.info("audit_head", entries=head.entries, entry_id=head.entry_id, digest=head.digest.hex())
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("a", encoding="ascii") as file:
            moment = datetime.now(UTC).isoformat(timespec="seconds")
            file.write(f"{moment} {head.entries} {head.entry_id} {head.digest.hex()}\n")
    except OSError as error:
        logger.warning("audit_head_not_kept", path=str(path), error=str(error))


def kept(path: Path) -> Iterator[AuditHeadRecord]:
    """The heads in the file, oldest first; none when there is no file. Raises ValueError for a line that is none."""
    if not path.exists():
        return
    for number, line in enumerate(path.read_text(encoding="ascii").splitlines(), start=1):
        try:
            _, entries, entry_id, digest = line.split(" ")
            yield AuditHeadRecord(int(entries), int(entry_id), bytes.fromhex(digest))
        except ValueError as error:
            raise ValueError(f"line {number} of {path} is no head of the audit log") from error
