"""Old days of a journal leave the database for a file that proves itself, and what stays verifies from there on."""

import hashlib
import json
import time
import zipfile
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from access.selectors import audit
from market.errors import InvalidRequest
from market.matcher import past_books, restoring, sampling, verification
from market.matcher.drain import Matcher
from market.models import (
    Batch,
    Book,
    Instrument,
    JournalCommand,
    JournalEvent,
    JournalExport,
    JournalTerms,
    Order,
    Trade,
)
from market.models.book import BookStatus
from market.retention import journals, proving
from market.retention.export_file import Export, UnreadableExport
from market.selectors import journals as journal_selectors
from market.selectors import trades
from market.services import trading
from tests.market_place import MarketPlace
from vocabulary import limits

DAYS = 4
TABLES = (JournalCommand, JournalEvent, JournalTerms, Batch, Trade)


@pytest.fixture
def market_of_days(market: MarketPlace, monkeypatch) -> MarketPlace:
    """A market that has traded on four days up to today, a little more on each, with icebergs and a halt."""
    monkeypatch.setattr(limits, "SNAPSHOT_EVERY_COMMANDS", 5)
    now_ns = time.time_ns
    for ago in range(DAYS - 1, -1, -1):
        monkeypatch.setattr(time, "time_ns", lambda ago=ago: now_ns() - ago * 86_400 * 10**9)
        for _ in range(DAYS - ago):
            market.trade(10)
            market.place("BUY", 50, "9.00", display_qty=10)
            market.drain()
    monkeypatch.setattr(time, "time_ns", now_ns)
    trading.halt("ACME", reason="news pending", actor=market.operator)
    trading.resume("ACME", actor=market.operator)
    return market


def day(ago: int) -> date:
    return datetime.now(UTC).date() - timedelta(days=ago)


def acme() -> Instrument:
    return Instrument.objects.get(symbol="ACME")


def rows() -> dict[str, int]:
    return {model.__name__: model.objects.count() for model in TABLES}


def run(folder: Path, *, keep_days: int = 2) -> list[journals.Exported]:
    return journals.run(keep_days=keep_days, folder=folder)


def test_days_older_than_those_kept_are_exported_whole_and_deleted(market_of_days, tmp_path):
    before = rows()
    done = run(tmp_path)
    assert [(exported.day, exported.commands, exported.trades) for exported in done] == [(day(3), 3, 1)]
    assert rows() == {
        "JournalCommand": before["JournalCommand"] - 3,
        "JournalEvent": before["JournalEvent"] - JournalExport.objects.get().last_event_seq,
        "JournalTerms": before["JournalTerms"] - 1,
        "Batch": before["Batch"] - 2,
        "Trade": before["Trade"] - 1,
    }
    assert run(tmp_path) == []
    (entry,) = [entry for entry in audit.newest(count=5) if entry.action == "journal.export"]
    assert (entry.subject, entry.detail["file"]) == ("ACME", done[0].path.name)


def test_the_journal_that_stays_verifies_and_says_from_where(market_of_days, tmp_path):
    whole = verification.verify(acme())
    run(tmp_path)
    verdict = verification.verify(acme())
    assert (verdict.fault, verdict.first_command_seq) == ("", 4)
    assert (verdict.commands, verdict.events, verdict.digest) == (whole.commands, whole.events, whole.digest)
    shown = StringIO()
    call_command("journal", "verify", "ACME", stdout=shown)
    assert shown.getvalue().splitlines()[-1].split()[:2] == ["ACME", "4"]
    while not journal_selectors.checks() or journal_selectors.checks()[0].rounds == 0:
        look = sampling.look(acme())
        assert look is not None
        assert look.fault == ""


def test_the_market_trades_on_with_its_old_orders_and_a_fresh_worker(market_of_days, tmp_path):
    market = market_of_days
    run(tmp_path)
    market.matcher = Matcher()
    open_orders = Order.objects.filter(is_open=True).count()
    assert restoring.restore(acme().pk).book.open_order_count == open_orders > 1
    market.trade(5)
    assert trades.newest("ACME", count=1)[0].quantity == 5
    assert verification.verify(acme()).fault == ""


def test_what_has_expired_is_told_apart_from_what_has_not_happened(market_of_days, tmp_path):
    assert journal_selectors.journal_start("ACME").first_event_seq == 1
    run(tmp_path)
    start = journal_selectors.journal_start("ACME")
    assert (start.first_command_seq, start.first_event_seq) == (4, JournalExport.objects.get().last_event_seq + 1)
    with pytest.raises(InvalidRequest) as refused:
        past_books.book_at("ACME", sequence=1)
    assert (refused.value.code, refused.value.field) == ("expired", "at")
    assert past_books.book_at("ACME", sequence=start.first_event_seq - 1).command_seq == 3
    assert past_books.book_at("ACME", sequence=start.first_event_seq).command_seq == 4


def test_an_export_proves_itself_and_follows_on_the_one_before_it(market_of_days, tmp_path):
    first = run(tmp_path)
    second = journals.run(keep_days=2, folder=tmp_path, now=datetime.now(UTC) + timedelta(days=2))
    assert [exported.day for exported in second] == [day(2), day(1)]
    for exported in (*first, *second):
        proof = proving.prove(exported.path)
        assert (proof.fault, proof.is_remembered, proof.commands) == ("", True, exported.commands)
    manifests = [Export(exported.path).manifest for exported in (*first, *second)]
    assert [manifest.first_digest for manifest in manifests[1:]] == [
        manifest.last_digest for manifest in manifests[:-1]
    ]
    assert verification.verify(acme()).fault == ""


