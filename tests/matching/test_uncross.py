"""The rules of the uncross, drawn: each rule of the price by an example that it decides."""

import pytest

from matching.layout import NO_PRICE
from tests.matching.drawing import (
    Matcher,
    auction,
    buy,
    close,
    header_of,
    open_,
    or_else,
    picture_of,
    play,
    print_at,
    sell,
    set_bands,
    set_reference,
    tidy,
)


def collect(matcher: Matcher, picture: str) -> None:
    """Call for an auction and make the book look like the picture, of which ``any`` is at no price."""
    play(matcher, auction())
    verb = sell
    for line in picture.split("\n"):
        if line.strip().startswith("---"):
            verb = buy
        elif line.strip():
            price, names = line.split(maxsplit=1)
            for order in names.split(","):
                name, quantity, *shows = order.split()
                display = {"display_qty_lots": int(shows[1])} if shows else {}
                play(matcher, verb(name, int(quantity), at=None if price == "any" else int(price), **display))
    assert picture_of(matcher) == tidy(picture)


def test_first_rule_the_price_at_which_most_can_trade(matcher):
    collect(matcher, "101 D 10\n 100 C 15\n ---\n 102 A 10\n 101 B 20")
    assert matcher.indicative() == (101, 25, 5)
    assert play(matcher, open_()) == [
        "PHASE_CHANGED CONTINUOUS 25 @ 101",
        "A TRADE 10 @ 101 leaves 0",
        "C TRADE 10 @ 101 leaves 5",
        "B TRADE 5 @ 101 leaves 15",
        "C TRADE 5 @ 101 leaves 0",
        "B TRADE 10 @ 101 leaves 5",
        "D TRADE 10 @ 101 leaves 0",
    ]
    assert picture_of(matcher) == tidy("---\n 101 B 5")


def test_second_rule_the_smallest_surplus(matcher):
    collect(matcher, "100 C 10\n ---\n 103 A 10\n 101 B 5")
    assert matcher.indicative() == (103, 10, 0)


@pytest.mark.parametrize(
    ("picture", "price", "imbalance"),
    [
        ("100 C 10\n ---\n 103 A 15", 103, 5),
        ("100 C 15\n ---\n 103 A 10", 100, -5),
    ],
)
def test_third_rule_with_a_surplus_on_one_side_the_price_that_favours_the_other(matcher, picture, price, imbalance):
    play(matcher, set_reference(101))
    collect(matcher, picture)
    assert matcher.indicative() == (price, 10, imbalance)


@pytest.mark.parametrize(("reference", "price"), [(101, 100), (102, 104), (103, 104), (200, 104), (1, 100)])
def test_fourth_rule_the_price_nearest_to_the_reference_price_and_of_two_the_higher(matcher, reference, price):
    print_at(matcher, 1)
    play(matcher, set_reference(reference))
    collect(matcher, "100 C 10\n ---\n 104 A 10")
    assert matcher.indicative() == (price, 10, 0)


def test_without_a_reference_price_the_one_nearest_to_the_last_price(matcher):
    print_at(matcher, 103)
    collect(matcher, "100 C 10\n ---\n 104 A 10")
    assert matcher.indicative() == (104, 10, 0)


def test_without_either_the_lowest(matcher):
    collect(matcher, "100 C 10\n ---\n 104 A 10")
    assert matcher.indicative() == (100, 10, 0)


@pytest.mark.parametrize(("reference", "price", "imbalance"), [(102, 101, 5), (103, 104, -5)])
def test_with_surpluses_on_both_sides_the_reference_price_decides(matcher, reference, price, imbalance):
    play(matcher, set_reference(reference))
    collect(matcher, "104 D 5\n 101 C 10\n ---\n 104 A 10\n 101 B 5")
    assert matcher.indicative() == (price, 10, imbalance)


def test_orders_at_no_price_trade_before_every_price(matcher):
    collect(matcher, "101 C 12\n ---\n any A 10\n 101 B 5")
    assert matcher.indicative() == (101, 12, 3)
    assert play(matcher, open_()) == [
        "PHASE_CHANGED CONTINUOUS 12 @ 101",
        "A TRADE 10 @ 101 leaves 0",
        "C TRADE 10 @ 101 leaves 2",
        "B TRADE 2 @ 101 leaves 3",
        "C TRADE 2 @ 101 leaves 0",
    ]


