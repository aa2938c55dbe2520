"""The table of phases, cell by cell, and what entering a phase does."""

import numpy as np
import pytest

from matching.layout import NO_PRICE
from tests.matching.drawing import (
    Matcher,
    auction,
    buy,
    cancel,
    close,
    closing_auction,
    draw,
    enter,
    halt,
    open_,
    or_else,
    peg_buy,
    picture_of,
    play,
    replace,
    resume,
    sell,
    stop_buy,
    tidy,
    waiting,
)
from vocabulary.orders import OrdType, PegPriceType, TimeInForce
from vocabulary.phases import TradingPhase
from vocabulary.rejects import RejectReason

COLLECTING = [
    TradingPhase.PRE_OPEN,
    TradingPhase.OPENING_AUCTION,
    TradingPhase.VOLATILITY_AUCTION,
    TradingPhase.CLOSING_AUCTION,
]
REFUSING = {
    TradingPhase.CLOSED: RejectReason.EXCHANGE_CLOSED.code,
    TradingPhase.HALTED: RejectReason.INSTRUMENT_HALTED.code,
}
PICTURE = "101 A 10\n ---\n 99 B 10"


def go_to(matcher: Matcher, phase: TradingPhase) -> None:
    play(matcher, halt() if phase is TradingPhase.HALTED else enter(phase))


@pytest.mark.parametrize("phase", COLLECTING)
def test_in_a_call_orders_rest_without_trading(matcher, phase):
    draw(matcher, PICTURE)
    go_to(matcher, phase)
    assert play(matcher, buy("C", 5, at=101), sell("D", 5, at=None)) == ["C NEW leaves 5", "D NEW leaves 5 hides 5"]
    assert picture_of(matcher) == tidy("101 A 10\n any D 5\n ---\n 101 C 5\n 99 B 10")


@pytest.mark.parametrize("phase", COLLECTING)
@pytest.mark.parametrize(
    "order",
    [
        buy("C", 5, at=101, time_in_force=TimeInForce.IOC),
        buy("C", 5, at=101, time_in_force=TimeInForce.FOK),
        buy("C", 5, at=101, min_qty_lots=1),
        peg_buy("C", 5, to=PegPriceType.PRIMARY),
    ],
)
def test_a_call_takes_nothing_that_must_trade_at_once_or_follow_the_market(matcher, phase, order):
    draw(matcher, PICTURE)
    go_to(matcher, phase)
    assert play(matcher, order) == ["C REJECTED not_in_this_phase"]


@pytest.mark.parametrize("phase", list(TradingPhase))
def test_an_order_for_the_opening_is_taken_before_it_and_in_it(matcher, phase):
    go_to(matcher, phase)
    takes = phase in (TradingPhase.PRE_OPEN, TradingPhase.OPENING_AUCTION)
    reason = REFUSING.get(phase, RejectReason.NOT_IN_THIS_PHASE.code)
    assert play(matcher, buy("C", 5, at=101, time_in_force=TimeInForce.AT_THE_OPEN)) == [
        "C NEW leaves 5" if takes else f"C REJECTED {reason}"
    ]


@pytest.mark.parametrize("phase", [phase for phase in TradingPhase if phase not in REFUSING])
def test_an_order_for_the_close_stands_aside_until_the_closing_auction(matcher, phase):
    draw(matcher, PICTURE)
    go_to(matcher, phase)
    order = buy("C", 5, at=101, time_in_force=TimeInForce.AT_THE_CLOSE)
    if phase is TradingPhase.CLOSING_AUCTION:
        assert play(matcher, order) == ["C NEW leaves 5"]
        assert picture_of(matcher) == tidy("101 A 10\n ---\n 101 C 5\n 99 B 10")
    else:
        assert play(matcher, order) == ["C NEW leaves 5 hides 5"]
        assert waiting(matcher) == ["C buy 5 aside"]


