"""Bringing a backup back: all of it in one transaction, and then a new epoch with every book halted.

What the exchange did between the backup and the restore is gone, and its participants may know of it. So the numbers of
orders and the like leap ahead, lest one that somebody was given is given again, and every book gets a new epoch, in
which the numbers of its events and trades go on from where the backup was.
"""

import shutil
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any, NamedTuple

from django.core.management import call_command
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader

import matching
from access.services import audit
from market.selectors import books
from market.services import reopening
from marketops_site.backup import programs
from marketops_site.backup.envelope import Backup
from marketops_site.backup.errors import BackupRefused

ID_LEAP = 1_000_000_000
LOCK_TIMEOUT_S = 10
UNOPENED = "brought back, not yet opened: `manage.py restore --adopt`"

EMPTY = f"""
BEGIN;
SET LOCAL lock_timeout = '{LOCK_TIMEOUT_S}s';
DROP SCHEMA public CASCADE;
CREATE SCHEMA public;
"""
CLOSE_BOOKS = f"""
UPDATE public.market_book SET epoch = gen_random_uuid(), status = 'STOPPED', status_reason = '{UNOPENED}';
"""
LEAP = """
DO $$
DECLARE
    numbers record;
BEGIN
    FOR numbers IN SELECT format('%I.%I', schemaname, sequencename) AS name, COALESCE(last_value, 0) AS last
                     FROM pg_sequences WHERE schemaname = 'public' AND data_type = 'bigint'::regtype
    LOOP
        PERFORM setval(numbers.name, greatest(numbers.last, {floor}) + {leap});
    END LOOP;
END $$;
"""


class BroughtBack(NamedTuple):
    """What a restore brought back: when the backup was made, and the books that are halted now."""

    created_at: str
    symbols: list[str]


def restore(path: Path, *, key: bytes | None, replace: bool) -> BroughtBack:
    """Bring a backup back into this installation's database, which has to be empty unless ``replace`` is given.

    The whole file is read and its versions are compared first. Raises BackupRefused; then nothing was changed.
    """
    backup = Backup(path, key=key)
    backup.check()
    _refuse_other_versions(backup.facts)
    _refuse_while_at_work()
    replaced = _holds()
    if replaced and not replace:
        raise BackupRefused(
            f"The database holds an exchange ({replaced}): a restore would delete it. Say --replace if it is to go."
        )
    _load(backup, floor=_largest_number())
    _open(reason=f"restored from the backup of {backup.facts['created_at']}")
    detail: dict[str, object] = {"created_at": backup.facts["created_at"], "books": backup.facts["books"]}
    audit.record_system(
        action="exchange.restore", subject=path.name, detail={**detail, "replaced": replaced or "nothing"}
    )
    return BroughtBack(backup.facts["created_at"], sorted(backup.facts["books"]))


def adopt() -> list[str]:
    """Take over a database that was brought back by other means: a new epoch for each book, all halted, numbers ahead.

    For a database out of ``pg_restore`` or a recovery to an earlier moment, and for a restore that was interrupted.
    Returns the symbols. Raises BackupRefused while the exchange is at work.
    """
    _refuse_while_at_work()
    if not _holds():
        raise BackupRefused("The database holds no exchange to take over.")
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute(CLOSE_BOOKS)
        cursor.execute(LEAP.format(floor=0, leap=ID_LEAP))
    symbols = _open(reason="taken over after it was brought back")
    audit.record_system(action="exchange.adopt", subject="database", detail={"books": symbols})
    return symbols


