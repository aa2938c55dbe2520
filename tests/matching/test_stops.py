"""The rules of stop orders, drawn."""

import pytest

from tests.matching.drawing import (
    auction,
    buy,
    cancel,
    draw,
    open_,
    order_of,
    picture_of,
    play,
    print_at,
    replace,
    sell,
    stop_buy,
    stop_sell,
    tidy,
    waiting,
)
from vocabulary.orders import TimeInForce


def test_a_stop_waits_unseen(matcher):
    assert play(matcher, stop_sell("A", 10, stop_px=95)) == ["A NEW leaves 10 hides 10"]
    assert picture_of(matcher) == "---"
    assert waiting(matcher) == ["A sell 10 stop 95"]


def test_a_sell_stop_becomes_a_market_order_when_the_last_price_falls_to_it(matcher):
    draw(matcher, "---\n 95 B 10\n 94 C 20")
    play(matcher, stop_sell("A", 15, stop_px=95))
    assert play(matcher, sell("D", 10, at=95)) == [
        "D NEW leaves 10",
        "B TRADE 10 @ 95 leaves 0",
        "D TRADE 10 @ 95 leaves 0",
        "A TRIGGERED leaves 15",
        "C TRADE 15 @ 94 leaves 5",
        "A TRADE 15 @ 94 leaves 0",
    ]
    assert picture_of(matcher) == tidy("---\n 94 C 5")


@pytest.mark.parametrize(("price", "triggers"), [(104, False), (105, True), (106, True)])
def test_a_buy_stop_is_reached_at_its_price_or_above(matcher, price, triggers):
    play(matcher, stop_buy("A", 5, stop_px=105))
    print_at(matcher, price)
    assert (waiting(matcher) == []) is triggers


@pytest.mark.parametrize(("price", "triggers"), [(94, True), (95, True), (96, False)])
def test_a_sell_stop_is_reached_at_its_price_or_below(matcher, price, triggers):
    play(matcher, stop_sell("A", 5, stop_px=95))
    print_at(matcher, price)
    assert (waiting(matcher) == []) is triggers


def test_a_stop_limit_order_rests_at_its_limit(matcher):
    draw(matcher, "---\n 95 B 10\n 94 C 20")
    play(matcher, stop_sell("A", 15, stop_px=95, at=95))
    assert play(matcher, sell("D", 10, at=95))[-1] == "A TRIGGERED leaves 15"
    assert picture_of(matcher) == tidy("95 A 15\n ---\n 94 C 20")


def test_what_a_stop_order_cannot_trade_is_canceled(matcher):
    play(matcher, stop_sell("A", 15, stop_px=95))
    assert play(matcher, buy("B", 1, at=95), sell("C", 1, at=95))[-2:] == [
        "A TRIGGERED leaves 15",
        "A CANCELED no_liquidity",
    ]


def test_the_price_of_a_stop_order_is_its_protection(matcher):
    draw(matcher, "---\n 95 B 10\n 94 C 5\n 93 E 20")
    play(matcher, stop_sell("A", 15, stop_px=95, price_ticks=94))
    assert play(matcher, sell("D", 10, at=95))[3:] == [
        "A TRIGGERED leaves 15",
        "C TRADE 5 @ 94 leaves 0",
        "A TRADE 5 @ 94 leaves 10",
        "A CANCELED no_liquidity",
    ]
    assert picture_of(matcher) == tidy("---\n 93 E 20")


def test_one_stop_sets_off_the_next(matcher):
    draw(matcher, "---\n 95 B 10\n 94 C 10\n 93 D 10")
    play(matcher, stop_sell("E", 10, stop_px=95), stop_sell("F", 10, stop_px=94))
    assert play(matcher, sell("G", 10, at=95))[3:] == [
        "E TRIGGERED leaves 10",
        "C TRADE 10 @ 94 leaves 0",
        "E TRADE 10 @ 94 leaves 0",
        "F TRIGGERED leaves 10",
        "D TRADE 10 @ 93 leaves 0",
        "F TRADE 10 @ 93 leaves 0",
    ]


def test_stops_act_when_the_order_that_sets_them_off_is_done(matcher):
    draw(matcher, "103 D 5\n 102 C 5\n 101 B 5\n ---")
    play(matcher, stop_buy("A", 5, stop_px=101))
    assert play(matcher, buy("E", 10, at=102)) == [
        "E NEW leaves 10",
        "B TRADE 5 @ 101 leaves 0",
        "E TRADE 5 @ 101 leaves 5",
        "C TRADE 5 @ 102 leaves 0",
        "E TRADE 5 @ 102 leaves 0",
        "A TRIGGERED leaves 5",
        "D TRADE 5 @ 103 leaves 0",
        "A TRADE 5 @ 103 leaves 0",
    ]


def test_buy_stops_act_first_the_lowest_then_sell_stops_the_highest_each_by_arrival(matcher):
    play(matcher, stop_buy("A", 1, stop_px=99), stop_buy("B", 1, stop_px=98), stop_buy("C", 1, stop_px=98))
    play(matcher, stop_sell("D", 1, stop_px=103), stop_sell("E", 1, stop_px=104))
    events = play(matcher, sell("Y", 1, at=100), buy("Z", 1, at=100))
    assert events[4:] == [
        f"{name} {what}" for name in "BCAED" for what in ("TRIGGERED leaves 1", "CANCELED no_liquidity")
    ]