@pytest.mark.parametrize("phase", list(REFUSING))
@pytest.mark.parametrize("order", [buy("C", 5, at=101), buy("C", 5, at=None), stop_buy("C", 5, stop_px=101)])
def test_a_closed_or_halted_book_takes_no_order(matcher, phase, order):
    draw(matcher, PICTURE)
    go_to(matcher, phase)
    assert play(matcher, order) == [f"C REJECTED {REFUSING[phase]}"]


def test_in_continuous_trading_orders_take(matcher):
    draw(matcher, PICTURE)
    assert play(matcher, buy("C", 5, at=101))[1] == "A TRADE 5 @ 101 leaves 5"


@pytest.mark.parametrize("phase", list(TradingPhase))
def test_a_cancel_is_taken_in_every_phase(matcher, phase):
    draw(matcher, PICTURE)
    go_to(matcher, phase)
    assert play(matcher, cancel("A")) == ["A CANCELED"]


@pytest.mark.parametrize("phase", list(TradingPhase))
def test_a_replace_is_taken_unless_the_book_is_closed_or_halted(matcher, phase):
    draw(matcher, PICTURE)
    go_to(matcher, phase)
    refused = REFUSING.get(phase)
    assert play(matcher, replace("A", 20, at=102)) == [
        f"A REPLACE_REJECTED {refused}" if refused else "A REPLACED leaves 20"
    ]


@pytest.mark.parametrize("phase", COLLECTING)
def test_in_a_call_a_replaced_order_does_not_trade(matcher, phase):
    draw(matcher, PICTURE)
    go_to(matcher, phase)
    assert play(matcher, replace("B", 10, at=105)) == ["B REPLACED leaves 10"]
    assert picture_of(matcher) == tidy("101 A 10\n ---\n 105 B 10")


@pytest.mark.parametrize("phase", [TradingPhase.CONTINUOUS, TradingPhase.HALTED])
def test_pegged_orders_stay_priced_in_continuous_trading_and_in_its_halt(matcher, phase):
    draw(matcher, PICTURE)
    play(matcher, peg_buy("C", 5, to=PegPriceType.PRIMARY))
    go_to(matcher, phase)
    assert picture_of(matcher) == tidy("101 A 10\n ---\n 99 B 10, C 5")


@pytest.mark.parametrize("phase", [*COLLECTING, TradingPhase.CLOSED])
def test_pegged_orders_stand_aside_in_every_other_phase(matcher, phase):
    draw(matcher, PICTURE)
    play(matcher, peg_buy("C", 5, to=PegPriceType.PRIMARY), peg_buy("D", 5, to=PegPriceType.MID))
    assert play(matcher, enter(phase)) == [
        f"PHASE_CHANGED {phase.name}",
        "C RESTATED aside leaves 5 hides 5",
        "D RESTATED aside leaves 5 hides 5",
    ]
    assert play(matcher, enter(phase)) == [f"PHASE_CHANGED {phase.name}"]


@pytest.mark.parametrize("number", [TradingPhase.HALTED, -1, 7, 2**15 - 1])
def test_only_a_halt_halts_and_there_are_no_other_phases(matcher, number):
    (event,) = matcher.apply(enter(number))
    assert (event["kind"], event["reason"], event["phase"]) == (8, RejectReason.INVALID_COMMAND, 3)


@pytest.mark.parametrize("before", list(TradingPhase))
@pytest.mark.parametrize("after", list(TradingPhase))
def test_every_phase_may_follow_every_phase(matcher, before, after):
    go_to(matcher, before)
    (event,) = matcher.apply(halt() if after is TradingPhase.HALTED else enter(after))
    told = [int(event[name]) for name in ("phase", "price_ticks", "last_qty_lots", "order_id", "account_id")]
    assert told == [after, NO_PRICE, 0, 0, 0]


def test_a_resume_is_a_change_to_continuous_trading(matcher):
    play(matcher, auction(), sell("A", 5, at=100), buy("B", 5, at=100))
    assert play(matcher, resume())[0] == "PHASE_CHANGED CONTINUOUS 5 @ 100"


