"""Money is spent once, whichever door the orders come by: of all that are worth a whole account, one is taken on."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from itertools import count, cycle, islice
from typing import Any, NamedTuple

import grpc
import httpx
import pytest

from marketops.v1 import market_service_pb2, market_service_pb2_grpc, orders_pb2
from tests.running_system import PASSWORD, RunningSystem

SYMBOL = "TITAN"
QUANTITY = "10"
REQUESTS = 50
AT_ONCE = 25

COME_IN = """
import json
from decimal import Decimal
from access.services import api_keys, users
from market.selectors import instruments
from market.services import accounts
actor = users.create(username={name!r}, password={password!r})
account = accounts.open_account(owner=actor).number
lowest = instruments.by_symbol({symbol!r}).low_limit_price
accounts.deposit(account, amount=lowest * {quantity}, note="for the test", actor=actor)
print(json.dumps([account, api_keys.issue(actor=actor, name="test").secret, str(lowest)]))
"""
numbers = count(1)


class Spender(NamedTuple):
    """Somebody whose account pays for one order of ten at this price."""

    name: str
    account: str
    api_key: str
    price: str

    def ticket(self, place: int) -> dict[str, Any]:
        """The order, under an id of its own."""
        return {
            "cl_ord_id": f"all-{place}",
            "account": self.account,
            "side": "BUY",
            "ord_type": "LIMIT",
            "order_qty": QUANTITY,
            "price": self.price,
            "time_in_force": "DAY",
        }


Place = Callable[[int], bool | None]
"""Places the order with this number: whether it was taken on, None for "ask again"."""


@pytest.fixture
def spender(system: RunningSystem) -> Spender:
    name = f"spender-{next(numbers)}"
    script = COME_IN.format(name=name, password=PASSWORD, symbol=SYMBOL, quantity=QUANTITY)
    done = system.manage("shell", "-v", "0", "-c", script)
    assert done.returncode == 0, done.stderr
    return Spender(name, *json.loads(done.stdout.splitlines()[-1]))


@contextmanager
def by_rest(system: RunningSystem, spender: Spender):
    """Orders by REST."""
    with system.client(spender.api_key) as client:

        def place(number: int) -> bool | None:
            answer = client.post("/api/v1/orders/", json={**spender.ticket(number), "symbol": SYMBOL})
            return {201: True, 200: True, 422: False}.get(answer.status_code)

        yield place


@contextmanager
def by_grpc(system: RunningSystem, spender: Spender):
    """Orders by gRPC."""
    words = {
        "side": orders_pb2.SIDE_BUY,
        "ord_type": orders_pb2.ORD_TYPE_LIMIT,
        "time_in_force": orders_pb2.TIME_IN_FORCE_DAY,
    }
    with grpc.insecure_channel(system.demo["grpc"]) as channel:
        stub = market_service_pb2_grpc.MarketServiceStub(channel)

        def place(number: int) -> bool | None:
            request = market_service_pb2.PlaceOrderRequest(**{**spender.ticket(number), "symbol": SYMBOL, **words})
            try:
                stub.PlaceOrder(request, metadata=[("authorization", f"Bearer {spender.api_key}")], timeout=10)
            except grpc.RpcError as error:
                return False if error.code() is grpc.StatusCode.FAILED_PRECONDITION else None
            return True

        yield place


@contextmanager
def by_form(system: RunningSystem, spender: Spender):
    """Orders by the form of the web page."""
    with httpx.Client(base_url=system.http, trust_env=False, timeout=20, follow_redirects=True) as client:
        client.get("/sign-in/")
        form = {"username": spender.name, "password": PASSWORD, "csrfmiddlewaretoken": token_of(client)}
        client.post("/sign-in/", data=form, headers={"Referer": f"{system.http}/sign-in/"})
        headers = {"HX-Request": "true", "Referer": f"{system.http}/", "X-CSRFToken": token_of(client)}

        def place(number: int) -> bool | None:
            answer = client.post(f"/instruments/{SYMBOL}/orders/", data=spender.ticket(number), headers=headers)
            return {200: True, 422: False}.get(answer.status_code)

        yield place


def token_of(client: httpx.Client) -> str:
    return next(value for name, value in client.cookies.items() if "csrf" in name)


DOORS = {"rest": by_rest, "grpc": by_grpc, "form": by_form}


def insisting(place: Place, number: int) -> bool:
    """What became of an order, asked for again while the account is at work elsewhere."""
    outcome = place(number)
    while outcome is None:
        outcome = place(number)
    return outcome


@pytest.mark.parametrize("doors", [["rest"], ["grpc"], ["form"], ["rest", "grpc", "form"]], ids="+".join)
def test_of_fifty_orders_each_worth_the_whole_account_one_is_taken_on(system, spender, doors):
    with ExitStack() as stack:
        places = [stack.enter_context(DOORS[door](system, spender)) for door in doors]
        with ThreadPoolExecutor(AT_ONCE) as threads:
            outcomes = list(threads.map(insisting, islice(cycle(places), REQUESTS), range(REQUESTS)))
    assert outcomes.count(True) == 1
    rows = system.query(
        "SELECT o.reject_reason, count(*) FROM market_order o JOIN market_account a ON a.id = o.account_id"
        " WHERE a.number = %s GROUP BY 1 ORDER BY 1",
        spender.account,
    )
    assert rows == [(-1, 1), (101, REQUESTS - 1)]
