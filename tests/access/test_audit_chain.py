"""The audit log is a chain: whatever is changed in it shows, even when whoever did it could take the triggers off."""

import threading
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection, connections, transaction
from django.db.migrations.executor import MigrationExecutor

from access import audit_heads, tasks
from access.models import AuditEntry
from access.selectors import audit
from access.services import audit as audit_log
from market.services import trading

CHANGES = {
    "id": "id + 1000000",
    "happened_at": "happened_at + interval '1 microsecond'",
    "actor_id": "COALESCE(actor_id, 0) + 1",
    "actor_name": "actor_name || '.'",
    "door": "'web'",
    "address": "'10.0.0.9'",
    "action": "action || '.'",
    "subject": "subject || '.'",
    "detail": """detail || '{"amount": "1"}'""",
    "digest": "decode(repeat('ab', 32), 'hex')",
}


@pytest.fixture
def logged(market):
    """A log with some entries, of people and of the exchange itself."""
    for number in range(5):
        trading.halt("ACME", reason=f"news {number}", actor=market.operator)
        audit_log.record_system(action="exchange.note", subject="any", detail={"number": number, "parts": [1.5, None]})
    assert audit.verify().faults == ()
    return market


def rewrite(*statements: str) -> None:
    """Do to the log what the database refuses, as its owner could."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE access_auditentry DISABLE TRIGGER only_grows")
        for statement in statements:
            cursor.execute(statement)
        cursor.execute("ALTER TABLE access_auditentry ENABLE TRIGGER only_grows")


def test_a_change_is_known_for_every_column_that_there_is():
    assert set(CHANGES) == {field.column for field in AuditEntry._meta.concrete_fields}


@pytest.mark.parametrize("column", CHANGES)
@pytest.mark.parametrize("which", ["min", "max"])
def test_a_changed_column_is_found(logged, column, which):
    rewrite(
        f"UPDATE access_auditentry SET {column} = {CHANGES[column]}"
        f" WHERE id = (SELECT {which}(id) FROM access_auditentry)"
    )
    assert audit.verify().faults


@pytest.mark.parametrize("which", ["id = 3", "id = 1", "id = (SELECT max(id) FROM access_auditentry)", "true"])
def test_entries_that_are_gone_are_missed(logged, which):
    rewrite(f"DELETE FROM access_auditentry WHERE {which}")
    assert audit.verify().faults


def test_an_emptied_log_is_missed_even_when_its_head_goes_too_once_a_head_was_kept(logged, tmp_path):
    kept = keep_head(tmp_path)
    rewrite("TRUNCATE access_auditentry", "DELETE FROM access_audithead")
    assert audit.verify().faults == ()
    assert audit.verify(kept=audit_heads.kept(kept)).faults


def test_exchanged_entries_are_found(logged):
    rewrite(SWAP)
    assert audit.verify().faults


SWAP = """
UPDATE access_auditentry SET id = CASE id WHEN 3 THEN -4 ELSE -3 END WHERE id IN (3, 4);
UPDATE access_auditentry SET id = -id WHERE id < 0
"""


def test_a_log_that_was_rewritten_as_a_whole_is_found_by_a_head_that_was_kept(logged, tmp_path):
    kept = keep_head(tmp_path)
    rewrite("DELETE FROM access_auditentry WHERE id > 4", "DELETE FROM access_audithead", rechain())
    assert audit.verify().faults == (), "who rewrites it all leaves a log that holds by itself"
    assert audit.verify(kept=audit_heads.kept(kept)).faults


def rechain() -> str:
    last = AuditEntry.objects.get(pk=4)
    return f"INSERT INTO access_audithead VALUES (1, 4, 4, decode('{bytes(last.digest).hex()}', 'hex'))"


def test_the_newest_entries_alone_can_be_verified(logged):
    assert audit.verify(count=4).entries == 4
    rewrite("UPDATE access_auditentry SET subject = 'x' WHERE id = (SELECT max(id) - 1 FROM access_auditentry)")
    assert audit.verify(count=4).faults
    assert audit.verify(count=1).faults == ()


def keep_head(folder: Path) -> Path:
    path = folder / "heads" / "audit-heads.log"
    audit_heads.keep(audit.head(), path=path)
    return path


def test_the_hourly_head_is_added_to_the_file_and_the_log_goes_on_behind_it(logged, tmp_path, settings):
    settings.AUDIT_HEADS_FILE = tmp_path / "audit-heads.log"
    tasks.keep_audit_head()
    trading.halt("ACME", reason="more news", actor=logged.operator)
    tasks.keep_audit_head()
    first, second = audit_heads.kept(settings.AUDIT_HEADS_FILE)
    assert second.entries == first.entries + 1
    assert audit.verify(kept=[first, second]).faults == ()


def test_a_file_of_heads_that_was_changed_is_refused(tmp_path):
    path = tmp_path / "audit-heads.log"
    path.write_text("2026-11-28T12:00:00+00:00 5 7\n")
    with pytest.raises(ValueError, match=r"line 1 of .* is no head of the audit log"):
        list(audit_heads.kept(path))


def test_acts_at_the_same_time_stand_in_one_chain(logged):
    before = audit.head().entries
    threads = [threading.Thread(target=note_often, args=[number]) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert audit.head().entries == before + 40
    assert audit.verify().faults == ()


def note_often(number: int) -> None:
    for step in range(10):
        audit_log.record_system(action="exchange.note", subject=f"{number}-{step}", detail={})
    connections.close_all()


def test_an_act_that_is_rolled_back_leaves_no_gap_in_the_chain(logged):
    before = audit.head()
    with transaction.atomic():
        audit_log.record_system(action="exchange.note", subject="never", detail={})
        transaction.set_rollback(True)
    assert audit.head() == before
    audit_log.record_system(action="exchange.note", subject="later", detail={})
    assert audit.verify().faults == ()


def test_the_entries_of_the_last_release_are_chained_when_it_is_taken_over(logged):
    entries = AuditEntry.objects.count()
    MigrationExecutor(connection).migrate([("access", "0003_ssh_key")])
    call_command("migrate", verbosity=0, interactive=False)
    verdict = audit.verify()
    assert (verdict.entries, verdict.faults) == (entries, ())