def _refuse_other_versions(facts: dict[str, Any]) -> None:
    major, engine = facts.get("postgres_major", 0), facts.get("engine_version", 0)
    if major > programs.server_major():
        raise BackupRefused(
            f"The backup is of PostgreSQL {major} and the server is {programs.server_major()}: use a server as new."
        )
    if engine > matching.ENGINE_VERSION:
        raise BackupRefused(
            f"The backup's books are of matching core {engine}, this one is {matching.ENGINE_VERSION}: "
            "use a MarketOps as new as the one that made it."
        )
    known = MigrationLoader(None, ignore_no_migrations=True).disk_migrations
    unknown = [f"{app}.{name}" for app, name in facts.get("migrations", []) if (app, name) not in known]
    if unknown:
        raise BackupRefused(
            f"The backup was made by a newer MarketOps (its tables know {unknown[0]}): use one as new as that."
        )


def _refuse_while_at_work() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT application_name FROM pg_stat_activity WHERE datname = current_database()"
            " AND application_name LIKE 'marketops-%%' AND application_name <> %s ORDER BY 1",
            [connection.settings_dict["OPTIONS"]["application_name"]],
        )
        at_work = [row[0].removeprefix("marketops-") for row in cursor.fetchall()]
    if at_work:
        raise BackupRefused(f"The exchange is at work ({', '.join(at_work)}): stop it first.")


def _holds() -> str:
    """What of an exchange the database holds, in a few words; empty for nothing."""
    tables = connection.introspection.table_names()
    if "market_book" not in tables:
        return "tables of something else" if tables else ""
    symbols = [state.symbol for state in books.states()]
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM access_user")
        users = int(cursor.fetchone()[0])
    return f"{len(symbols)} instruments, {users} users" if symbols or users else ""


def _largest_number() -> int:
    """The largest number given out by the exchange that is replaced."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT COALESCE(max(last_value), 0) FROM pg_sequences WHERE schemaname = 'public'")
        return int(cursor.fetchone()[0])


def _load(backup: Backup, *, floor: int) -> None:
    """Replace everything by the dump, in one transaction of psql's."""
    connection.close()
    with tempfile.TemporaryFile() as complaints:
        unpack = programs.start(
            "pg_restore", "--no-owner", "--no-privileges", "--file=-",
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=complaints,
        )  # fmt: skip
        psql = programs.start(
            "psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", "-",
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=complaints,
        )  # fmt: skip
        try:
            is_done = _pump(backup, unpack=unpack, psql=psql, floor=floor)
        finally:
            for process in (unpack, psql):  # without its COMMIT, what psql did is undone
                process.kill()
                process.wait()
        if not is_done:
            complaints.seek(0)
            raise BackupRefused(f"The backup could not be brought back: {programs.last_words(complaints.read())}")


def _pump(backup: Backup, *, unpack: "subprocess.Popen[bytes]", psql: "subprocess.Popen[bytes]", floor: int) -> bool:
    """Let the dump flow through pg_restore into psql and commit; False when one of them gave up."""
    assert unpack.stdin is not None
    assert unpack.stdout is not None
    assert psql.stdin is not None
    with ThreadPoolExecutor(max_workers=1) as feeder:
        fed = feeder.submit(_feed, backup, unpack.stdin)
        try:
            psql.stdin.write(EMPTY.encode())
            shutil.copyfileobj(unpack.stdout, psql.stdin)
            if unpack.wait() != 0 or not fed.result():
                return False
            psql.stdin.write((CLOSE_BOOKS + LEAP.format(floor=floor, leap=ID_LEAP) + "COMMIT;\n").encode())
            psql.stdin.close()
        except BrokenPipeError:
            return False
        finally:
            unpack.kill()  # or whoever feeds it would wait for ever
    return psql.wait() == 0


def _feed(backup: Backup, stream: IO[bytes]) -> bool:
    try:
        with stream:
            for data in backup.dump():
                stream.write(data)
    except BrokenPipeError:
        return False
    return True


def _open(*, reason: str) -> list[str]:
    """Bring the tables up to date and give each book back to the matcher, halted."""
    call_command("migrate", interactive=False, verbosity=0)
    return reopening.open_halted(reason=reason, stopped_for=UNOPENED)