def test_a_stop_that_is_reached_already_acts_at_once(matcher):
    print_at(matcher, 100)
    draw(matcher, "101 B 10\n ---")
    assert play(matcher, stop_buy("A", 10, stop_px=100)) == [
        "A NEW leaves 10 hides 10",
        "A TRIGGERED leaves 10",
        "B TRADE 10 @ 101 leaves 0",
        "A TRADE 10 @ 101 leaves 0",
    ]


def test_a_stop_reached_before_a_call_waits_for_continuous_trading(matcher):
    print_at(matcher, 100)
    assert play(matcher, auction(), stop_buy("A", 5, stop_px=99)) == [
        "PHASE_CHANGED OPENING_AUCTION",
        "A NEW leaves 5 hides 5",
    ]
    assert waiting(matcher) == ["A buy 5 stop 99"]
    assert play(matcher, open_()) == ["PHASE_CHANGED CONTINUOUS", "A TRIGGERED leaves 5", "A CANCELED no_liquidity"]


def test_the_price_of_the_uncross_sets_off_stops(matcher):
    play(matcher, auction(), stop_buy("A", 5, stop_px=101), sell("B", 8, at=101), buy("C", 3, at=101))
    assert play(matcher, open_()) == [
        "PHASE_CHANGED CONTINUOUS 3 @ 101",
        "C TRADE 3 @ 101 leaves 0",
        "B TRADE 3 @ 101 leaves 5",
        "A TRIGGERED leaves 5",
        "B TRADE 5 @ 101 leaves 0",
        "A TRADE 5 @ 101 leaves 0",
    ]


def test_a_waiting_stop_can_be_canceled(matcher):
    play(matcher, stop_sell("A", 10, stop_px=95))
    assert play(matcher, cancel("A")) == ["A CANCELED"]
    assert waiting(matcher) == []


def test_a_stop_keeps_its_place_whatever_but_the_stop_price_changes(matcher):
    play(matcher, stop_sell("A", 10, stop_px=95), stop_sell("B", 10, stop_px=95))
    assert play(matcher, replace("A", 20, at=90)) == ["A REPLACED leaves 20 hides 20"]
    assert play(matcher, replace("A", 30, at=91, stop_px_ticks=95)) == ["A REPLACED leaves 30 hides 30"]
    assert waiting(matcher) == ["A sell 30 stop 95", "B sell 10 stop 95"]
    assert order_of(matcher, "A")["price_ticks"] == 91


def test_a_new_stop_price_goes_to_the_end_of_the_queue_there(matcher):
    play(matcher, stop_sell("A", 10, stop_px=95), stop_sell("B", 10, stop_px=96))
    play(matcher, replace("A", 10, at=None, stop_px_ticks=96))
    assert waiting(matcher) == ["B sell 10 stop 96", "A sell 10 stop 96"]


def test_a_new_stop_price_that_is_reached_already_acts_at_once(matcher):
    print_at(matcher, 100)
    draw(matcher, "---\n 99 B 10")
    play(matcher, stop_sell("A", 10, stop_px=95))
    assert play(matcher, replace("A", 10, at=None, stop_px_ticks=100)) == [
        "A REPLACED leaves 10 hides 10",
        "A TRIGGERED leaves 10",
        "B TRADE 10 @ 99 leaves 0",
        "A TRADE 10 @ 99 leaves 0",
    ]


@pytest.mark.parametrize(
    ("order", "reason"),
    [
        (stop_sell("A", 10, stop_px=0), "price_out_of_range"),
        (stop_sell("A", 10, stop_px=201), "price_out_of_range"),
        (stop_sell("A", 10, stop_px=95, price_ticks=201), "price_out_of_range"),
        (stop_sell("A", 10, stop_px=95, ord_type=4), "price_out_of_range"),
        (stop_sell("A", 10, stop_px=95, time_in_force=TimeInForce.IOC), "invalid_terms"),
        (stop_sell("A", 10, stop_px=95, time_in_force=TimeInForce.FOK), "invalid_terms"),
        (stop_sell("A", 10, stop_px=95, time_in_force=TimeInForce.AT_THE_CLOSE), "invalid_terms"),
        (sell("A", 10, at=101, stop_px_ticks=95), "invalid_terms"),
        (sell("A", 10, at=None, stop_px_ticks=95), "invalid_terms"),
    ],
)
def test_a_stop_needs_a_stop_price_and_no_other_order_has_one(matcher, order, reason):
    assert play(matcher, order) == [f"A REJECTED {reason}"]


def test_a_stop_price_is_replaced_in_the_range_and_while_the_stop_waits(matcher):
    draw(matcher, "---\n 95 B 1")
    play(matcher, stop_sell("A", 10, stop_px=95, at=96))
    assert play(matcher, replace("A", 10, at=96, stop_px_ticks=201)) == ["A REPLACE_REJECTED price_out_of_range"]
    assert play(matcher, replace("A", 10, at=None)) == ["A REPLACE_REJECTED price_out_of_range"]
    play(matcher, sell("C", 1, at=95))
    assert picture_of(matcher) == tidy("96 A 10\n ---")
    assert play(matcher, replace("A", 10, at=96, stop_px_ticks=94)) == ["A REPLACE_REJECTED invalid_terms"]
