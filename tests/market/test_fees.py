"""Fees through the real path: charged where the trade is settled, shown to whoever paid them, reserved beforehand."""

from decimal import Decimal

import pytest

from market.errors import InvalidRequest, NotPermitted, Rejected
from market.models import FeeSchedule, LedgerEntry, Order, Trade
from market.selectors import accounts, executions, positions
from market.services import fees, orders, trading
from vocabulary.fees import FeeRates
from vocabulary.rejects import RejectReason

RATES = {"maker_bps": "-0.25", "taker_bps": "1.5", "taker_per_lot": "0.002"}


@pytest.fixture
def costly(market):
    """A market with COST, whose makers get a quarter of a basis point back and whose takers pay."""
    market.list("COST", **RATES)
    market.symbol = "COST"
    return market


def test_the_taker_pays_and_the_maker_gets_a_rebate_in_the_trades_own_commit(costly):
    costly.house_places("SELL", 7, "10.01")
    costly.place("BUY", 7, "10.01")
    costly.drain()
    (trade,) = Trade.objects.all()
    assert (trade.buy_fee_micros, trade.sell_fee_micros) == (10_510 + 14_000, -1_752)
    (mine,), (theirs,) = positions.of_actor(costly.trader), positions.of_actor(costly.house)
    assert (mine.cash, mine.fees) == (Decimal("-70.09451"), Decimal("0.02451"))
    assert (theirs.cash, theirs.fees) == (Decimal("70.071752"), Decimal("-0.001752"))
    assert accounts.by_number(costly.account).cash == 100_000 + mine.cash


def test_whoever_paid_a_fee_sees_it_on_the_fill_and_on_the_execution_report(costly):
    costly.house_places("SELL", 7, "10.01")
    order = costly.place("BUY", 7, "10.01").order
    costly.drain()
    (fill,) = executions.fills_of_actor(costly.trader, count=5)
    assert fill.fee == Decimal("0.02451")
    (rebate,) = executions.fills_of_actor(costly.house, count=5)
    assert rebate.fee == Decimal("-0.001752")
    reports = executions.of_order(order.order_id, actor=costly.trader)
    assert [report.fee for report in reports] == [None, Decimal("0.02451")]
    page = executions.after("COST", sequence=0, actor=costly.house)
    assert [report.execution.fee for report in page.reports] == [None, Decimal("-0.001752")]


def test_both_sides_of_an_auction_pay_as_takers(costly):
    trading.change_phase("COST", phase=trading.TradingPhase.OPENING_AUCTION, actor=costly.operator, wait_s=0)
    costly.drain()
    costly.house_places("SELL", 7, "10.01")
    costly.place("BUY", 7, "10.01")
    trading.change_phase("COST", phase=trading.TradingPhase.CONTINUOUS, actor=costly.operator, wait_s=0)
    costly.drain()
    (trade,) = Trade.objects.all()
    assert trade.buy_fee_micros == trade.sell_fee_micros == 24_510


def test_the_worst_fee_is_part_of_what_an_order_reserves_until_it_is_filled_or_canceled(costly):
    order = costly.place("BUY", 7, "10.01").order
    assert accounts.by_number(costly.account).reserved == Decimal("70.0945105")
    costly.drain()
    assert accounts.by_number(costly.account).reserved == Decimal("70.0945105")
    costly.house_places("SELL", 3, "10.00")
    costly.drain()
    assert accounts.by_number(costly.account).reserved == Decimal("40.0540060")
    orders.cancel(order.order_id, actor=costly.trader)
    costly.drain()
    assert accounts.by_number(costly.account).reserved == 0
    assert Order.objects.get(pk=order.order_id).reserved_amount == 0


def test_an_order_whose_fee_the_account_cannot_pay_is_refused(costly):
    costly.list("DEAR", reference_price="1000.00", taker_bps="1")
    assert costly.place("BUY", 100, "1000.00", symbol="DEAR").reject is RejectReason.INSUFFICIENT_BUYING_POWER
    assert costly.place("BUY", 99, "1000.00", symbol="DEAR").is_accepted


