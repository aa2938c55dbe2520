"""What a backup holds comes back whole, in a new epoch and halted; what cannot come back changes nothing."""

import json
import threading
from io import StringIO
from pathlib import Path

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections

from access.selectors import audit
from market.matcher import verification
from market.matcher.drain import Matcher
from market.models import Book, InboxCommand, Instrument, Order, Position, Trade
from market.models.book import BookStatus
from market.selectors import orders as own_orders
from market.services import trading
from marketops_site.backup import bringing_back, programs, taking
from marketops_site.backup.envelope import FIRST_LINE, BackupWriter
from tests.market_place import MarketPlace
from vocabulary.orders import OrdStatus
from vocabulary.phases import TradingPhase


@pytest.fixture
def traded(market: MarketPlace) -> MarketPlace:
    """Two books with trades and open orders."""
    market.list("BOLT")
    market.trade(10)
    market.place("BUY", 7, "9.00")
    market.place("BUY", 50, "9.50", display_qty=10)
    market.trade(3, symbol="BOLT")
    market.drain()
    return market


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    call_command("backup", "--make-key", str(tmp_path / "key"), stdout=StringIO())
    return tmp_path / "key"


def back_up(path: Path, *options: str) -> str:
    said = StringIO()
    call_command("backup", str(path), *options, stdout=said)
    return said.getvalue()


def bring_back(path: Path, *options: str) -> str:
    said = StringIO()
    call_command("restore", str(path), *options, stdout=said)
    return said.getvalue()


def everything() -> dict[str, list[tuple]]:
    """All rows of all tables but those of the audit log."""
    with connection.cursor() as cursor:
        found = {}
        for table in sorted(connection.introspection.table_names(cursor)):
            if table not in ("access_auditentry", "access_audithead"):
                cursor.execute(f"SELECT * FROM {table} ORDER BY 1")
                found[table] = cursor.fetchall()
    return found


def test_after_a_restore_everything_is_as_it_was_at_the_backup_but_for_the_books_own_rows(traded, tmp_path):
    before = everything()
    back_up(tmp_path / "backup")
    traded.trade(5)
    traded.newcomer()
    bring_back(tmp_path / "backup", "--replace")
    after = everything()
    moved_by_the_halts = {"market_book", "market_batch", "market_journalcommand", "market_journalevent"}
    assert {table for table in before if before[table] != after[table]} == moved_by_the_halts
    assert after.keys() == before.keys()


def test_every_book_is_halted_with_the_reason_in_a_new_epoch_and_its_journal_goes_on(traded, tmp_path):
    before = {book.pk: book for book in Book.objects.all()}
    back_up(tmp_path / "backup")
    said = bring_back(tmp_path / "backup", "--replace")
    assert "2 books are halted in a new epoch: ACME, BOLT" in said
    for book in Book.objects.select_related("instrument"):
        assert book.epoch != before[book.pk].epoch
        assert (book.phase, book.status) == (TradingPhase.HALTED, BookStatus.RUNNING)
        assert book.phase_reason.startswith("restored from the backup of 20")
        assert book.event_seq == before[book.pk].event_seq + 1
        assert verification.verify(book.instrument).fault == ""
    assert len({book.epoch for book in Book.objects.all()}) == 2


def test_no_number_of_an_order_is_given_twice_although_the_restore_forgot_it(traded, tmp_path):
    back_up(tmp_path / "backup")
    forgotten = traded.place("BUY", 1, "9.00").order.order_id
    bring_back(tmp_path / "backup", "--replace")
    assert not Order.objects.filter(pk=forgotten).exists()
    trading.resume("ACME", actor=traded.operator)
    again = traded.place("BUY", 1, "9.00").order.order_id
    assert again > forgotten


def test_after_a_restore_operators_resume_and_trading_goes_on(traded, tmp_path):
    positions = list(Position.objects.order_by("pk").values_list("quantity_lots", "cash"))
    back_up(tmp_path / "backup")
    traded.trade(5)
    bring_back(tmp_path / "backup", "--replace")
    assert list(Position.objects.order_by("pk").values_list("quantity_lots", "cash")) == positions
    traded.matcher = Matcher()
    trading.resume("ACME", actor=traded.operator)
    traded.trade(4)
    assert Trade.objects.order_by("-id").first().quantity_lots == 4
    assert verification.verify(Instrument.objects.get(symbol="ACME")).fault == ""


