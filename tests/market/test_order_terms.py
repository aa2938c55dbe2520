"""What an order may name beyond side, quantity and price, and what it gets for it."""

import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from market.matcher import restoring, schedule, verification
from market.models import InboxCommand, Instrument, JournalTerms, OrderTerms
from market.records import OrderRecord, ReplaceTicket
from market.selectors import accounts, depth, executions
from market.selectors import orders as own_orders
from market.services import orders
from tests.market_place import MarketPlace
from vocabulary.orders import (
    ExecInst,
    ExecType,
    OrdStatus,
    PegPriceType,
    SelfTradePrevention,
)
from vocabulary.rejects import RejectReason

TOMORROW = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)


def placed(market: MarketPlace, *ticket: Any, **terms: Any) -> OrderRecord:
    """The order once the matcher has taken it."""
    receipt = market.place(*ticket, **terms)
    assert receipt.is_accepted, receipt.reject_text
    market.drain()
    return own_orders.access_order(receipt.order.order_id, actor=market.trader)


def now(market: MarketPlace, order: OrderRecord) -> OrderRecord:
    return own_orders.access_order(order.order_id, actor=market.trader)


def levels(market: MarketPlace, side: str) -> list[tuple[Decimal, Decimal]]:
    return [(level.price, level.quantity) for level in getattr(depth.of("ACME", levels=10), side)]


def assert_journal_holds(market: MarketPlace) -> None:
    """The journal gives the same events again, and the book that its rows show."""
    instrument = Instrument.objects.get(symbol="ACME")
    assert verification.verify(instrument).fault == ""
    assert restoring.restore(instrument.pk).book.open_order_count == instrument.order_set.filter(is_open=True).count()


def test_a_plain_order_leaves_no_trace_of_terms(market):
    order = placed(market, "BUY", 10, "9.00", time_in_force="GTC")
    assert not OrderTerms.objects.exists()
    assert not JournalTerms.objects.exists()
    assert (order.stop_px, order.display_qty, order.exec_inst, order.contingency_type) == (
        None, None, ExecInst.NONE, None,
    )  # fmt: skip


def test_an_iceberg_shows_its_display_quantity_and_reloads(market):
    order = placed(market, "BUY", 100, "10.00", display_qty=30)
    assert order.display_qty == 30
    assert levels(market, "bids") == [(Decimal("10.00"), Decimal(30))]
    market.house_places("SELL", 40, "10.00")
    market.drain()
    assert (now(market, order).leaves_qty, levels(market, "bids")) == (60, [(Decimal("10.00"), Decimal(20))])
    assert_journal_holds(market)


def test_a_stop_waits_unseen_and_trades_once_the_market_has_reached_it(market):
    market.trade(50, "10.00")
    stop = placed(market, "SELL", 20, ord_type="STOP", stop_px="9.90")
    assert (stop.ord_status, stop.stop_px, stop.price) == (OrdStatus.NEW, Decimal("9.90"), None)
    assert levels(market, "offers") == []
    market.house_places("BUY", 10, "9.90")
    market.house_places("BUY", 50, "9.85")
    market.house_places("SELL", 10, "9.90")
    market.drain()
    assert (now(market, stop).ord_status, now(market, stop).avg_px) == (OrdStatus.FILLED, Decimal("9.85"))
    kinds = [report.exec_type for report in executions.of_order(stop.order_id, actor=market.trader)]
    assert kinds == [ExecType.NEW, ExecType.TRIGGERED, ExecType.TRADE]
    assert_journal_holds(market)


def test_a_stop_to_buy_holds_back_what_its_protection_may_cost(market):
    market.trade(10, "10.00")
    before = accounts.of_actor(market.trader)[0].reserved
    named = placed(market, "BUY", 10, ord_type="STOP", stop_px="10.50", protection_px="10.60")
    assert named.protection_px == Decimal("10.60")
    assert accounts.of_actor(market.trader)[0].reserved - before == Decimal("106.00")
    placed(market, "BUY", 10, ord_type="STOP", stop_px="10.20")
    collar = Decimal("10.72")
    assert accounts.of_actor(market.trader)[0].reserved - before == Decimal("106.00") + 10 * collar


def test_a_stop_limit_rests_at_its_price_when_it_is_reached(market):
    order = placed(market, "BUY", 10, "10.20", ord_type="STOP_LIMIT", stop_px="10.10")
    assert (order.price, levels(market, "bids")) == (Decimal("10.20"), [])
    market.house_places("SELL", 5, "10.10")
    market.house_places("BUY", 5, "10.10")
    market.drain()
    assert levels(market, "bids") == [(Decimal("10.20"), Decimal(10))]
    assert now(market, order).ord_status is OrdStatus.NEW


