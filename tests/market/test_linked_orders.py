"""Orders that depend on each other: brackets, and pairs of which one cancels the other."""

from decimal import Decimal

import pytest

from market.errors import InvalidRequest
from market.matcher import verification
from market.models import InboxCommand, Instrument
from market.records import OrderRecord, OrderTicket, Receipt
from market.selectors import accounts, positions
from market.selectors import orders as own_orders
from market.services import orders
from tests.market_place import MarketPlace
from vocabulary.orders import ContingencyType, OrdStatus
from vocabulary.rejects import RejectReason


def bracket(market: MarketPlace, *, entry: OrderTicket, profit: str = "11.00", loss: str = "9.00") -> list[Receipt]:
    quantity = entry.order_qty
    return orders.place_bracket(
        entry,
        take_profit=market.ticket("SELL", quantity, profit),
        stop_loss=market.ticket("SELL", quantity, ord_type="STOP", stop_px=loss),
        actor=market.trader,
    )


def now(market: MarketPlace, receipt: Receipt) -> OrderRecord:
    return own_orders.access_order(receipt.order.order_id, actor=market.trader)


def statuses(market: MarketPlace, receipts: list[Receipt]) -> list[OrdStatus]:
    return [now(market, receipt).ord_status for receipt in receipts]


def test_a_bracket_sells_what_its_entry_has_bought_by_one_of_its_two_ends(market):
    market.house_places("SELL", 60, "10.00")
    receipts = bracket(market, entry=market.ticket("BUY", 60, "10.00"))
    assert [receipt.reject for receipt in receipts] == [RejectReason.NONE] * 3
    assert [receipt.order.contingency_type for receipt in receipts] == [
        None, ContingencyType.ONE_TRIGGERS_THE_OTHER, ContingencyType.ONE_TRIGGERS_THE_OTHER,
    ]  # fmt: skip
    market.drain()
    assert statuses(market, receipts) == [OrdStatus.FILLED, OrdStatus.NEW, OrdStatus.NEW]
    market.house_places("BUY", 60, "11.00")
    market.drain()
    assert statuses(market, receipts) == [OrdStatus.FILLED, OrdStatus.FILLED, OrdStatus.CANCELED]
    assert now(market, receipts[2]).reject_reason is RejectReason.LINKED_ORDER
    assert positions.of_actor(market.trader)[0].quantity == 0
    assert verification.verify(Instrument.objects.get(symbol="ACME")).fault == ""


def test_a_bracket_whose_entry_bought_nothing_is_over_with_it(market):
    receipts = bracket(market, entry=market.ticket("BUY", 60, "9.50"))
    market.drain()
    assert statuses(market, receipts) == [OrdStatus.NEW] * 3
    orders.cancel(receipts[0].order.order_id, actor=market.trader)
    market.drain()
    assert statuses(market, receipts) == [OrdStatus.CANCELED] * 3


def test_a_bracket_needs_no_position_before_its_entry_has_bought_one(market):
    receipts = bracket(market, entry=market.ticket("BUY", 60, "10.00"))
    assert all(receipt.is_accepted for receipt in receipts)
    market.house_places("SELL", 20, "10.00")
    market.drain()
    assert market.place("SELL", 1, "12.00").reject is RejectReason.INSUFFICIENT_POSITION
    market.house_places("SELL", 40, "10.00")
    market.drain()
    assert statuses(market, receipts) == [OrdStatus.FILLED, OrdStatus.NEW, OrdStatus.NEW]
    assert market.place("SELL", 1, "12.00").reject is RejectReason.INSUFFICIENT_POSITION


def test_a_refused_leg_refuses_the_whole_bracket_for_its_reason(market):
    receipts = bracket(market, entry=market.ticket("BUY", 60, "10.00"), loss="9.005")
    assert [receipt.reject for receipt in receipts] == [RejectReason.INVALID_PRICE_INCREMENT] * 3
    assert [receipt.order.ord_status for receipt in receipts] == [OrdStatus.REJECTED] * 3
    assert "stop_px" in receipts[0].reject_text
    assert not InboxCommand.objects.exists()