def test_an_order_whose_fees_could_not_be_counted_is_refused_and_the_book_goes_on(market):
    market.list("VAST", lot_size="1000000", reference_price="10000.00", taker_bps="1000")
    vast = market.house_places("SELL", 5 * 10**10, "10000.00", symbol="VAST")
    assert vast.reject is RejectReason.ORDER_EXCEEDS_LIMIT
    assert market.house_places("SELL", 10**6, "10000.00", symbol="VAST").is_accepted
    assert market.drain("VAST") == 1


def test_fees_change_only_while_the_book_is_at_rest_and_hold_from_the_next_trade_on(market):
    market.trade(10)
    rates = FeeRates(taker_bps=Decimal(10))
    with pytest.raises(Rejected) as refusal:
        fees.set_schedule("ACME", rates, actor=market.operator)
    assert refusal.value.reason is RejectReason.NOT_IN_THIS_PHASE
    open_order = market.place("BUY", 1, "9.00").order
    market.drain()
    trading.halt("ACME", reason="new fees", actor=market.operator)
    with pytest.raises(Rejected) as refusal:
        fees.set_schedule("ACME", rates, actor=market.operator)
    assert refusal.value.reason is RejectReason.OPEN_ORDERS
    orders.cancel(open_order.order_id, actor=market.trader)
    market.drain()
    fees.set_schedule("ACME", rates, actor=market.operator)
    trading.resume("ACME", actor=market.operator)
    market.drain()
    market.trade(10)
    assert list(Trade.objects.order_by("pk").values_list("buy_fee_micros", flat=True)) == [0, 100_000]
    assert FeeSchedule.objects.get().from_trade_seq == 1


@pytest.mark.parametrize(
    ("rates", "field"),
    [
        ({"maker_bps": "-2", "taker_bps": "1"}, "maker_bps"),
        ({"maker_per_lot": "-0.01"}, "maker_per_lot"),
        ({"taker_bps": "1001"}, "taker_bps"),
        ({"taker_bps": "0.00001"}, "taker_bps"),
        ({"taker_bps": "NaN"}, "taker_bps"),
        ({"taker_bps": "-1", "maker_bps": "2"}, "taker_bps"),
        ({"taker_per_lot": "0.0000001"}, "taker_per_lot"),
        ({"taker_per_lot": "6"}, "taker_per_lot"),
    ],
)
def test_impossible_fees_are_refused_by_the_field_at_fault_and_nothing_is_kept(market, rates, field):
    trading.halt("ACME", reason="new fees", actor=market.operator)
    with pytest.raises(InvalidRequest) as refusal:
        fees.set_schedule(
            "ACME", FeeRates(**{name: Decimal(value) for name, value in rates.items()}), actor=market.operator
        )
    assert refusal.value.field == field
    assert not FeeSchedule.objects.exists()


def test_traders_set_no_fees(market):
    with pytest.raises(NotPermitted):
        fees.set_schedule("ACME", FeeRates(), actor=market.trader)
    assert LedgerEntry.objects.count() == 1


def test_the_example_of_the_manual(costly):
    """docs/accounts.md, An example by hand."""
    costly.house_places("SELL", 7, "10.01")
    costly.place("BUY", 7, "10.01")
    costly.drain()
    costly.place("BUY", 3, "10.00")
    costly.drain()
    costly.house_places("SELL", 3, "10.00")
    costly.drain()
    costly.house_places("BUY", 4, "10.10")
    costly.place("SELL", 4, "10.10")
    costly.drain()
    (held,) = positions.of_actor(costly.trader)
    assert (held.cash, held.fees) == (Decimal("-59.70782"), Decimal("0.03782"))
    assert (held.cost, held.average_cost, held.realised_profit) == (
        Decimal("60.042"),
        Decimal("10.007"),
        Decimal("0.372"),
    )