def test_an_order_acknowledged_before_the_backup_that_waited_then_is_answered_after_the_restore(traded, tmp_path):
    waiting = traded.place("BUY", 2, "9.00").order.order_id
    back_up(tmp_path / "backup")
    bring_back(tmp_path / "backup", "--replace")
    assert InboxCommand.objects.get().order_id == waiting
    assert Matcher().drain("ACME") == 1
    order = own_orders.access_order(waiting, actor=traded.trader)
    assert order.ord_status is OrdStatus.REJECTED


def test_backup_and_restore_are_in_the_audit_log(traded, tmp_path):
    back_up(tmp_path / "backup")
    (taken,) = [entry for entry in audit.newest(count=3) if entry.action == "exchange.backup"]
    assert (taken.subject, taken.detail["encrypted"]) == ("backup", False)
    bring_back(tmp_path / "backup", "--replace")
    actions = [entry.action for entry in audit.newest(count=3)]
    assert actions == ["exchange.restore", "instrument.halt", "instrument.halt"]
    assert audit.newest(count=1)[0].detail["replaced"] == "2 instruments, 4 users"


def test_a_backup_is_of_one_moment_although_trading_goes_on(traded, tmp_path):
    stop = threading.Event()

    def trade_on() -> None:
        try:
            while not stop.is_set():
                traded.trade(1)
        finally:
            connections.close_all()

    trader = threading.Thread(target=trade_on)
    trader.start()
    try:
        for number in range(3):
            back_up(tmp_path / f"backup-{number}")
    finally:
        stop.set()
        trader.join()
    for number in range(3):
        bring_back(tmp_path / f"backup-{number}", "--replace")
        for instrument in Instrument.objects.all():
            assert verification.verify(instrument).fault == ""
        assert sum(Position.objects.values_list("quantity_lots", flat=True)) == 0


def test_a_restored_exchange_is_backed_up_and_restored_again(traded, tmp_path):
    for name in ("first", "second"):
        back_up(tmp_path / name)
        bring_back(tmp_path / name, "--replace")
    assert verification.verify(Instrument.objects.get(symbol="ACME")).fault == ""


def test_an_encrypted_backup_says_nothing_without_its_key(traded, tmp_path, key_file):
    plain, secret = tmp_path / "plain", tmp_path / "secret"
    back_up(plain)
    assert "encrypted" in back_up(secret, "--key-file", str(key_file))
    assert b"market_order" in plain.read_bytes()
    assert b"market_order" not in secret.read_bytes()
    assert {path.stat().st_mode & 0o777 for path in (plain, secret, key_file)} == {0o600}
    bring_back(secret, "--key-file", str(key_file), "--replace")
    assert Order.objects.count() == 6


@pytest.fixture
def refused(traded, tmp_path):
    """Assert that a restore is refused with a sentence and has changed nothing."""

    def attempt(path: Path, *options: str, why: str) -> None:
        before = everything()
        with pytest.raises(CommandError, match=why):
            bring_back(path, "--replace", *options)
        assert everything() == before

    return attempt


def test_another_key_or_none_is_refused(refused, tmp_path, key_file):
    back_up(tmp_path / "backup", "--key-file", str(key_file))
    call_command("backup", "--make-key", str(tmp_path / "other"), stdout=StringIO())
    refused(tmp_path / "backup", why="is encrypted: name the file of its key")
    refused(tmp_path / "backup", "--key-file", str(tmp_path / "other"), why="The key is not the one")


@pytest.mark.parametrize("is_encrypted", [False, True])
@pytest.mark.parametrize("place", [0.05, 0.5, 0.999])
def test_one_bit_turned_over_anywhere_is_found_before_anything_is_touched(
    refused, tmp_path, key_file, is_encrypted, place
):
    options = ["--key-file", str(key_file)] if is_encrypted else []
    back_up(tmp_path / "backup", *options)
    data = bytearray((tmp_path / "backup").read_bytes())
    data[int(len(data) * place)] ^= 1
    (tmp_path / "backup").write_bytes(data)
    refused(tmp_path / "backup", *options, why="damaged|The key is not the one")


@pytest.mark.parametrize("is_encrypted", [False, True])
@pytest.mark.parametrize("left", [0.3, 0.9])
def test_a_file_cut_short_is_found_before_anything_is_touched(refused, tmp_path, key_file, is_encrypted, left):
    options = ["--key-file", str(key_file)] if is_encrypted else []
    back_up(tmp_path / "backup", *options)
    data = (tmp_path / "backup").read_bytes()
    (tmp_path / "backup").write_bytes(data[: int(len(data) * left)])
    refused(tmp_path / "backup", *options, why="is damaged")


def test_a_file_that_is_no_backup_is_refused(refused, tmp_path):
    (tmp_path / "letter").write_text("Dear exchange")
    refused(tmp_path / "letter", why="letter is no backup of MarketOps")
    refused(tmp_path / "missing", why="cannot be read: No such file")


