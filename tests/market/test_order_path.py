"""The path of an order, from the acknowledgement to the position."""

from decimal import Decimal

import pytest

from market.records import OrderRecord, ReplaceTicket
from market.selectors import accounts, depth, executions, positions, trades
from market.selectors import orders as own_orders
from market.services import orders, trading
from tests.market_place import MarketPlace
from vocabulary.orders import ExecType, OrdStatus, Side
from vocabulary.rejects import RejectReason


def order(market: MarketPlace, order_id: int) -> OrderRecord:
    return own_orders.access_order(order_id, actor=market.trader)


def test_an_accepted_order_waits_for_the_matcher_and_then_rests(market):
    receipt = market.place("BUY", 100, "9.95")
    assert receipt.is_accepted
    assert receipt.order.ord_status is OrdStatus.PENDING_NEW
    assert market.drain() == 1
    resting = order(market, receipt.order.order_id)
    assert (resting.ord_status, resting.leaves_qty, resting.cum_qty) == (OrdStatus.NEW, 100, 0)
    book = depth.of("ACME", levels=10)
    assert [(level.price, level.quantity, level.order_count) for level in book.bids] == [(Decimal("9.95"), 100, 1)]
    assert book.offers == ()


def test_a_crossing_order_trades_at_the_resting_price_and_settles_both_sides(market):
    market.house_places("SELL", 100, "10.05")
    receipt = market.place("BUY", 30, "10.10")
    market.drain()
    filled = order(market, receipt.order.order_id)
    assert (filled.ord_status, filled.cum_qty, filled.leaves_qty) == (OrdStatus.FILLED, 30, 0)
    assert filled.avg_px == Decimal("10.05")
    (trade,) = trades.newest("ACME", count=10)
    assert (trade.trade_id, trade.price, trade.quantity, trade.aggressor_side) == (1, Decimal("10.05"), 30, Side.BUY)
    (mine,) = positions.of_actor(market.trader)
    (theirs,) = positions.of_actor(market.house)
    assert (mine.quantity, mine.cash) == (30, Decimal("-301.50"))
    assert (theirs.quantity, theirs.cash) == (-30, Decimal("301.50"))
    (account,) = accounts.of_actor(market.trader)
    assert (account.cash, account.reserved, account.buying_power) == (Decimal("99698.50"), 0, Decimal("99698.50"))


def test_an_open_buy_order_reserves_its_worst_price_and_gives_it_back_when_canceled(market):
    receipt = market.place("BUY", 100, "9.00")
    market.drain()
    assert accounts.of_actor(market.trader)[0].buying_power == Decimal("99100.00")
    orders.cancel(receipt.order.order_id, actor=market.trader)
    market.drain()
    assert order(market, receipt.order.order_id).ord_status is OrdStatus.CANCELED
    assert accounts.of_actor(market.trader)[0].buying_power == Decimal("100000.00")


def test_a_cash_account_cannot_spend_what_it_lacks(market):
    receipt = market.place("BUY", 10_001, "10.00")
    assert receipt.reject is RejectReason.INSUFFICIENT_BUYING_POWER
    assert receipt.order.ord_status is OrdStatus.REJECTED
    assert market.drain() == 0
    assert market.place("BUY", 10_000, "10.00").is_accepted
    assert market.place("BUY", 1, "5.00").reject is RejectReason.INSUFFICIENT_BUYING_POWER


def test_a_cash_account_cannot_sell_what_it_lacks_counting_its_open_sell_orders(market):
    market.trade(30)
    assert market.place("SELL", 31, "11.00").reject is RejectReason.INSUFFICIENT_POSITION
    assert market.place("SELL", 20, "11.00").is_accepted
    assert market.place("SELL", 11, "11.00").reject is RejectReason.INSUFFICIENT_POSITION
    assert market.place("SELL", 10, "11.00").is_accepted