def test_an_export_is_read_with_numpy_alone(market_of_days, tmp_path):
    expected = [(row.command_seq, row.order_qty_lots) for row in JournalCommand.objects.order_by("command_seq")[:3]]
    (exported,) = run(tmp_path)
    with zipfile.ZipFile(exported.path) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        with archive.open("piece-000001/commands.npy") as member:
            commands = np.lib.format.read_array(member)
    assert (manifest["format"], manifest["version"], manifest["symbol"]) == ("marketops-journal-export", 1, "ACME")
    assert list(zip(commands["command_seq"], commands["order_qty_lots"], strict=True)) == expected
    assert exported.path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("part", ["commands", "events", "trades", "batches"])
def test_an_export_in_which_something_was_changed_does_not_hold(market_of_days, tmp_path, part):
    (exported,) = run(tmp_path)
    forged = tmp_path / "forged.zip"
    forge(exported.path, forged, member=f"piece-000001/{part}.npy")
    shown = StringIO()
    with pytest.raises(CommandError, match=r"1 export\(s\) do not hold"):
        call_command("retention", "prove", str(forged), stdout=shown)
    assert "does not have the SHA-256 of the manifest" in shown.getvalue()
    forge(exported.path, forged, member=f"piece-000001/{part}.npy", also_its_digest=True)
    assert proving.prove(forged).fault != ""


def test_what_is_no_export_is_refused_in_one_line(market_of_days, tmp_path):
    (tmp_path / "letter.zip").write_bytes(b"Dear exchange")
    with pytest.raises(UnreadableExport, match=r"letter\.zip is no export of a journal"):
        proving.prove(tmp_path / "letter.zip")
    with pytest.raises(CommandError, match="is no export of a journal"):
        call_command("retention", "prove", str(tmp_path / "missing.zip"))


def test_a_day_that_does_not_verify_is_neither_exported_nor_deleted_and_its_book_stops(
    market_of_days, tmp_path, tamper
):
    tamper("UPDATE market_journalevent SET leaves_qty_lots = leaves_qty_lots + 1 WHERE event_seq = 2")
    before = rows()
    assert run(tmp_path) == []
    assert rows() == before
    assert list(tmp_path.iterdir()) == []
    assert Book.objects.get().status == BookStatus.STOPPED


def test_a_run_that_was_killed_while_it_deleted_is_finished_by_the_next(market_of_days, tmp_path):
    journals._export_day(acme(), day=day(3), last_command_seq=3, folder=tmp_path)
    assert JournalCommand.objects.filter(command_seq__lte=3).count() == 3
    assert verification.verify(acme()).fault == ""
    assert run(tmp_path) == []
    assert JournalCommand.objects.filter(command_seq__lte=3).count() == 0
    assert verification.verify(acme()).fault == ""


def test_nothing_is_let_go_unless_it_is_asked_for(market_of_days, tmp_path, settings):
    settings.EXPORT_DIR = tmp_path
    before = rows()
    shown = StringIO()
    call_command("retention", "run", stdout=shown)
    assert (
        shown.getvalue()
        == "0 days exported; 0 snapshots, 0 candles of a second, 0 samples of equity and 0 of quotes deleted\n"
    )
    assert rows() == before
    call_command("retention", "run", "--journal-days", "2", stdout=shown)
    assert shown.getvalue().splitlines()[-1] == (
        "1 days exported; 0 snapshots, 0 candles of a second, 0 samples of equity and 0 of quotes deleted"
    )
    with pytest.raises(CommandError, match="must be 0 for ever, or 2 days at least"):
        call_command("retention", "run", "--journal-days", "1")


def test_where_no_file_can_be_written_nothing_is_deleted(market_of_days, tmp_path, settings):
    (tmp_path / "file").touch()
    settings.EXPORT_DIR = tmp_path / "file" / "exports"
    before = rows()
    with pytest.raises(CommandError, match="nothing was deleted: an export could not be written"):
        call_command("retention", "run", "--journal-days", "2", stdout=StringIO())
    assert rows() == before


def test_while_one_run_is_at_work_another_does_nothing(market_of_days, tmp_path):
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s)", [journals.RUNNING_LOCK])
            assert run(tmp_path) == []
            cursor.execute("SELECT pg_advisory_unlock(%s)", [journals.RUNNING_LOCK])
    finally:
        other.close()
    assert len(run(tmp_path)) == 1


def forge(path: Path, forged: Path, *, member: str, also_its_digest: bool = False) -> None:
    """Copy an export with one bit of a member's last number turned over."""
    with zipfile.ZipFile(path) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    changed = bytearray(held[member])
    changed[-8 if member.endswith("commands.npy") else -32] ^= 1
    held[member] = bytes(changed)
    if also_its_digest:
        manifest = json.loads(held["manifest.json"])
        manifest["sha256"][member] = hashlib.sha256(held[member]).hexdigest()
        held["manifest.json"] = json.dumps(manifest).encode()
    with zipfile.ZipFile(forged, "w") as archive:
        for name, data in held.items():
            archive.writestr(name, data)