@pytest.mark.parametrize(
    ("fact", "value", "why"),
    [
        ("postgres_major", 99, "The backup is of PostgreSQL 99"),
        ("engine_version", 99, "books are of matching core 99"),
        ("migrations", [["market", "9999_from_the_future"]], "made by a newer MarketOps .its tables know market.9999"),
    ],
)
def test_a_backup_of_a_newer_version_is_refused(refused, tmp_path, fact, value, why):
    facts = {**taking._facts(), fact: value}
    with BackupWriter(tmp_path / "backup", facts=facts, key=None):
        pass
    refused(tmp_path / "backup", why=why)


def test_a_dump_that_cannot_be_loaded_changes_nothing(refused, tmp_path):
    with BackupWriter(tmp_path / "backup", facts=taking._facts(), key=None) as file:
        file.write(b"this was never a dump")
    refused(tmp_path / "backup", why="could not be brought back: pg_restore: error")


def test_an_exchange_is_not_replaced_unless_that_is_said(traded, tmp_path):
    back_up(tmp_path / "backup")
    before = everything()
    with pytest.raises(CommandError, match=r"holds an exchange .2 instruments, 4 users.*Say --replace"):
        bring_back(tmp_path / "backup")
    assert everything() == before


def test_nothing_is_brought_back_while_the_exchange_is_at_work(refused, tmp_path):
    back_up(tmp_path / "backup")
    database = connection.get_connection_params()
    with psycopg.connect(
        host=database["host"],
        port=database["port"],
        user=database["user"],
        password=database["password"],
        dbname=database["dbname"],
        application_name="marketops-matching",
    ):
        refused(tmp_path / "backup", why="The exchange is at work .matching.: stop it first")


def test_a_restore_that_was_cut_off_leaves_books_that_nobody_works_on_until_it_is_finished(
    traded, tmp_path, monkeypatch
):
    waiting = traded.place("BUY", 2, "9.00").order.order_id
    back_up(tmp_path / "backup")
    with monkeypatch.context() as patch:
        patch.setattr(bringing_back, "_open", lambda **_: [])
        bring_back(tmp_path / "backup", "--replace")
    assert set(Book.objects.values_list("status", flat=True)) == {BookStatus.STOPPED}
    assert Matcher().drain("ACME") == 0
    assert InboxCommand.objects.get().order_id == waiting
    said = StringIO()
    call_command("restore", "--adopt", stdout=said)
    assert "2 books are halted in a new epoch" in said.getvalue()
    assert set(Book.objects.values_list("status", "phase")) == {(BookStatus.RUNNING, TradingPhase.HALTED)}
    assert verification.verify(Instrument.objects.get(symbol="ACME")).fault == ""


def test_a_backup_is_not_written_over_a_file_or_into_no_folder(traded, tmp_path):
    (tmp_path / "taken").write_text("something else")
    for path, why in ((tmp_path / "taken", "is there already"), (tmp_path / "no" / "folder", "There is no folder")):
        with pytest.raises(CommandError, match=why):
            back_up(path)
    assert (tmp_path / "taken").read_text() == "something else"


def test_a_backup_that_fails_leaves_no_file(traded, tmp_path, monkeypatch):
    monkeypatch.setattr(programs, "program", lambda _: "/bin/false")
    with pytest.raises(CommandError, match="pg_dump failed"):
        back_up(tmp_path / "backup")
    assert list(tmp_path.iterdir()) == []


def test_a_key_that_others_can_read_or_that_is_none_is_refused(traded, tmp_path, key_file):
    key_file.chmod(0o644)
    with pytest.raises(CommandError, match="can be read by others"):
        back_up(tmp_path / "backup", "--key-file", str(key_file))
    (tmp_path / "short").touch(mode=0o600)
    with pytest.raises(CommandError, match="does not hold a key"):
        back_up(tmp_path / "backup", "--key-file", str(tmp_path / "short"))
    with pytest.raises(CommandError, match="File exists"):
        call_command("backup", "--make-key", str(key_file))


def test_the_facts_stand_in_the_file_in_the_clear_and_hold_no_secret(traded, tmp_path, key_file):
    back_up(tmp_path / "backup", "--key-file", str(key_file))
    first, facts, *_ = (tmp_path / "backup").read_bytes().split(b"\n", maxsplit=2)
    assert first + b"\n" == FIRST_LINE
    assert set(json.loads(facts)) == {
        "books",
        "created_at",
        "encrypted",
        "engine_version",
        "migrations",
        "postgres_major",
        "salt",
    }
