"""An operator asks what a book was at an earlier moment, and gets that book or a reason why not."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from market.models import Book
from market.selectors import depth
from tests.market_place import MarketPlace


def shown(*arguments: str) -> str:
    out = StringIO()
    call_command("journal", "book", *arguments, stdout=out)
    return out.getvalue()


def as_json(sequence: int) -> dict:
    return dict(json.loads(shown("ACME", "--at", str(sequence), "--json")))


def levels(found: list[dict]) -> list[tuple]:
    return [(level["price"], level["quantity"], level["order_count"]) for level in found]


def test_after_each_sequence_the_book_is_what_depth_showed_then(market: MarketPlace):
    seen = {}
    for side, quantity, price in [
        ("SELL", 10, "10.05"),
        ("BUY", 4, "9.95"),
        ("SELL", 5, "10.05"),
        ("BUY", 12, "10.05"),
        ("BUY", 6, "9.90"),
    ]:
        market.house_places(side, quantity, price)
        market.drain()
        then = depth.of("ACME", levels=5)
        seen[then.last_sequence] = then
    for sequence, then in seen.items():
        book = as_json(sequence)
        assert book["sequence"] == sequence
        assert levels(book["bids"]) == [(str(lv.price), str(lv.quantity), lv.order_count) for lv in then.bids]
        assert levels(book["offers"]) == [(str(lv.price), str(lv.quantity), lv.order_count) for lv in then.offers]
    assert len({as_json(sequence)["digest"] for sequence in seen}) == len(seen)


def test_the_table_shows_both_sides_and_the_digest(market: MarketPlace):
    market.house_places("SELL", 10, "10.05")
    market.house_places("BUY", 4, "9.95")
    market.house_places("BUY", 3, "9.95")
    market.drain()
    last = Book.objects.get().event_seq
    text = shown("ACME", "--at", str(last))
    heading, columns, level, foot = text.splitlines()
    assert heading == f"ACME after event {last}, command 3: CONTINUOUS"
    assert columns.split() == ["orders", "bid", "for", "bid", "offer", "offered", "orders"]
    assert level.split() == ["2", "7", "9.95", "10.05", "10", "1"]
    assert foot == f"3 open orders; digest {as_json(last)['digest']}"


def test_an_event_in_the_middle_of_a_command_gives_the_book_after_that_command_and_says_so(market: MarketPlace):
    market.house_places("SELL", 10, "10.05")
    market.drain()
    market.house_places("BUY", 4, "10.05")
    market.drain()
    last = Book.objects.get().event_seq
    text = shown("ACME", "--at", str(last - 1))
    assert text.splitlines()[0] == (
        f"ACME after event {last}, command 2: CONTINUOUS (event {last - 1} came from that command)"
    )


def test_sequence_0_is_the_book_before_its_first_command(market: MarketPlace):
    market.trade(10)
    book = as_json(0)
    assert (book["sequence"], book["command_seq"], book["orders"]) == (0, 0, [])


def test_an_iceberg_s_reserve_is_among_the_orders_though_depth_never_showed_it(market: MarketPlace):
    market.place("BUY", 100, "9.00", display_qty=10)
    market.drain()
    book = as_json(Book.objects.get().event_seq)
    assert levels(book["bids"]) == [("9.00", "10", 1)]
    (order,) = book["orders"]
    assert (order["leaves_qty"], order["side"], order["ord_type"]) == ("100", "BUY", "LIMIT")


@pytest.mark.parametrize(
    ("symbol", "sequence", "sentence"),
    [
        ("ACME", "99", "at must be 4 at most: event 99 has not happened yet."),
        ("ACME", "-1", "at must be 0 at least: the journal begins there."),
        ("NOPE", "1", "There is no instrument NOPE."),
    ],
)
def test_what_cannot_be_shown_is_refused_with_the_reason(market: MarketPlace, symbol, sequence, sentence):
    market.trade(10)
    with pytest.raises(CommandError) as refused:
        shown(symbol, f"--at={sequence}")
    assert str(refused.value) == sentence


def test_a_book_out_of_a_journal_that_does_not_hold_is_not_shown(market: MarketPlace, tamper):
    market.trade(10)
    tamper("UPDATE market_journalcommand SET order_qty_lots = order_qty_lots + 1 WHERE command_seq = 1")
    with pytest.raises(CommandError, match="the journal of ACME does not hold"):
        shown("ACME", "--at", "4")
