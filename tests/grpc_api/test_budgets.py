"""How often callers may ask over gRPC: what they are told, what is cut first, and what goes on."""

from collections.abc import Iterator
from typing import Any

import pytest
import redis

from grpc_api.costs import cost_of
from grpc_api.methods import Access
from marketops.v1 import admin_service_pb2 as admin_pb2
from marketops.v1 import market_service_pb2 as market_pb2
from tests.grpc_api.conftest import Caller, Door, refused

LIMITS = {"reads": (0.001, 6), "orders": (0.001, 3), "cancels": (0.001, 5), "failures": (0.001, 2)}
ACCOUNTS = market_pb2.ListAccountsRequest()


@pytest.fixture
def limited(door: Door, settings: Any) -> Iterator[Door]:
    """The door with budgets that come back in hours, and that nobody has spent of."""
    forget_budgets(settings)
    settings.RATE_LIMITS = LIMITS
    settings.RATE_LIMIT_ADDRESS_FACTOR = 2
    yield door
    forget_budgets(settings)


def forget_budgets(settings: Any) -> None:
    connection = redis.Redis.from_url(settings.REDIS_URL)
    for name in connection.scan_iter("marketops:bucket:*"):
        connection.delete(name)


def test_who_asks_too_often_is_told_when_to_come_back(limited: Door):
    for _ in range(6):
        limited.trader.call("ListAccounts", ACCOUNTS)
    with refused("RESOURCE_EXHAUSTED", "throttled") as told:
        limited.trader.call("ListAccounts", ACCOUNTS)
    assert told.retry_s is not None
    assert 900 <= told.retry_s <= 1000


def test_cancels_go_on_when_orders_are_spent(limited: Door):
    placed = [limited.trader.call("PlaceOrder", limited.ticket(cl_ord_id=f"o-{number}")) for number in range(3)]
    with limited.nothing_recorded(), refused("RESOURCE_EXHAUSTED", "throttled"):
        limited.trader.call("PlaceOrder", limited.ticket())
    limited.trader.call("CancelOrder", market_pb2.CancelOrderRequest(order_id=placed[0].order.order_id))


def test_a_stream_of_orders_goes_on_when_its_budget_is_spent(limited: Door):
    requests = [
        market_pb2.OrderEntryRequest(request_id=number, place=limited.ticket(cl_ord_id=f"o-{number}"))
        for number in range(1, 5)
    ]
    mine = market_pb2.ClOrdIdOfAccount(account=limited.place.account, cl_ord_id="o-1")
    requests += [
        market_pb2.OrderEntryRequest(request_id=5, cancel_cl_ord_id=mine),
        market_pb2.OrderEntryRequest(request_id=6, heartbeat=market_pb2.SignOfLife()),
    ]
    answers = list(limited.trader.market.OrderEntry(iter(requests), **limited.trader.how))
    by_kind = sorted((answer.WhichOneof("answer"), answer.refusal.reason) for answer in answers)
    assert by_kind == [
        ("canceling", ""), ("heartbeat", ""), ("placed", ""), ("placed", ""), ("placed", ""), ("refusal", "throttled"),
    ]  # fmt: skip
    (refusal,) = (answer.refusal for answer in answers if answer.HasField("refusal"))
    assert 900_000 <= refusal.retry_after_ms <= 1_000_000


def test_of_orders_that_come_together_as_many_go_on_as_the_budget_holds(limited: Door):
    requests = [
        market_pb2.OrderEntryRequest(request_id=number, place=limited.ticket(cl_ord_id=f"o-{number}"))
        for number in range(1, 41)
    ]
    answers = list(limited.trader.market.OrderEntry(iter(requests), **limited.trader.how))
    assert sorted(answer.WhichOneof("answer") for answer in answers) == ["placed"] * 3 + ["refusal"] * 37


def test_one_key_spends_nothing_of_anothers_until_the_address_has_spent_its_own(limited: Door):
    for caller in (limited.trader, limited.other):
        for _ in range(6):
            caller.call("ListAccounts", ACCOUNTS)
    with refused("RESOURCE_EXHAUSTED", "throttled"):
        limited.staff.call("ListAccounts", ACCOUNTS)
    limited.operator.call("Halt", admin_pb2.HaltRequest(symbol="ACME", reason="news"))


def test_who_comes_without_a_key_spends_what_their_address_may(limited: Door):
    for _ in range(6):
        limited.anonymous.call("GetInstrument", market_pb2.GetInstrumentRequest(symbol="ACME"))
    with refused("RESOURCE_EXHAUSTED", "throttled"):
        limited.anonymous.call("GetInstrument", market_pb2.GetInstrumentRequest(symbol="ACME"))
    limited.trader.call("ListAccounts", ACCOUNTS)


def test_keys_can_be_guessed_so_often_and_no_more(limited: Door):
    guesser = Caller(limited.channel, "mk_" + "x" * 43)
    for _ in range(2):
        with refused("UNAUTHENTICATED", "invalid_key"):
            guesser.call("ListAccounts", ACCOUNTS)
    with refused("RESOURCE_EXHAUSTED", "throttled"):
        guesser.call("ListAccounts", ACCOUNTS)
    limited.trader.call("ListAccounts", ACCOUNTS)


@pytest.mark.parametrize(
    ("method", "access", "cost"),
    [
        ("/marketops.v1.MarketService/PlaceBracket", Access.TRADERS, ("orders", 3)),
        ("/marketops.v1.MarketService/CancelOrders", Access.TRADERS, ("cancels", 1)),
        ("/marketops.v1.MarketService/Replay", Access.EVERYBODY, ("reads", 5)),
        ("/marketops.v1.AdminService/Halt", Access.OPERATORS, ("cancels", 1)),
    ],
)
def test_a_call_costs_what_the_same_costs_over_rest(method: str, access: Access, cost: tuple[str, int]):
    assert cost_of(method, access=access) == cost
