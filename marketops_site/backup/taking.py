"""Taking a backup: one moment of the whole database, while the exchange works."""

import subprocess
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder

import matching
from access.services import audit
from market.selectors import books
from marketops_site.backup import programs
from marketops_site.backup.envelope import FRAME_BYTES, BackupWriter
from marketops_site.backup.errors import BackupRefused


class Taken(NamedTuple):
    """A backup that was made."""

    path: Path
    size_bytes: int
    books: int


def take(path: Path, *, key: bytes | None) -> Taken:
    """Write a backup of the whole exchange to a file that is not there yet, and record it in the audit log.

    Trading goes on. Raises BackupRefused; then there is no file.
    """
    if path.exists():
        raise BackupRefused(f"{path} is there already: choose another name.")
    if not path.parent.is_dir():
        raise BackupRefused(f"There is no folder {path.parent}.")
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            cursor.execute("SELECT pg_export_snapshot()")
            snapshot = cursor.fetchone()[0]
        facts = _facts()
        try:
            with BackupWriter(path, facts=facts, key=key) as file:
                _dump(file, snapshot=snapshot)
        except OSError as error:
            raise BackupRefused(f"The backup could not be written to {path}: {error.strerror}.") from error
    detail: dict[str, object] = {"bytes": path.stat().st_size, "encrypted": key is not None, "books": facts["books"]}
    audit.record_system(action="exchange.backup", subject=path.name, detail=detail)
    return Taken(path, path.stat().st_size, len(facts["books"]))


def _facts() -> dict[str, Any]:
    """What a restore has to know before it touches anything, as of the backup's moment."""
    applied = MigrationRecorder(connection).applied_migrations()
    return {
        "created_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "postgres_major": programs.server_major(),
        "engine_version": matching.ENGINE_VERSION,
        "migrations": sorted([app, name] for app, name in applied),
        "books": {state.symbol: [state.command_seq, state.event_seq] for state in books.states()},
    }


def _dump(file: BackupWriter, *, snapshot: str) -> None:
    how = ("--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}")
    with tempfile.TemporaryFile() as complaints:
        with programs.start("pg_dump", *how, stdout=subprocess.PIPE, stderr=complaints) as dump:
            assert dump.stdout is not None
            while data := dump.stdout.read(FRAME_BYTES):
                file.write(data)
        if dump.returncode != 0:
            complaints.seek(0)
            raise BackupRefused(f"pg_dump failed: {programs.last_words(complaints.read())}")