def test_the_same_bracket_again_gets_the_same_answer(market):
    tickets = [
        market.ticket("BUY", 60, "9.50"),
        market.ticket("SELL", 60, "11.00"),
        market.ticket("SELL", 60, ord_type="STOP", stop_px="9.00"),
    ]
    first, again = (
        orders.place_bracket(tickets[0], take_profit=tickets[1], stop_loss=tickets[2], actor=market.trader)
        for _ in range(2)
    )
    assert [receipt.replayed for receipt in first] == [False] * 3
    assert [receipt.replayed for receipt in again] == [True] * 3
    assert [receipt.order for receipt in again] == [receipt.order for receipt in first]


def test_a_bracket_with_an_id_that_was_used_before_is_refused_whole(market):
    market.place("BUY", 1, "9.00", cl_ord_id="used")
    receipts = bracket(market, entry=market.ticket("BUY", 60, "9.50", cl_ord_id="used"))
    assert [receipt.reject for receipt in receipts] == [RejectReason.CL_ORD_ID_REUSED] * 3
    assert InboxCommand.objects.count() == 1


def test_three_orders_that_form_no_bracket_are_refused_and_none_is_recorded(market):
    entry = market.ticket("BUY", 60, "10.00")
    with pytest.raises(InvalidRequest) as refused:
        orders.place_bracket(
            entry,
            take_profit=market.ticket("BUY", 60, "11.00"),
            stop_loss=market.ticket("SELL", 60, ord_type="STOP", stop_px="9.00"),
            actor=market.trader,
        )
    assert refused.value.field == "take_profit"
    assert orders.place(entry, actor=market.trader).replayed is False


def test_of_two_orders_to_sell_a_position_one_cancels_the_other(market):
    market.trade(50, "10.00")
    stop = market.ticket("SELL", 50, ord_type="STOP", stop_px="9.00")
    profit = market.ticket("SELL", 50, "11.00")
    receipts = orders.place_oco(stop, profit, actor=market.trader)
    assert [receipt.reject for receipt in receipts] == [RejectReason.NONE] * 2
    assert market.place("SELL", 1, "12.00").reject is RejectReason.INSUFFICIENT_POSITION
    market.drain()
    market.house_places("BUY", 10, "11.00")
    market.drain()
    assert statuses(market, receipts) == [OrdStatus.CANCELED, OrdStatus.PARTIALLY_FILLED]
    assert now(market, receipts[1]).leaves_qty == Decimal(40)


def test_two_orders_to_buy_of_which_one_cancels_the_other_are_both_paid_for_beforehand(market):
    receipts = orders.place_oco(
        market.ticket("BUY", 6_000, ord_type="STOP", stop_px="12.00"),
        market.ticket("BUY", 6_000, "9.00"),
        actor=market.trader,
    )
    assert [receipt.reject for receipt in receipts] == [RejectReason.INSUFFICIENT_BUYING_POWER] * 2


def test_an_order_can_be_tied_to_one_that_rests_already(market):
    market.trade(50, "10.00")
    resting = market.place("SELL", 50, "11.00")
    stop = market.place(
        "SELL",
        50,
        ord_type="STOP",
        stop_px="9.00",
        linked_cl_ord_id=resting.order.cl_ord_id,
        contingency_type="ONE_CANCELS_THE_OTHER",
    )
    assert stop.order.linked_order_id == resting.order.order_id
    market.drain()
    orders.cancel(resting.order.order_id, actor=market.trader)
    market.drain()
    assert statuses(market, [resting, stop]) == [OrdStatus.CANCELED] * 2


def test_a_bracket_holds_back_the_price_of_its_entry_once_whatever_waits(market):
    bracket(market, entry=market.ticket("BUY", 60, "10.00"))
    assert accounts.of_actor(market.trader)[0].reserved == Decimal("600.00")
    market.drain()
    assert accounts.of_actor(market.trader)[0].reserved == Decimal("600.00")
