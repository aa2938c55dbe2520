"""Orders over gRPC: placing, replacing, canceling, reading."""

import pytest
from django.db import connection

from market import entry_ids
from market.services import trading
from marketops.v1 import market_service_pb2 as market_pb2
from marketops.v1 import orders_pb2
from tests.grpc_api.conftest import Door, refused


def test_an_order_is_taken_on_and_read_back(door: Door):
    taken = door.trader.market.PlaceOrder(door.ticket(), **door.trader.how)
    assert not taken.replayed
    assert taken.order.ord_status == orders_pb2.ORD_STATUS_PENDING_NEW
    door.place.drain()

    by_id = market_pb2.GetOrderRequest(order_id=taken.order.order_id)
    by_own_id = market_pb2.GetOrderRequest(
        cl_ord_id=market_pb2.ClOrdIdOfAccount(account=door.place.account, cl_ord_id="my-1")
    )
    order = door.trader.call("GetOrder", by_id).order
    assert door.trader.call("GetOrder", by_own_id).order == order
    assert list(door.trader.call("ListOrders", market_pb2.ListOrdersRequest()).orders) == [order]
    created_at, transact_time = order.created_at.ToJsonString(), order.transact_time.ToJsonString()
    assert created_at <= transact_time
    order.ClearField("created_at")
    order.ClearField("transact_time")
    assert order == orders_pb2.Order(
        order_id=taken.order.order_id,
        md_entry_id=entry_ids.of_order(taken.order.order_id),
        cl_ord_id="my-1",
        account=door.place.account,
        symbol="ACME",
        side=orders_pb2.SIDE_BUY,
        ord_type=orders_pb2.ORD_TYPE_LIMIT,
        time_in_force=orders_pb2.TIME_IN_FORCE_DAY,
        order_qty="100",
        price="10.05",
        ord_status=orders_pb2.ORD_STATUS_NEW,
        cum_qty="0",
        leaves_qty="100",
        reject_reason="",
    )


def test_the_same_request_again_does_nothing_and_says_so(door: Door):
    first = door.trader.market.PlaceOrder(door.ticket(), **door.trader.how)
    with door.nothing_recorded():
        again = door.trader.market.PlaceOrder(door.ticket(order_qty="100.0"), **door.trader.how)
    assert again.replayed
    assert again.order == first.order


def test_another_order_under_a_used_id_already_exists(door: Door):
    door.trader.call("PlaceOrder", door.ticket())
    with door.nothing_recorded(), refused("ALREADY_EXISTS", "cl_ord_id_reused"):
        door.trader.call("PlaceOrder", door.ticket(order_qty="101"))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"price": "10.055"}, "invalid_price_increment"),
        ({"price": "0"}, "invalid_price_increment"),
        ({"price": "-10.05"}, "invalid_price_increment"),
        ({"price": "20.00"}, "price_exceeds_band"),
        ({"order_qty": "0"}, "incorrect_quantity"),
        ({"order_qty": "-5"}, "incorrect_quantity"),
        ({"order_qty": "0.5"}, "incorrect_quantity"),
        ({"order_qty": "9" * 19}, "order_exceeds_limit"),
        ({"order_qty": "99999"}, "insufficient_buying_power"),
        ({"side": orders_pb2.SIDE_SELL}, "insufficient_position"),
    ],
)
def test_a_reject_is_a_failed_precondition_on_the_record_for_ever(door: Door, changes, reason):
    with refused("FAILED_PRECONDITION", reason) as first:
        door.trader.call("PlaceOrder", door.ticket(**changes))
    order_id = int(first.facts["order_id"])
    with refused("FAILED_PRECONDITION", reason) as again:
        door.trader.call("PlaceOrder", door.ticket(**changes))
    assert again.facts["replayed"] == "true"
    assert (again.detail, again.facts["order_id"]) == (first.detail, first.facts["order_id"])
    order = door.trader.call("GetOrder", market_pb2.GetOrderRequest(order_id=order_id)).order
    assert (order.ord_status, order.reject_reason) == (orders_pb2.ORD_STATUS_REJECTED, reason)


def test_in_a_halt_orders_are_rejected_with_its_reason_and_cancels_are_taken(door: Door):
    resting = door.trader.call("PlaceOrder", door.ticket()).order
    door.place.drain()
    trading.halt("ACME", reason="news pending", actor=door.place.operator)
    with refused("FAILED_PRECONDITION", "instrument_halted") as told:
        door.trader.call("PlaceOrder", door.ticket(cl_ord_id="my-2"))
    assert "news pending" in told.detail
    door.trader.call("CancelOrder", market_pb2.CancelOrderRequest(order_id=resting.order_id))
    door.place.drain()
    order = door.trader.call("GetOrder", market_pb2.GetOrderRequest(order_id=resting.order_id)).order
    assert order.ord_status == orders_pb2.ORD_STATUS_CANCELED


