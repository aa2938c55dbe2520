"""The rules of price bands and volatility interruptions, drawn."""

import numpy as np
import pytest

from tests.matching.drawing import (
    Matcher,
    buy,
    cancel,
    draw,
    header_of,
    open_,
    peg_buy,
    picture_of,
    play,
    print_at,
    replace,
    sell,
    set_bands,
    set_reference,
    stop_buy,
    tidy,
)
from vocabulary.orders import PegPriceType, TimeInForce

PICTURE = "106 B 5\n 105 A 5\n ---\n 95 D 5\n 94 E 5"


def draw_with_static_band(matcher: Matcher) -> None:
    """The picture, with trades from 95 to 105 allowed."""
    draw(matcher, PICTURE)
    play(matcher, set_reference(100), set_bands(static_bps=500))


def test_an_aggressor_that_would_leave_the_band_opens_a_call_and_joins_it(matcher):
    draw_with_static_band(matcher)
    assert play(matcher, buy("C", 10, at=110)) == [
        "C NEW leaves 10",
        "A TRADE 5 @ 105 leaves 0",
        "C TRADE 5 @ 105 leaves 5",
        "PHASE_CHANGED VOLATILITY_AUCTION @ 106",
    ]
    assert picture_of(matcher) == tidy("106 B 5\n ---\n 110 C 5\n 95 D 5\n 94 E 5")
    assert play(matcher, open_()) == [
        "PHASE_CHANGED CONTINUOUS 5 @ 106",
        "C TRADE 5 @ 106 leaves 0",
        "B TRADE 5 @ 106 leaves 0",
    ]


def test_the_band_holds_downwards_too(matcher):
    draw_with_static_band(matcher)
    assert play(matcher, sell("C", 10, at=90))[-1] == "PHASE_CHANGED VOLATILITY_AUCTION @ 94"
    assert picture_of(matcher) == tidy("106 B 5\n 105 A 5\n 90 C 5\n ---\n 94 E 5")


def test_an_order_that_stays_within_its_own_limit_interrupts_nothing(matcher):
    draw_with_static_band(matcher)
    assert play(matcher, buy("C", 10, at=105))[-1] == "C TRADE 5 @ 105 leaves 5"
    assert picture_of(matcher) == tidy("106 B 5\n ---\n 105 C 5\n 95 D 5\n 94 E 5")


def test_when_the_first_trade_is_refused_nothing_trades(matcher):
    draw_with_static_band(matcher)
    play(matcher, cancel("A"))
    assert play(matcher, buy("C", 10, at=110)) == ["C NEW leaves 10", "PHASE_CHANGED VOLATILITY_AUCTION @ 106"]


def test_the_interruption_tells_the_price_refused_and_no_quantity(matcher):
    draw_with_static_band(matcher)
    interrupted = matcher.apply(buy("C", 10, at=110))[-1]
    assert [interrupted[name] for name in ("price_ticks", "last_qty_lots", "order_id", "phase")] == [106, 0, 0, 4]


@pytest.mark.parametrize(
    ("terms", "rest"),
    [
        ({}, "106 B 5\n ---\n any C 5\n 95 D 5\n 94 E 5"),
        ({"price_ticks": 108}, "106 B 5\n ---\n 108 C 5\n 95 D 5\n 94 E 5"),
    ],
)
def test_a_market_order_joins_the_call_at_its_protection_or_at_no_price(matcher, terms, rest):
    draw_with_static_band(matcher)
    assert play(matcher, buy("C", 10, at=None, **terms))[-1] == "PHASE_CHANGED VOLATILITY_AUCTION @ 106"
    assert picture_of(matcher) == tidy(rest)


@pytest.mark.parametrize("price", [110, None])
def test_an_immediate_order_is_canceled_instead(matcher, price):
    draw_with_static_band(matcher)
    assert play(matcher, buy("C", 10, at=price, time_in_force=TimeInForce.IOC))[-2:] == [
        "PHASE_CHANGED VOLATILITY_AUCTION @ 106",
        "C CANCELED volatility_interruption",
    ]


def test_a_fill_or_kill_order_counts_within_the_bands_and_interrupts_nothing(matcher):
    draw_with_static_band(matcher)
    assert play(matcher, buy("C", 6, at=110, time_in_force=TimeInForce.FOK)) == [
        "C NEW leaves 6",
        "C CANCELED not_fillable",
    ]
    assert header_of(matcher)["phase"] == 3


def test_a_minimum_counts_within_the_bands(matcher):
    draw_with_static_band(matcher)
    assert play(matcher, buy("C", 9, at=110, min_qty_lots=6))[-1] == "C CANCELED min_qty_not_met"
    assert play(matcher, buy("C", 9, at=110, min_qty_lots=5))[-1] == "PHASE_CHANGED VOLATILITY_AUCTION @ 106"


