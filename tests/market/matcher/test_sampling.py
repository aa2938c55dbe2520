"""In the background, bit by bit, every journal is verified; what does not hold stops its book and nothing else."""

import pytest

from access.selectors import audit
from market import journal
from market.matcher import sampling, verification
from market.models import Batch, Book, BookSnapshot, Instrument
from market.models.book import BookStatus
from market.selectors import journals
from tests.market.matcher.test_verification import DIGESTS, JOURNAL, chosen
from tests.market_place import MarketPlace
from vocabulary import limits

ROUNDS_MAX = 50
OF_THE_CHAIN = [place for place in (*JOURNAL, *DIGESTS) if place[1] not in ("instrument_id", "book_version")]


@pytest.fixture
def history(market: MarketPlace, monkeypatch) -> MarketPlace:
    """A journal with several snapshots, terms and trades."""
    monkeypatch.setattr(limits, "SNAPSHOT_EVERY_COMMANDS", 4)
    for _ in range(3):
        market.trade(10)
        market.place("BUY", 100, "9.00", display_qty=10)
        market.drain()
    market.trade(5)
    assert BookSnapshot.objects.count() == 2
    return market


def one_round(symbol: str = "ACME") -> list[sampling.Look]:
    """Look until the whole journal has been gone through, or a break was found."""
    instrument = Instrument.objects.get(symbol=symbol)
    looks = []
    for _ in range(ROUNDS_MAX):
        found = sampling.look(instrument)
        assert found is not None
        looks.append(found)
        (check,) = [check for check in journals.checks() if check.symbol == symbol]
        if check.rounds or check.fault:
            return looks
    raise AssertionError("the round does not end")


def stopped(symbol: str = "ACME") -> bool:
    return Book.objects.get(instrument__symbol=symbol).status == BookStatus.STOPPED


def test_the_looks_of_a_round_cover_the_journal_from_its_first_command_to_its_last_without_a_gap(history):
    looks = one_round()
    assert [look.fault for look in looks] == [""] * 3
    assert looks[0].after_command_seq == 0
    assert [look.after_command_seq for look in looks[1:]] == [look.upto_command_seq for look in looks[:-1]]
    assert looks[-1].upto_command_seq == Book.objects.get().command_seq
    assert not stopped()


def test_after_a_round_another_one_begins(history):
    one_round()
    again = sampling.look(Instrument.objects.get(symbol="ACME"))
    assert again is not None
    assert again.after_command_seq == 0


def test_a_run_looks_at_the_books_in_turn_until_its_time_is_over(history):
    history.list("BOLT")
    history.trade(10, symbol="BOLT")
    looks = sampling.sample(budget_ms=60_000)
    assert [look.symbol for look in looks] == ["ACME", "BOLT", "ACME", "ACME"]
    assert [(check.symbol, check.rounds) for check in journals.checks()] == [("ACME", 1), ("BOLT", 1)]
    assert len(sampling.sample(budget_ms=0)) == 1


@pytest.mark.parametrize(("table", "column"), OF_THE_CHAIN)
def test_a_change_in_any_column_stops_the_book_within_one_round(history, tamper, table, column):
    if (table, column) in DIGESTS:
        last = f"octet_length({column}) - 1"
        tamper(
            f"UPDATE {table} SET {column} = set_byte({column}, {last}, 255 - get_byte({column}, {last}))"
            f" WHERE {chosen(table)}"
        )
    else:
        tamper(f"UPDATE {table} SET {column} = {column} + 100000 WHERE {chosen(table)}")
    assert one_round()[-1].fault != ""
    assert stopped()


def test_a_break_is_audited_and_shown_and_the_other_books_go_on(history, tamper, client):
    history.list("BOLT")
    history.trade(10, symbol="BOLT")
    tamper(
        "UPDATE market_journalevent SET leaves_qty_lots = leaves_qty_lots + 1"
        " WHERE event_seq = 2 AND instrument_id = (SELECT id FROM market_instrument WHERE symbol = 'ACME')"
    )
    sampling.sample(budget_ms=60_000)
    row = Book.objects.get(instrument__symbol="ACME")
    assert row.status == BookStatus.STOPPED
    assert "the events of batch" in row.status_reason
    (entry,) = [entry for entry in audit.newest(count=5) if entry.action == "book.stop"]
    assert entry.subject == "ACME"
    shown = client.get("/metrics").content.decode()
    assert 'marketops_journal_broken{symbol="ACME"} 1' in shown
    assert 'marketops_journal_broken{symbol="BOLT"} 0' in shown
    assert 'marketops_book_stopped{symbol="ACME"} 1' in shown
    assert not stopped("BOLT")


def test_a_stretch_too_long_for_one_look_is_divided_by_a_snapshot(history, monkeypatch):
    BookSnapshot.objects.all().delete()
    monkeypatch.setattr(limits, "VERIFY_STRETCH_COMMANDS_MAX", 5)
    monkeypatch.setattr(journal, "PIECE_COMMANDS", 3)
    looks = one_round()
    assert len(looks) > 1
    assert BookSnapshot.objects.count() == len(looks) - 1
    assert verification.verify(Instrument.objects.get(symbol="ACME")).fault == ""


def test_trading_goes_on_while_journals_are_verified(history):
    instrument = Instrument.objects.get(symbol="ACME")
    assert sampling.look(instrument) is not None
    history.trade(7)
    assert one_round()[-1].fault == ""
    assert Batch.objects.count() == 8