def test_a_trailing_stop_follows_the_market_and_never_turns_back(market):
    market.trade(50, "10.00")
    stop = placed(market, "SELL", 20, ord_type="STOP", peg_price_type="TRAILING_STOP", peg_offset="0.20")
    assert (stop.peg_price_type, stop.peg_offset) == (PegPriceType.TRAILING_STOP, Decimal("0.20"))
    for price in ("10.30", "10.15"):
        market.house_places("SELL", 1, price)
        market.house_places("BUY", 1, price)
        market.drain()
    assert now(market, stop).ord_status is OrdStatus.NEW
    market.house_places("BUY", 30, "10.10")
    market.house_places("SELL", 1, "10.10")
    market.drain()
    assert now(market, stop).ord_status is OrdStatus.FILLED
    assert_journal_holds(market)


def test_a_pegged_order_follows_the_best_price_up_to_its_limit(market):
    market.house_places("BUY", 5, "9.90")
    market.drain()
    order = placed(market, "BUY", 10, "10.00", ord_type="PEGGED", peg_price_type="PRIMARY", peg_offset="-0.01")
    assert (order.price, order.pegged_price) == (Decimal("10.00"), Decimal("9.89"))
    assert accounts.of_actor(market.trader)[0].reserved == Decimal("100.00")
    market.house_places("BUY", 5, "9.95")
    market.drain()
    assert now(market, order).pegged_price == Decimal("9.94")
    assert accounts.of_actor(market.trader)[0].reserved == Decimal("100.00")
    assert levels(market, "bids")[1] == (Decimal("9.94"), Decimal(10))
    assert_journal_holds(market)


def test_a_pegged_order_without_a_limit_holds_back_up_to_the_bands_edge(market):
    order = placed(market, "BUY", 10, ord_type="PEGGED", peg_price_type="PRIMARY")
    assert (order.price, order.pegged_price) == (None, None)
    assert accounts.of_actor(market.trader)[0].reserved == Decimal("150.00")


def test_an_order_that_may_only_rest_is_rejected_when_it_would_trade_or_slides(market):
    market.house_places("SELL", 5, "10.00")
    market.drain()
    rejected = placed(market, "BUY", 5, "10.00", exec_inst="POST_ONLY")
    assert (rejected.ord_status, rejected.reject_reason) == (OrdStatus.REJECTED, RejectReason.WOULD_TRADE)
    slid = placed(market, "BUY", 5, "10.00", exec_inst=ExecInst.POST_ONLY | ExecInst.SLIDE)
    assert (slid.price, slid.exec_inst) == (Decimal("9.99"), ExecInst.POST_ONLY | ExecInst.SLIDE)


def test_an_order_does_not_meet_one_of_its_own_account_when_it_says_so(market):
    market.trade(10, "10.00")
    resting = placed(market, "SELL", 10, "10.05")
    coming = placed(market, "BUY", 4, "10.05", self_trade_prevention="DECREMENT_AND_CANCEL")
    assert (coming.ord_status, coming.reject_reason) == (OrdStatus.CANCELED, RejectReason.SELF_TRADE)
    assert coming.self_trade_prevention is SelfTradePrevention.DECREMENT_AND_CANCEL
    rest = now(market, resting)
    assert (rest.order_qty, rest.leaves_qty, rest.ord_status, rest.reject_reason) == (
        6, 6, OrdStatus.NEW, RejectReason.NONE,
    )  # fmt: skip


def test_a_minimum_that_cannot_be_traded_at_once_cancels_the_order(market):
    market.house_places("SELL", 5, "10.00")
    market.drain()
    order = placed(market, "BUY", 20, "10.00", min_qty=10)
    assert (order.ord_status, order.reject_reason) == (OrdStatus.CANCELED, RejectReason.MIN_QTY_NOT_MET)


def test_an_order_good_till_a_date_expires_when_it_has_come(market):
    soon = datetime.now(UTC) + timedelta(seconds=1.5)
    order = placed(market, "BUY", 5, "9.00", time_in_force="GTD", expire_time=soon)
    later = placed(market, "BUY", 5, "9.00", time_in_force="GTD", expire_time=TOMORROW)
    assert order.expire_time == soon
    assert schedule.expire_orders() == []
    time.sleep(max(0.0, (soon - datetime.now(UTC)).total_seconds()) + 0.05)
    assert schedule.expire_orders() == ["ACME"]
    market.drain()
    assert now(market, order).ord_status is OrdStatus.EXPIRED
    assert now(market, later).ord_status is OrdStatus.NEW
    assert schedule.expire_orders() == []


def test_a_market_order_trades_no_worse_than_the_protection_it_names(market):
    market.house_places("SELL", 5, "10.00")
    market.house_places("SELL", 5, "10.20")
    market.drain()
    order = placed(market, "BUY", 10, protection_px="10.10")
    assert (order.cum_qty, order.reject_reason) == (5, RejectReason.NO_LIQUIDITY)
    assert (order.price, order.protection_px) == (None, Decimal("10.10"))