def test_among_orders_at_no_price_alone_the_reference_price_is_the_price(matcher):
    play(matcher, set_reference(100))
    collect(matcher, "any B 4\n ---\n any A 10")
    assert matcher.indicative() == (100, 4, 6)
    assert play(matcher, open_()) == [
        "PHASE_CHANGED CONTINUOUS 4 @ 100",
        "A TRADE 4 @ 100 leaves 6 hides 6",
        "B TRADE 4 @ 100 leaves 0",
        "A CANCELED auction_over",
    ]


def test_among_orders_at_no_price_without_a_reference_the_last_price_is_the_price(matcher):
    print_at(matcher, 70)
    collect(matcher, "any B 4\n ---\n any A 10")
    assert matcher.indicative() == (70, 4, 6)


def test_among_orders_at_no_price_without_any_price_nothing_trades(matcher):
    collect(matcher, "any B 4\n ---\n any A 10")
    assert matcher.indicative() == (NO_PRICE, 0, 0)
    assert play(matcher, open_()) == ["PHASE_CHANGED CONTINUOUS", "A CANCELED auction_over", "B CANCELED auction_over"]


def test_a_limit_price_on_one_side_is_a_candidate_for_market_orders(matcher):
    play(matcher, set_reference(100))
    collect(matcher, "any B 4\n ---\n 50 A 10")
    assert matcher.indicative() == (50, 4, 6)


def test_a_book_that_does_not_cross_has_no_uncross(matcher):
    collect(matcher, "101 A 10\n ---\n 99 B 10")
    assert matcher.indicative() == (NO_PRICE, 0, 0)
    assert play(matcher, open_()) == ["PHASE_CHANGED CONTINUOUS"]
    assert [header_of(matcher)[name] for name in ("last_px_ticks", "reference_ticks")] == [0, 0]


def test_icebergs_count_whole_trade_whole_and_keep_their_place(matcher):
    collect(matcher, "101 C 50\n ---\n 101 A 100 shows 10, B 10")
    assert matcher.indicative() == (101, 50, 60)
    assert play(matcher, open_()) == [
        "PHASE_CHANGED CONTINUOUS 50 @ 101",
        "A TRADE 50 @ 101 leaves 50 hides 40",
        "C TRADE 50 @ 101 leaves 0",
    ]
    assert picture_of(matcher) == tidy("---\n 101 A 50 shows 10, B 10")


def test_the_two_events_of_a_trade_tell_both_prices_and_no_maker(matcher):
    collect(matcher, "100 B 5\n ---\n 104 A 5")
    announced, bid, offer = matcher.apply(open_())
    assert (announced["price_ticks"], announced["last_qty_lots"], announced["last_px_ticks"]) == (100, 5, 0)
    assert (bid["price_ticks"], offer["price_ticks"]) == (104, 100)
    assert (bid["last_px_ticks"], offer["last_px_ticks"]) == (100, 100)
    assert (bid["liquidity"], offer["liquidity"]) == (4, 4)
    assert (bid["contra_order_id"], offer["contra_order_id"]) == (offer["order_id"], bid["order_id"])
    assert bid["trade_seq"] == offer["trade_seq"] == 1


def test_the_price_becomes_last_price_and_reference_price(matcher):
    play(matcher, set_reference(90))
    collect(matcher, "100 B 5\n ---\n 100 A 5")
    play(matcher, open_())
    assert [header_of(matcher)[name] for name in ("last_px_ticks", "reference_ticks")] == [100, 100]


def test_a_closing_uncross_leaves_what_did_not_trade(matcher):
    collect(matcher, "100 B 5, D 5\n ---\n 104 A 7")
    assert play(matcher, close())[0] == "PHASE_CHANGED CLOSED 7 @ 100"
    assert picture_of(matcher) == tidy("100 D 3\n ---")


def test_no_band_holds_in_an_uncross(matcher):
    play(matcher, set_reference(50), set_bands(static_bps=200, dynamic_bps=200))
    collect(matcher, "100 B 5\n ---\n 100 A 5")
    assert play(matcher, open_())[0] == "PHASE_CHANGED CONTINUOUS 5 @ 100"


def test_of_two_partners_the_first_to_trade_cancels_the_other(matcher):
    collect(matcher, "100 X 5\n ---\n 103 A 10")
    play(matcher, sell("Y", 5, at=103, **or_else("X")))
    assert play(matcher, open_())[1:] == [
        "A TRADE 5 @ 103 leaves 5",
        "X TRADE 5 @ 103 leaves 0",
        "Y CANCELED linked_order",
    ]
    assert picture_of(matcher) == tidy("---\n 103 A 5")
