"""Orders that come at once share a commit, and each is answered as if it had come alone."""

from collections import Counter

import grpc
from django.db import connection

from market.services import accounts
from marketops.v1 import market_service_pb2 as market_pb2
from marketops.v1 import orders_pb2
from tests.grpc_api.conftest import Door, refusal_in


def place_at_once(door: Door, tickets: list[market_pb2.PlaceOrderRequest]) -> list[str]:
    """What each is told: taken, replayed, or the reason of its refusal."""
    return [told(call) for call in [door.trader.market.PlaceOrder.future(one, **door.trader.how) for one in tickets]]


def told(call: grpc.Future) -> str:
    try:
        return "replayed" if call.result().replayed else "taken"
    except grpc.RpcError as error:
        return refusal_in(error).reason


def test_every_order_is_answered_with_its_own_outcome(door: Door):
    good = [door.ticket(cl_ord_id=f"good-{n}", order_qty="1", price="9.00") for n in range(30)]
    off_tick = [door.ticket(cl_ord_id=f"tick-{n}", price="9.005") for n in range(10)]
    nowhere = [door.ticket(cl_ord_id=f"nowhere-{n}", symbol="NOPE") for n in range(10)]
    mixed = [ticket for group in zip(good, off_tick * 3, nowhere * 3, strict=True) for ticket in group]
    answers = place_at_once(door, mixed)
    assert answers[0::3] == ["taken"] * 30
    assert Counter(answers[1::3]) == {"invalid_price_increment": 30}
    assert Counter(answers[2::3]) == {"unknown_symbol": 30}
    assert door.recorded()[0] == 40
    door.place.drain()
    found = door.trader.call("ListOrders", market_pb2.ListOrdersRequest(open=True)).orders
    assert {order.cl_ord_id for order in found} == {ticket.cl_ord_id for ticket in good}
    assert {order.ord_status for order in found} == {orders_pb2.ORD_STATUS_NEW}


def test_the_same_order_at_once_is_taken_on_once(door: Door):
    assert Counter(place_at_once(door, [door.ticket()] * 40)) == {"taken": 1, "replayed": 39}
    assert door.recorded()[0] == 1


def test_an_account_that_is_held_holds_up_no_other(door: Door):
    other_account = accounts.open_demo_account(door.place.trader).number
    held = [door.ticket(cl_ord_id=f"held-{n}", order_qty="1") for n in range(2)]
    free = [door.ticket(cl_ord_id=f"free-{n}", order_qty="1", account=other_account) for n in range(2)]
    with connection.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("SELECT 1 FROM market_account WHERE number = %s FOR UPDATE", [door.place.account])
        try:
            answers = place_at_once(door, [*held, *free])
        finally:
            cursor.execute("ROLLBACK")
    assert answers == ["in_progress", "in_progress", "taken", "taken"]