def test_a_stop_that_waits_is_replaced_and_its_collar_goes_along(market):
    market.trade(10, "10.00")
    stop = placed(market, "BUY", 10, ord_type="STOP", stop_px="10.50")
    answer = orders.replace(
        ReplaceTicket("r-1", stop.order_id, Decimal(10), stop_px=Decimal("11.00")), actor=market.trader
    )
    assert answer.is_accepted
    market.drain()
    assert now(market, stop).stop_px == Decimal("11.00")
    assert accounts.of_actor(market.trader)[0].reserved == Decimal("115.60")
    assert_journal_holds(market)


def test_a_pegged_orders_limit_is_replaced(market):
    market.house_places("BUY", 5, "9.90")
    market.drain()
    order = placed(market, "BUY", 10, "9.80", ord_type="PEGGED", peg_price_type="PRIMARY")
    assert order.pegged_price == Decimal("9.80")
    orders.replace(ReplaceTicket("r-1", order.order_id, Decimal(10), Decimal("10.00")), actor=market.trader)
    market.drain()
    assert (now(market, order).price, now(market, order).pegged_price) == (Decimal("10.00"), Decimal("9.90"))
    assert accounts.of_actor(market.trader)[0].reserved == Decimal("100.00")


def test_the_same_ticket_again_gets_the_same_answer_and_another_term_is_another_ticket(market):
    ticket = market.ticket("BUY", 100, "10.00", display_qty=30)
    first = orders.place(ticket, actor=market.trader)
    again = orders.place(ticket, actor=market.trader)
    assert (again.replayed, again.order) == (True, first.order)
    other = orders.place(
        market.ticket("BUY", 100, "10.00", display_qty=40, cl_ord_id=ticket.cl_ord_id), actor=market.trader
    )
    assert other.reject is RejectReason.CL_ORD_ID_REUSED


REFUSED = [
    ({"ord_type": "STOP"}, "stop_px"),
    ({"stop_px": "9.00"}, "stop_px"),
    ({"price": "10.00", "protection_px": "9.00"}, "protection_px"),
    ({"ord_type": "PEGGED"}, "peg_price_type"),
    ({"price": "10.00", "peg_price_type": "MID"}, "peg_price_type"),
    ({"price": "10.00", "peg_price_type": "TRAILING_STOP", "peg_offset": 1}, "TRAILING_STOP"),
    ({"price": "10.00", "peg_offset": "0.01"}, "peg_offset"),
    ({"ord_type": "STOP", "peg_price_type": "TRAILING_STOP"}, "peg_offset"),
    ({"ord_type": "STOP", "peg_price_type": "TRAILING_STOP", "peg_offset": "0.005"}, "peg_offset"),
    (
        {"ord_type": "PEGGED", "peg_price_type": "MID", "peg_offset": 5, "peg_offset_type": "BASIS_POINTS"},
        "peg_offset_type",
    ),
    ({"ord_type": "STOP", "stop_px": "11.00", "time_in_force": "IOC"}, "time_in_force"),
    ({"price": "10.00", "time_in_force": "GTD"}, "expire_time"),
    ({"price": "10.00", "expire_time": TOMORROW}, "expire_time"),
    ({"price": "10.00", "time_in_force": "GTD", "expire_time": TOMORROW - timedelta(days=2)}, "expire_time"),
    ({"display_qty": 1}, "display_qty"),
    ({"price": "10.00", "display_qty": 1, "time_in_force": "IOC"}, "display_qty"),
    ({"price": "10.00", "display_qty": "0.9"}, "display_qty"),
    ({"price": "10.00", "min_qty": 100, "exec_inst": "POST_ONLY"}, "min_qty"),
    ({"price": "10.00", "min_qty": 102}, "min_qty"),
    ({"price": "10.00", "min_qty": 100, "time_in_force": "FOK"}, "min_qty"),
    ({"price": "10.00", "exec_inst": "SLIDE"}, "SLIDE"),
    ({"exec_inst": "POST_ONLY"}, "POST_ONLY"),
    ({"price": "10.00", "linked_cl_ord_id": "x"}, "contingency_type"),
    ({"price": "10.00", "contingency_type": "ONE_CANCELS_THE_OTHER"}, "linked_cl_ord_id"),
]  # fmt: skip


@pytest.mark.parametrize(("terms", "named"), REFUSED)
def test_terms_that_do_not_go_together_are_rejected_in_a_sentence_that_names_the_field(market, terms, named):
    receipt = market.place("BUY", 101, **{"price": None, **terms})
    assert receipt.reject in (RejectReason.INVALID_TERMS, RejectReason.INCORRECT_QUANTITY)
    assert named in receipt.reject_text
    assert receipt.order.ord_status is OrdStatus.REJECTED
    assert not InboxCommand.objects.exists()


def test_a_link_to_no_open_order_is_rejected(market):
    receipt = market.place("BUY", 1, "9.00", linked_cl_ord_id="nobody", contingency_type="ONE_CANCELS_THE_OTHER")
    assert receipt.reject is RejectReason.UNKNOWN_LINK
    assert receipt.order.contingency_type is None