def test_one_batch_cannot_spend_the_same_money_twice(market):
    tickets = [market.ticket("BUY", 6_000, "10.00"), market.ticket("BUY", 6_000, "10.00")]
    first, second = orders.place_many(tickets, actor=market.trader)
    assert first.is_accepted
    assert second.reject is RejectReason.INSUFFICIENT_BUYING_POWER


def test_a_ticket_handed_in_before_takes_no_means_from_the_others_of_its_batch(market):
    earlier = market.ticket("BUY", 6_000, "10.00", cl_ord_id="mine-1")
    orders.place(earlier, actor=market.trader)
    again, fresh = orders.place_many([earlier, market.ticket("BUY", 4_000, "10.00")], actor=market.trader)
    assert again.replayed
    assert fresh.is_accepted


def test_the_second_of_two_tickets_with_one_id_in_a_batch_is_a_replay_or_a_reuse(market):
    ticket = market.ticket("BUY", 10, "9.00", cl_ord_id="mine-1")
    other = market.ticket("BUY", 11, "9.00", cl_ord_id="mine-1")
    first, again, reused = orders.place_many([ticket, ticket, other], actor=market.trader)
    assert (first.replayed, again.replayed) == (False, True)
    assert again.order == first.order
    assert reused.reject is RejectReason.CL_ORD_ID_REUSED
    assert market.drain() == 1


def test_the_same_ticket_again_is_the_same_order(market):
    ticket = market.ticket("BUY", 10, "9.00", cl_ord_id="mine-1")
    first = orders.place(ticket, actor=market.trader)
    again = orders.place(ticket, actor=market.trader)
    assert again.replayed
    assert again.order.order_id == first.order.order_id
    assert market.drain() == 1


def test_a_cl_ord_id_with_other_content_is_refused_even_after_the_order_is_closed(market):
    receipt = market.place("BUY", 10, "9.00", cl_ord_id="mine-1")
    orders.cancel(receipt.order.order_id, actor=market.trader)
    market.drain()
    assert market.place("BUY", 11, "9.00", cl_ord_id="mine-1").reject is RejectReason.CL_ORD_ID_REUSED


def test_a_reject_stays_the_same_for_ever(market):
    ticket = market.ticket("SELL", 10, "10.00", cl_ord_id="mine-1")
    assert orders.place(ticket, actor=market.trader).reject is RejectReason.INSUFFICIENT_POSITION
    market.trade(30)
    again = orders.place(ticket, actor=market.trader)
    assert again.replayed
    assert again.reject is RejectReason.INSUFFICIENT_POSITION


@pytest.mark.parametrize(
    ("quantity", "price", "reason"),
    [
        ("10", "10.005", RejectReason.INVALID_PRICE_INCREMENT),
        ("10", "0", RejectReason.INVALID_PRICE_INCREMENT),
        ("10", "-1", RejectReason.INVALID_PRICE_INCREMENT),
        ("10", "4.99", RejectReason.PRICE_EXCEEDS_BAND),
        ("10", "1e30", RejectReason.PRICE_EXCEEDS_BAND),
        ("0", "10.00", RejectReason.INCORRECT_QUANTITY),
        ("-5", "10.00", RejectReason.INCORRECT_QUANTITY),
        ("1.5", "10.00", RejectReason.INCORRECT_QUANTITY),
        ("1e30", "10.00", RejectReason.ORDER_EXCEEDS_LIMIT),
    ],
)
def test_a_ticket_that_breaks_a_rule_is_rejected_with_that_rules_reason(market, quantity, price, reason):
    receipt = market.place("BUY", quantity, price)
    assert receipt.reject is reason
    assert receipt.order.ord_status is OrdStatus.REJECTED
    assert market.drain() == 0
    assert accounts.of_actor(market.trader)[0].buying_power == Decimal("100000.00")