def test_a_replaced_order_can_interrupt_too(matcher):
    draw_with_static_band(matcher)
    assert play(matcher, replace("D", 20, at=107))[-1] == "PHASE_CHANGED VOLATILITY_AUCTION @ 106"
    assert picture_of(matcher) == tidy("106 B 5\n ---\n 107 D 15\n 94 E 5")


def test_pegged_orders_go_aside_before_the_aggressor_joins_the_call(matcher):
    draw_with_static_band(matcher)
    play(matcher, peg_buy("P", 5, to=PegPriceType.PRIMARY))
    assert play(matcher, buy("C", 10, at=110, time_in_force=TimeInForce.IOC))[-3:] == [
        "PHASE_CHANGED VOLATILITY_AUCTION @ 106",
        "P RESTATED aside leaves 5 hides 5",
        "C CANCELED volatility_interruption",
    ]


def test_orders_in_the_acting_queue_act_in_the_call(matcher):
    draw_with_static_band(matcher)
    play(matcher, stop_buy("S", 7, stop_px=105), stop_buy("T", 7, stop_px=104, at=109))
    assert play(matcher, buy("C", 10, at=110))[-3:] == [
        "PHASE_CHANGED VOLATILITY_AUCTION @ 106",
        "T TRIGGERED leaves 7",
        "S TRIGGERED leaves 7 hides 7",
    ]
    assert picture_of(matcher) == tidy("106 B 5\n ---\n any S 7\n 110 C 5\n 109 T 7\n 95 D 5\n 94 E 5")


def test_a_stop_that_acts_can_interrupt_and_the_next_one_acts_in_the_call(matcher):
    draw_with_static_band(matcher)
    play(matcher, stop_buy("S", 7, stop_px=105), stop_buy("T", 7, stop_px=105))
    assert play(matcher, buy("C", 4, at=105))[3:] == [
        "S TRIGGERED leaves 7",
        "A TRADE 1 @ 105 leaves 0",
        "S TRADE 1 @ 105 leaves 6",
        "PHASE_CHANGED VOLATILITY_AUCTION @ 106",
        "T TRIGGERED leaves 7 hides 7",
    ]
    assert picture_of(matcher) == tidy("106 B 5\n ---\n any S 6, T 7\n 95 D 5\n 94 E 5")


def test_the_dynamic_band_is_around_the_last_price_when_the_aggressor_began(matcher):
    print_at(matcher, 100)
    play(matcher, set_bands(dynamic_bps=200))
    draw(matcher, "104 B 5\n 102 A 5\n ---")
    assert play(matcher, buy("C", 10, at=104))[1:] == [
        "A TRADE 5 @ 102 leaves 0",
        "C TRADE 5 @ 102 leaves 5",
        "PHASE_CHANGED VOLATILITY_AUCTION @ 104",
    ]


def test_for_the_next_aggressor_the_dynamic_band_has_moved(matcher):
    print_at(matcher, 100)
    play(matcher, set_bands(dynamic_bps=200))
    draw(matcher, "104 B 5\n 102 A 5\n ---")
    assert play(matcher, buy("C", 5, at=104), buy("F", 5, at=104))[-2:] == [
        "B TRADE 5 @ 104 leaves 0",
        "F TRADE 5 @ 104 leaves 0",
    ]


def test_before_the_first_trade_the_dynamic_band_is_around_the_reference_price(matcher):
    draw(matcher, "106 B 5\n ---")
    play(matcher, set_reference(100), set_bands(dynamic_bps=500))
    assert play(matcher, buy("C", 5, at=110))[1] == "PHASE_CHANGED VOLATILITY_AUCTION @ 106"


@pytest.mark.parametrize(
    "bands",
    [set_bands(static_bps=500, dynamic_bps=1_000), set_bands(static_bps=1_000, dynamic_bps=500)],
)
def test_a_trade_is_inside_both_bands(matcher, bands):
    draw(matcher, PICTURE)
    play(matcher, set_reference(100), bands)
    assert play(matcher, buy("C", 10, at=110))[-1] == "PHASE_CHANGED VOLATILITY_AUCTION @ 106"


@pytest.mark.parametrize(
    "rules",
    [
        np.concatenate([set_reference(100), set_bands()]),
        set_bands(static_bps=500, dynamic_bps=500),
        np.concatenate([set_reference(100), set_bands(static_bps=99, dynamic_bps=99)]),
    ],
)
def test_without_a_width_or_a_price_there_is_no_band(matcher, rules):
    draw(matcher, "190 A 5\n ---")
    play(matcher, rules)
    assert play(matcher, buy("C", 5, at=190))[1] == "A TRADE 5 @ 190 leaves 0"


def test_an_order_that_only_rests_may_stand_outside_the_bands(matcher):
    draw_with_static_band(matcher)
    assert play(matcher, buy("C", 5, at=20), sell("F", 5, at=180)) == ["C NEW leaves 5", "F NEW leaves 5"]
