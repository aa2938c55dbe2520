"""Trading phases and auctions, from the operator's word to the trades."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from access.selectors import audit
from market.errors import InvalidRequest, NotPermitted, Rejected
from market.matcher import schedule, verification
from market.models import Book, InboxCommand, Instrument
from market.selectors import depth, executions, tickers, trades
from market.selectors import orders as own_orders
from market.services import instruments, orders, trading
from tests.market_place import MarketPlace
from vocabulary.orders import LiquiditySide, OrdStatus
from vocabulary.phases import AllocationRule, TradingPhase
from vocabulary.rejects import RejectReason


def enter(market: MarketPlace, phase: TradingPhase, reason: str = "") -> None:
    trading.change_phase("ACME", phase=phase, reason=reason, actor=market.operator)
    market.drain()


def book() -> Book:
    return Book.objects.get(instrument__symbol="ACME")


def assert_journal_holds() -> None:
    assert verification.verify(Instrument.objects.get(symbol="ACME")).fault == ""


def test_a_change_of_phase_is_accepted_first_and_taken_up_by_the_matcher(market):
    record = trading.change_phase("ACME", phase=TradingPhase.PRE_OPEN, reason="morning", actor=market.operator)
    assert record.phase is TradingPhase.CONTINUOUS
    market.drain()
    assert (book().phase, book().phase_reason) == (TradingPhase.PRE_OPEN, "morning")
    entry = audit.newest(count=1)[0]
    assert (entry.action, entry.subject, entry.detail) == (
        "instrument.change_phase", "ACME", {"phase": "PRE_OPEN", "reason": "morning"},
    )  # fmt: skip
    assert_journal_holds()


def test_a_trader_changes_no_phase(market):
    for act in (
        lambda: trading.change_phase("ACME", phase=TradingPhase.CLOSED, actor=market.trader),
        lambda: trading.uncross("ACME", actor=market.trader),
    ):
        with pytest.raises(NotPermitted):
            act()
    assert not InboxCommand.objects.exists()


def test_a_call_collects_orders_and_the_uncross_trades_them_at_one_price(market):
    enter(market, TradingPhase.OPENING_AUCTION)
    buy = market.place("BUY", 100, "10.10").order
    sell = market.house_places("SELL", 60, "10.00").order
    market.house_places("SELL", 10, "10.05")
    market.drain()
    assert trades.newest("ACME", count=9) == []
    ticker = tickers.of("ACME")
    assert (ticker.indicative_px, ticker.indicative_qty, ticker.imbalance_qty) == (Decimal("10.10"), 70, 30)
    record = trading.uncross("ACME", actor=market.operator)
    assert record.phase is TradingPhase.OPENING_AUCTION
    market.drain()
    found = trades.newest("ACME", count=9)
    assert [(trade.price, trade.quantity, trade.aggressor_side) for trade in found] == [
        (Decimal("10.10"), 10, None), (Decimal("10.10"), 60, None),
    ]  # fmt: skip
    (fill, *_) = executions.fills_of_actor(market.house, count=9)[::-1]
    assert (fill.order_id, fill.liquidity_side) == (sell.order_id, LiquiditySide.AUCTION)
    mine = own_orders.access_order(buy.order_id, actor=market.trader)
    assert (mine.cum_qty, mine.avg_px, mine.ord_status) == (70, Decimal("10.10"), OrdStatus.PARTIALLY_FILLED)
    ticker = tickers.of("ACME")
    assert (ticker.phase, ticker.indicative_px, ticker.imbalance_qty) == (TradingPhase.CONTINUOUS, None, None)
    assert_journal_holds()


def test_a_market_order_in_a_call_shows_no_price_and_holds_back_up_to_the_bands_edge(market):
    enter(market, TradingPhase.OPENING_AUCTION)
    order = market.place("BUY", 10).order
    market.drain()
    row = own_orders.access_order(order.order_id, actor=market.trader)
    assert (row.ord_status, row.price) == (OrdStatus.NEW, None)
    assert depth.of("ACME", levels=5).bids == ()
    assert market.place("BUY", 6_660, "15.00").reject is RejectReason.INSUFFICIENT_BUYING_POWER
    market.house_places("SELL", 10, "9.80")
    trading.uncross("ACME", actor=market.operator)
    market.drain()
    assert own_orders.access_order(order.order_id, actor=market.trader).avg_px == Decimal("9.80")


@pytest.mark.parametrize(
    ("terms", "named"),
    [
        ({"price": "10.00", "time_in_force": "IOC"}, "IOC"),
        ({"price": "10.00", "time_in_force": "FOK"}, "FOK"),
        ({"price": "10.00", "min_qty": 1}, "min_qty"),
        ({"ord_type": "PEGGED", "peg_price_type": "MID"}, "PEGGED"),
    ],
)
def test_a_call_rejects_what_cannot_wait(market, terms, named):
    enter(market, TradingPhase.CLOSING_AUCTION)
    receipt = market.place("BUY", 10, **{"price": None, **terms})
    assert receipt.reject is RejectReason.NOT_IN_THIS_PHASE
    assert named in receipt.reject_text


def test_orders_for_the_open_are_for_the_phases_before_it(market):
    assert market.place("BUY", 1, "9.00", time_in_force="AT_THE_OPEN").reject is RejectReason.NOT_IN_THIS_PHASE
    enter(market, TradingPhase.PRE_OPEN)
    order = market.place("BUY", 1, "9.00", time_in_force="AT_THE_OPEN").order
    enter(market, TradingPhase.CONTINUOUS)
    expired = own_orders.access_order(order.order_id, actor=market.trader)
    assert (expired.ord_status, expired.reject_reason) == (OrdStatus.EXPIRED, RejectReason.AUCTION_OVER)


def test_an_order_for_the_close_stands_aside_unseen_until_the_closing_auction(market):
    order = market.place("BUY", 10, "10.00", time_in_force="AT_THE_CLOSE").order
    market.house_places("SELL", 10, "10.00")
    market.drain()
    assert depth.of("ACME", levels=5).bids == ()
    enter(market, TradingPhase.CLOSING_AUCTION)
    assert [level.quantity for level in depth.of("ACME", levels=5).bids] == [10]
    trading.uncross("ACME", actor=market.operator)
    market.drain()
    assert book().phase == TradingPhase.CLOSED
    assert own_orders.access_order(order.order_id, actor=market.trader).ord_status is OrdStatus.FILLED
    assert_journal_holds()


def test_a_closed_instrument_takes_cancels_only(market):
    order = market.place("BUY", 10, "9.00").order
    enter(market, TradingPhase.CLOSED, "good night")
    receipt = market.place("BUY", 10, "9.00")
    assert receipt.reject is RejectReason.EXCHANGE_CLOSED
    assert "good night" in receipt.reject_text
    orders.cancel(order.order_id, actor=market.trader)
    market.drain()
    assert own_orders.access_order(order.order_id, actor=market.trader).ord_status is OrdStatus.CANCELED


def test_there_is_nothing_to_uncross_outside_a_call(market):
    with pytest.raises(Rejected) as refused:
        trading.uncross("ACME", actor=market.operator)
    assert refused.value.reason is RejectReason.NOT_IN_THIS_PHASE


def test_a_reason_that_is_too_long_changes_nothing(market):
    with pytest.raises(InvalidRequest):
        trading.change_phase("ACME", phase=TradingPhase.CLOSED, reason="x" * 201, actor=market.operator)
    assert not InboxCommand.objects.exists()


def test_a_halt_forgets_the_changes_of_phase_that_wait(market):
    trading.change_phase("ACME", phase=TradingPhase.CLOSED, actor=market.operator)
    trading.halt("ACME", reason="news pending", actor=market.operator)
    market.drain()
    assert (book().phase, book().phase_reason) == (TradingPhase.HALTED, "news pending")


def test_a_halt_in_a_call_is_resumed_through_the_matcher_because_orders_would_trade(market):
    enter(market, TradingPhase.OPENING_AUCTION)
    market.place("BUY", 10, "10.10")
    market.house_places("SELL", 10, "10.00")
    market.drain()
    trading.halt("ACME", reason="news pending", actor=market.operator)
    assert tickers.of("ACME").indicative_px is None
    market.drain()
    assert trading.resume("ACME", actor=market.operator).phase is TradingPhase.HALTED
    market.drain()
    assert book().phase == TradingPhase.CONTINUOUS
    assert [trade.aggressor_side for trade in trades.newest("ACME", count=9)] == [None]
    assert_journal_holds()


def test_orders_that_wish_it_are_canceled_on_a_halt_and_no_other(market):
    wishes = market.place("BUY", 10, "9.00", exec_inst="CANCEL_ON_HALT").order
    stays = market.place("BUY", 10, "9.00").order
    market.drain()
    trading.halt("ACME", reason="news pending", actor=market.operator)
    market.drain()
    canceled = own_orders.access_order(wishes.order_id, actor=market.trader)
    assert (canceled.ord_status, canceled.reject_reason) == (OrdStatus.CANCELED, RejectReason.CANCELED_ON_HALT)
    assert own_orders.access_order(stays.order_id, actor=market.trader).ord_status is OrdStatus.NEW
    assert_journal_holds()


def test_a_trade_outside_the_price_band_opens_an_auction_that_ends_by_the_clock_once(market):
    instruments.set_bands("ACME", static_band_bps=0, dynamic_band_bps=100, actor=market.operator)
    market.trade(10, "10.00")
    market.house_places("SELL", 10, "10.50")
    market.place("BUY", 10, "10.50")
    market.drain()
    assert book().phase == TradingPhase.VOLATILITY_AUCTION
    assert "10.50" in book().phase_reason
    ends_at = book().auction_ends_at
    assert ends_at is not None
    ends_in = ends_at - timezone.now()
    assert timedelta(seconds=25) < ends_in <= timedelta(seconds=30)
    assert schedule.end_auctions() == []
    Book.objects.update(auction_ends_at=timezone.now() - timedelta(seconds=1))
    assert schedule.end_auctions() == ["ACME"]
    assert schedule.end_auctions() == []
    market.drain()
    assert (book().phase, book().auction_ends_at, book().phase_reason) == (TradingPhase.CONTINUOUS, None, "")
    assert trades.newest("ACME", count=1)[0].price == Decimal("10.50")
    assert_journal_holds()


def test_operators_set_bands_reference_and_allocation_and_the_book_takes_them_up(market):
    instruments.set_bands("ACME", static_band_bps=500, dynamic_band_bps=200, actor=market.operator)
    instruments.set_reference("ACME", price=Decimal("10.20"), actor=market.operator)
    record = instruments.set_allocation("ACME", allocation=AllocationRule.PRO_RATA, actor=market.operator)
    assert (record.static_band_bps, record.dynamic_band_bps, record.allocation) == (500, 200, AllocationRule.PRO_RATA)
    assert record.reference_price == Decimal("10.20")
    market.drain()
    assert book().reference_ticks == 1_020
    assert [entry.action for entry in audit.newest(count=3)] == [
        "instrument.set_allocation", "instrument.set_reference", "instrument.set_bands",
    ]  # fmt: skip
    assert_journal_holds()


def test_a_trader_sets_no_rules_and_no_band_is_wider_than_the_limit(market):
    with pytest.raises(NotPermitted):
        instruments.set_bands("ACME", static_band_bps=0, dynamic_band_bps=100, actor=market.trader)
    with pytest.raises(InvalidRequest) as refused:
        instruments.set_bands("ACME", static_band_bps=100_001, dynamic_band_bps=0, actor=market.operator)
    assert refused.value.field == "static_band_bps"
    with pytest.raises(InvalidRequest):
        instruments.set_reference("ACME", price=Decimal("99.00"), actor=market.operator)
    assert not InboxCommand.objects.exists()


def test_all_orders_of_an_account_are_canceled_at_once(market):
    mine = [market.place("BUY", 10, price).order for price in ("9.00", "9.10")]
    theirs = market.house_places("BUY", 10, "9.00").order
    market.drain()
    assert orders.mass_cancel(market.account, actor=market.trader) == 2
    market.drain()
    for order in mine:
        canceled = own_orders.access_order(order.order_id, actor=market.trader)
        assert (canceled.ord_status, canceled.reject_reason) == (OrdStatus.CANCELED, RejectReason.MASS_CANCEL)
    assert own_orders.access_order(theirs.order_id, actor=market.house).ord_status is OrdStatus.NEW
    assert orders.mass_cancel(market.account, symbol="ACME", actor=market.trader) == 0