def test_a_market_order_never_trades_beyond_its_collar_and_its_remainder_is_canceled(market):
    market.house_places("SELL", 10, "10.00")
    market.house_places("SELL", 10, "12.00")
    market.drain()
    receipt = market.place("BUY", 20)
    market.drain()
    done = order(market, receipt.order.order_id)
    assert (done.ord_status, done.cum_qty, done.avg_px) == (OrdStatus.CANCELED, 10, Decimal("10.00"))
    assert done.reject_reason is RejectReason.NO_LIQUIDITY
    assert accounts.of_actor(market.trader)[0].reserved == 0


def test_a_replacement_changes_price_and_total_and_what_is_reserved(market):
    receipt = market.place("BUY", 100, "9.00")
    market.drain()
    ticket = ReplaceTicket("r-1", receipt.order.order_id, Decimal(50), Decimal("9.50"))
    assert orders.replace(ticket, actor=market.trader).is_accepted
    assert orders.replace(ticket, actor=market.trader).replayed
    assert market.drain() == 1
    replaced = order(market, receipt.order.order_id)
    assert (replaced.order_qty, replaced.price, replaced.leaves_qty) == (50, Decimal("9.50"), 50)
    assert accounts.of_actor(market.trader)[0].reserved == Decimal("475.00")


def test_a_replacement_that_the_account_cannot_pay_is_rejected_and_the_order_stays(market):
    receipt = market.place("BUY", 100, "9.00")
    market.drain()
    ticket = ReplaceTicket("r-1", receipt.order.order_id, Decimal(20_000), Decimal("9.00"))
    assert orders.replace(ticket, actor=market.trader).reject is RejectReason.INSUFFICIENT_BUYING_POWER
    assert market.drain() == 0
    assert order(market, receipt.order.order_id).order_qty == 100


def test_after_a_halt_no_order_trades_but_cancels_work_and_a_resume_lets_trading_go_on(market):
    resting = market.place("BUY", 10, "9.00")
    market.house_places("SELL", 10, "10.00")
    waiting = market.place("BUY", 10, "10.00")
    trading.halt("ACME", reason="news pending", actor=market.operator)
    market.drain()
    assert trades.newest("ACME", count=10) == []
    assert order(market, waiting.order.order_id).reject_reason is RejectReason.INSTRUMENT_HALTED
    refused = market.place("BUY", 10, "10.00")
    assert refused.reject is RejectReason.INSTRUMENT_HALTED
    assert "news pending" in refused.reject_text
    trading.resume("ACME", actor=market.operator)
    market.trade(5)
    assert [trade.quantity for trade in trades.newest("ACME", count=10)] == [5]
    assert resting.is_accepted


def test_the_execution_reports_of_an_order_tell_its_whole_life(market):
    receipt = market.place("BUY", 30, "10.00")
    market.house_places("SELL", 10, "10.00")
    market.drain()
    orders.cancel(receipt.order.order_id, actor=market.trader)
    market.drain()
    reports = executions.of_order(receipt.order.order_id, actor=market.trader)
    assert [(r.exec_type, r.cum_qty, r.leaves_qty) for r in reports] == [
        (ExecType.NEW, 0, 30),
        (ExecType.TRADE, 10, 20),
        (ExecType.CANCELED, 10, 0),
    ]


def test_an_order_worth_more_than_the_exchange_can_count_is_rejected(market):
    market.list("HUGE", tick_size="100000", lot_size="1000000", reference_price="100000000000")
    receipt = market.house_places("SELL", "1000000000000", "100000000000", symbol="HUGE")
    assert receipt.reject is RejectReason.ORDER_EXCEEDS_LIMIT
    assert market.drain("HUGE") == 0


def test_tickets_that_differ_in_the_last_of_many_digits_are_different(market):
    first = market.place("BUY", 10, "9.0" + "0" * 35 + "1", cl_ord_id="long-1")
    assert first.reject is RejectReason.INVALID_PRICE_INCREMENT
    again = market.place("BUY", 10, "9.0" + "0" * 35 + "2", cl_ord_id="long-1")
    assert again.reject is RejectReason.CL_ORD_ID_REUSED
    same = market.place("BUY", 10, "9.0" + "0" * 35 + "10", cl_ord_id="long-1")
    assert same.replayed
