"""The rules of pegged orders, drawn."""

import pytest

from tests.matching.drawing import (
    auction,
    buy,
    cancel,
    draw,
    halt,
    header_of,
    open_,
    order_of,
    peg_buy,
    peg_sell,
    picture_of,
    play,
    replace,
    sell,
    tidy,
    waiting,
)
from vocabulary.limits import LADDER_LEVELS_MAX
from vocabulary.orders import PegOffsetType, PegPriceType, TimeInForce

MID, MARKET, PRIMARY = PegPriceType.MID, PegPriceType.MARKET, PegPriceType.PRIMARY
PICTURE = "103 A 10\n ---\n 98 B 10"


@pytest.mark.parametrize(
    ("order", "price"),
    [
        (peg_buy("C", 5, to=PRIMARY), 98),
        (peg_sell("C", 5, to=PRIMARY), 103),
        (peg_buy("C", 5, to=PRIMARY, offset=2), 100),
        (peg_sell("C", 5, to=PRIMARY, offset=-2), 101),
        (peg_buy("C", 5, to=MARKET), 102),
        (peg_sell("C", 5, to=MARKET), 99),
        (peg_buy("C", 5, to=MARKET, offset=-3), 100),
        (peg_sell("C", 5, to=MARKET, offset=3), 101),
        (peg_buy("C", 5, to=MID), 100),
        (peg_sell("C", 5, to=MID), 101),
        (peg_buy("C", 5, to=PRIMARY, offset=50), 102),
        (peg_buy("C", 5, to=MID, limit=97), 97),
        (peg_sell("C", 5, to=MID, limit=105), 105),
        (peg_buy("C", 5, to=PRIMARY, limit=99), 98),
    ],
)
def test_a_pegged_order_stands_at_the_price_that_it_follows_within_its_limit_and_short_of_the_other_side(
    matcher, order, price
):
    draw(matcher, PICTURE)
    (event,) = matcher.apply(order)
    assert (event["kind"], event["price_ticks"], event["hidden_qty_lots"]) == (0, price, 0)
    assert order_of(matcher, "C")["price_ticks"] == price


def test_a_pegged_order_follows_the_market_at_the_end_of_the_queue(matcher):
    draw(matcher, PICTURE)
    play(matcher, peg_buy("C", 5, to=PRIMARY))
    assert play(matcher, buy("D", 1, at=99)) == ["D NEW leaves 1", "C RESTATED @ 99 leaves 5"]
    assert picture_of(matcher) == tidy("103 A 10\n ---\n 99 D 1, C 5\n 98 B 10")
    assert play(matcher, cancel("D")) == ["D CANCELED", "C RESTATED @ 98 leaves 5"]
    assert picture_of(matcher) == tidy("103 A 10\n ---\n 98 B 10, C 5")


def test_pegged_orders_follow_in_entry_order_and_those_whose_price_stays_keep_their_place(matcher):
    draw(matcher, PICTURE)
    play(matcher, peg_buy("C", 5, to=PRIMARY), peg_buy("D", 5, to=MARKET, offset=-5), peg_buy("E", 5, to=PRIMARY))
    assert play(matcher, buy("F", 1, at=99)) == [
        "F NEW leaves 1",
        "C RESTATED @ 99 leaves 5",
        "E RESTATED @ 99 leaves 5",
    ]
    assert picture_of(matcher) == tidy("103 A 10\n ---\n 99 F 1, C 5, E 5\n 98 B 10, D 5")


def test_a_pegged_order_without_a_price_to_follow_stands_aside(matcher):
    assert play(matcher, peg_buy("C", 5, to=PRIMARY)) == ["C NEW leaves 5 hides 5"]
    assert waiting(matcher) == ["C buy 5 aside"]
    assert play(matcher, buy("B", 1, at=98)) == ["B NEW leaves 1", "C RESTATED @ 98 leaves 5"]
    assert play(matcher, cancel("B")) == ["B CANCELED", "C RESTATED aside leaves 5 hides 5"]


def test_the_middle_needs_both_sides(matcher):
    draw(matcher, "---\n 98 B 10")
    assert play(matcher, peg_buy("C", 5, to=MID)) == ["C NEW leaves 5 hides 5"]
    assert play(matcher, sell("A", 10, at=103)) == ["A NEW leaves 10", "C RESTATED @ 100 leaves 5"]


def test_a_price_outside_the_range_is_none(matcher):
    draw(matcher, "---\n 5 B 10")
    assert play(matcher, peg_buy("C", 5, to=PRIMARY, offset=-5)) == ["C NEW leaves 5 hides 5"]
    assert play(matcher, peg_buy("D", 5, to=PRIMARY, offset=-4)) == ["D NEW leaves 5"]
    assert picture_of(matcher) == tidy("---\n 5 B 10\n 1 D 5")


def test_pegged_orders_do_not_follow_each_other(matcher):
    draw(matcher, PICTURE)
    play(matcher, peg_buy("C", 5, to=PRIMARY, offset=1), peg_buy("D", 5, to=PRIMARY, offset=1))
    assert picture_of(matcher) == tidy("103 A 10\n ---\n 99 C 5, D 5\n 98 B 10")
    assert play(matcher, cancel("B"))[1:] == ["C RESTATED aside leaves 5 hides 5", "D RESTATED aside leaves 5 hides 5"]