def test_after_the_auction_market_orders_are_canceled_and_orders_for_it_expire_in_book_order(matcher):
    play(
        matcher,
        auction(),
        buy("A", 5, at=99, time_in_force=TimeInForce.AT_THE_OPEN),
        buy("B", 5, at=None),
        buy("C", 5, at=100),
        sell("D", 5, at=103, time_in_force=TimeInForce.AT_THE_OPEN),
        sell("E", 5, at=102, ord_type=OrdType.MARKET),
        buy("F", 5, at=100, time_in_force=TimeInForce.AT_THE_OPEN),
        cancel("B"),
    )
    assert play(matcher, open_()) == [
        "PHASE_CHANGED CONTINUOUS",
        "F EXPIRED auction_over",
        "A EXPIRED auction_over",
        "E CANCELED auction_over",
        "D EXPIRED auction_over",
    ]
    assert picture_of(matcher) == tidy("---\n 100 C 5")


def test_the_end_of_one_order_may_end_its_partner_which_is_then_passed_over(matcher):
    play(matcher, auction(), buy("A", 5, at=None), buy("B", 5, at=None, **or_else("A")))
    assert play(matcher, open_()) == ["PHASE_CHANGED CONTINUOUS", "A CANCELED auction_over", "B CANCELED linked_order"]


def test_orders_for_the_close_enter_the_closing_auction_in_entry_order(matcher):
    at_the_close = {"time_in_force": TimeInForce.AT_THE_CLOSE}
    play(matcher, buy("A", 5, at=100, **at_the_close), sell("B", 5, at=None, **at_the_close))
    play(matcher, sell("C", 9, at=101, display_qty_lots=3, **at_the_close), buy("D", 7, at=100))
    assert play(matcher, closing_auction()) == [
        "PHASE_CHANGED CLOSING_AUCTION",
        "A TRIGGERED leaves 5",
        "B TRIGGERED leaves 5 hides 5",
        "C TRIGGERED leaves 9 hides 6",
    ]
    assert picture_of(matcher) == tidy("101 C 9 shows 3\n any B 5\n ---\n 100 D 7, A 5")
    assert play(matcher, close()) == [
        "PHASE_CHANGED CLOSED 5 @ 100",
        "D TRADE 5 @ 100 leaves 2",
        "B TRADE 5 @ 100 leaves 0",
        "A EXPIRED auction_over",
        "C EXPIRED auction_over",
    ]
    assert picture_of(matcher) == tidy("---\n 100 D 2")


def test_orders_for_the_close_that_never_saw_an_auction_expire_in_entry_order(matcher):
    at_the_close = {"time_in_force": TimeInForce.AT_THE_CLOSE}
    play(matcher, sell("B", 5, at=101, **at_the_close), buy("A", 5, at=None, **at_the_close))
    assert play(matcher, close()) == ["PHASE_CHANGED CLOSED", "B EXPIRED auction_over", "A EXPIRED auction_over"]


def test_orders_for_the_close_sleep_through_the_opening(matcher):
    play(matcher, auction(), sell("B", 5, at=101, time_in_force=TimeInForce.AT_THE_CLOSE), buy("A", 5, at=101))
    assert play(matcher, open_()) == ["PHASE_CHANGED CONTINUOUS"]
    assert waiting(matcher) == ["B sell 5 aside"]


def test_a_closed_book_keeps_its_orders(matcher):
    draw(matcher, PICTURE)
    play(matcher, close())
    assert picture_of(matcher) == tidy(PICTURE)


def test_an_order_aside_may_be_replaced_and_keeps_its_entry(matcher):
    at_the_close = {"time_in_force": TimeInForce.AT_THE_CLOSE}
    play(matcher, buy("A", 5, at=100, **at_the_close), buy("B", 5, at=100, **at_the_close))
    assert play(matcher, replace("A", 50, at=101)) == ["A REPLACED leaves 50 hides 50"]
    assert waiting(matcher) == ["A buy 50 aside", "B buy 5 aside"]


def test_every_event_of_entering_a_phase_carries_it(matcher):
    play(matcher, auction(), sell("A", 5, at=100), buy("B", 9, at=None))
    events = matcher.apply(np.concatenate([open_()]))
    assert events["phase"].tolist() == [3, 3, 3, 3]