def test_an_order_is_replaced_and_then_canceled_once(door: Door):
    order_id = door.trader.call("PlaceOrder", door.ticket()).order.order_id
    door.place.drain()
    change = market_pb2.ReplaceOrderRequest(order_id=order_id, cl_ord_id="my-2", order_qty="80", price="10.06")
    assert not door.trader.call("ReplaceOrder", change).replayed
    assert door.trader.call("ReplaceOrder", change).replayed
    door.place.drain()
    order = door.trader.call("GetOrder", market_pb2.GetOrderRequest(order_id=order_id)).order
    assert (order.order_qty, order.price, order.leaves_qty) == ("80", "10.06", "80")

    door.trader.call("CancelOrder", market_pb2.CancelOrderRequest(order_id=order_id))
    door.place.drain()
    with door.nothing_recorded(), refused("FAILED_PRECONDITION", "too_late_to_cancel"):
        door.trader.call("CancelOrder", market_pb2.CancelOrderRequest(order_id=order_id))
    change.cl_ord_id = "my-3"
    with refused("FAILED_PRECONDITION", "too_late_to_cancel"):
        door.trader.call("ReplaceOrder", change)


@pytest.mark.parametrize("field", ["symbol", "account"])
def test_an_unknown_name_in_a_ticket_is_an_invalid_argument_and_the_id_stays_free(door: Door, field):
    reason = f"unknown_{field}"
    with door.nothing_recorded(), refused("INVALID_ARGUMENT", reason) as told:
        door.trader.call("PlaceOrder", door.ticket(**{field: "NOPE"}))
    assert told.fields == [field]
    assert not door.trader.call("PlaceOrder", door.ticket()).replayed


def test_while_the_account_is_held_by_another_request_the_answer_is_aborted_and_try_again(door: Door):
    with connection.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("SELECT 1 FROM market_account WHERE number = %s FOR UPDATE", [door.place.account])
        try:
            with refused("ABORTED", "in_progress") as told:
                door.trader.call("PlaceOrder", door.ticket())
        finally:
            cursor.execute("ROLLBACK")
    assert told.retry_s == 1
    assert not door.trader.call("PlaceOrder", door.ticket()).replayed


def test_accounts_and_positions_are_the_callers_own(door: Door):
    door.place.trade(10, "10.00")
    (account,) = door.trader.call("ListAccounts", market_pb2.ListAccountsRequest()).accounts
    assert (account.number, account.kind, account.currency) == (door.place.account, "CASH", "USD")
    assert account.deposits.startswith("100000")
    (position,) = door.trader.call("ListPositions", market_pb2.ListPositionsRequest()).positions
    assert (position.account, position.symbol, position.quantity, position.mark_px) == (
        door.place.account, "ACME", "10", "10.00",
    )  # fmt: skip
    foreign = market_pb2.ListPositionsRequest(account="HOUSE")
    assert not door.trader.call("ListPositions", foreign).positions


def test_an_order_keeps_the_terms_that_it_names(door: Door):
    terms = orders_pb2.OrderTerms(
        display_qty="10",
        exec_inst=[orders_pb2.EXEC_INST_POST_ONLY, orders_pb2.EXEC_INST_SLIDE],
        self_trade_prevention=orders_pb2.SELF_TRADE_PREVENTION_CANCEL_BOTH,
    )
    order_id = door.trader.call("PlaceOrder", door.ticket(terms=terms)).order.order_id
    door.place.drain()
    order = door.trader.call("GetOrder", market_pb2.GetOrderRequest(order_id=order_id)).order
    assert order.terms == terms


def test_a_trailing_stop_waits_without_a_price(door: Door):
    terms = orders_pb2.OrderTerms(
        peg_price_type=orders_pb2.PEG_PRICE_TYPE_TRAILING_STOP,
        peg_offset_type=orders_pb2.PEG_OFFSET_TYPE_BASIS_POINTS,
        peg_offset="250",
    )
    ticket = door.ticket(ord_type=orders_pb2.ORD_TYPE_STOP, terms=terms)
    ticket.ClearField("price")
    order = door.trader.call("PlaceOrder", ticket).order
    assert not order.HasField("price")
    assert order.terms.peg_offset == "250"


def test_what_only_the_exchange_says_is_refused_in_a_request(door: Door):
    with door.nothing_recorded(), refused("INVALID_ARGUMENT", "not_in_a_request"):
        door.trader.call("PlaceOrder", door.ticket(terms=orders_pb2.OrderTerms(linked_order_id=1)))


def test_a_bracket_is_taken_on_together(door: Door):
    request = market_pb2.PlaceBracketRequest(
        entry=door.ticket(cl_ord_id="entry"),
        take_profit=door.ticket(cl_ord_id="profit", side=orders_pb2.SIDE_SELL, price="11.00"),
        stop_loss=market_pb2.PlaceOrderRequest(
            cl_ord_id="loss",
            account=door.place.account,
            symbol="ACME",
            side=orders_pb2.SIDE_SELL,
            ord_type=orders_pb2.ORD_TYPE_STOP,
            order_qty="100",
            terms=orders_pb2.OrderTerms(stop_px="9.50"),
        ),
    )
    placed = door.trader.call("PlaceBracket", request)
    assert [order.cl_ord_id for order in placed.orders] == ["entry", "profit", "loss"]
    assert {order.terms.linked_order_id for order in placed.orders[1:]} == {placed.orders[0].order_id}
    assert door.trader.call("PlaceBracket", request).replayed