def test_pegged_orders_keep_short_of_pegged_orders_opposite(matcher):
    draw(matcher, PICTURE)
    play(matcher, peg_buy("C", 5, to=MARKET), peg_sell("D", 5, to=MARKET))
    assert picture_of(matcher) == tidy("103 A 10, D 5\n ---\n 102 C 5\n 98 B 10")


def test_a_pegged_order_in_the_book_trades_like_any_other(matcher):
    draw(matcher, PICTURE)
    play(matcher, peg_buy("C", 5, to=PRIMARY))
    assert play(matcher, sell("E", 12, at=98)) == [
        "E NEW leaves 12",
        "B TRADE 10 @ 98 leaves 0",
        "E TRADE 10 @ 98 leaves 2",
        "C TRADE 2 @ 98 leaves 3",
        "E TRADE 2 @ 98 leaves 0",
        "C RESTATED aside leaves 3 hides 3",
    ]


def test_in_a_call_pegged_orders_stand_aside_and_afterwards_they_follow_again(matcher):
    draw(matcher, PICTURE)
    play(matcher, peg_buy("C", 5, to=PRIMARY))
    assert play(matcher, auction()) == ["PHASE_CHANGED OPENING_AUCTION", "C RESTATED aside leaves 5 hides 5"]
    assert play(matcher, buy("D", 1, at=99)) == ["D NEW leaves 1"]
    assert play(matcher, cancel("D"), open_()) == [
        "D CANCELED",
        "PHASE_CHANGED CONTINUOUS",
        "C RESTATED @ 98 leaves 5",
    ]


def test_in_a_halt_pegged_orders_follow(matcher):
    draw(matcher, PICTURE)
    play(matcher, peg_buy("C", 5, to=PRIMARY))
    assert play(matcher, halt()) == ["PHASE_CHANGED HALTED"]
    assert play(matcher, cancel("B")) == ["B CANCELED", "C RESTATED aside leaves 5 hides 5"]


def test_the_snapshot_tells_the_prices_that_were_followed_last(matcher):
    draw(matcher, PICTURE)
    assert [header_of(matcher)[name] for name in ("peg_bid_ticks", "peg_offer_ticks")] == [0, 0]
    play(matcher, peg_buy("C", 5, to=PRIMARY))
    assert [header_of(matcher)[name] for name in ("peg_bid_ticks", "peg_offer_ticks")] == [98, 103]


def test_a_replace_compares_the_limit_and_prices_anew_what_loses_its_place(matcher):
    draw(matcher, PICTURE)
    play(matcher, peg_buy("C", 5, to=PRIMARY), peg_buy("D", 5, to=PRIMARY))
    assert play(matcher, replace("C", 4, at=None)) == ["C REPLACED leaves 4"]
    assert picture_of(matcher) == tidy("103 A 10\n ---\n 98 B 10, C 4, D 5")
    assert play(matcher, replace("C", 6, at=None)) == ["C REPLACED leaves 6"]
    assert picture_of(matcher) == tidy("103 A 10\n ---\n 98 B 10, D 5, C 6")
    (event,) = matcher.apply(replace("C", 6, at=97))
    assert event["price_ticks"] == 97
    assert picture_of(matcher) == tidy("103 A 10\n ---\n 98 B 10, D 5\n 97 C 6")
    assert order_of(matcher, "C")["limit_price_ticks"] == 97


def test_a_replace_in_a_call_leaves_a_pegged_order_aside(matcher):
    draw(matcher, PICTURE)
    play(matcher, peg_buy("C", 5, to=PRIMARY), auction())
    assert play(matcher, replace("C", 7, at=97)) == ["C REPLACED leaves 7 hides 7"]
    assert play(matcher, open_())[1:] == ["C RESTATED @ 97 leaves 7"]


@pytest.mark.parametrize(
    "order",
    [
        peg_buy("C", 5, to=PegPriceType.NONE),
        peg_buy("C", 5, to=PegPriceType.TRAILING_STOP, offset=1),
        peg_buy("C", 5, to=PRIMARY, offset=LADDER_LEVELS_MAX + 1),
        peg_buy("C", 5, to=PRIMARY, offset=-LADDER_LEVELS_MAX - 1),
        peg_buy("C", 5, to=PRIMARY, peg_offset_type=PegOffsetType.BASIS_POINTS),
        peg_buy("C", 5, to=PRIMARY, time_in_force=TimeInForce.IOC),
        peg_buy("C", 5, to=PRIMARY, exec_inst=1),
        buy("C", 5, at=100, peg_price_type=PRIMARY),
        buy("C", 5, at=100, peg_offset=1),
    ],
)
def test_a_peg_that_does_not_fit_the_order_is_rejected(matcher, order):
    assert play(matcher, order) == ["C REJECTED invalid_terms"]


def test_a_limit_outside_the_range_is_rejected(matcher):
    assert play(matcher, peg_buy("C", 5, to=PRIMARY, limit=201)) == ["C REJECTED price_out_of_range"]


def test_a_call_takes_no_pegged_orders(matcher):
    play(matcher, auction())
    assert play(matcher, peg_buy("C", 5, to=PRIMARY)) == ["C REJECTED not_in_this_phase"]
