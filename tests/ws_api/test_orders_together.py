"""Many requests of one socket at once: each is answered as it would be alone, in its turn, and they share commits."""

import asyncio
import threading
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from django.db import connection, transaction

from market.models import Account, InboxCommand, Order
from market.services import accounts, orders
from tests.market.feed.conftest import in_database
from tests.ws_api.conftest import ORDERS, Client
from tests.ws_api.test_orders_socket import open_orders, order, trading
from vocabulary import limits
from vocabulary.commands import CommandKind
from vocabulary.orders import OrdStatus


def counted(monkeypatch: pytest.MonkeyPatch, name: str) -> list[int]:
    """How many requests each commit of a service holds, from now on."""
    batches: list[int] = []
    service = getattr(orders, name)

    def counting(wanted: Any, **how: Any) -> Any:
        batches.append(len(wanted))
        return service(wanted, **how)

    monkeypatch.setattr(orders, name, counting)
    return batches


async def say_all(client: Client, requests: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Say all of them before anything is heard, and return as many answers as they come."""
    for number, request in enumerate(requests):
        await client.say({"id": str(number), **request})
    return [await client.hear() for _ in requests]


def placing(market, **changes: Any) -> dict[str, Any]:
    return {"op": "place", "order": order(market, **changes)}


def resting(market, count: int, *, quantity: int = 1) -> list[str]:
    """The ids of orders that rest in the book."""
    placed = [market.place("BUY", quantity, "9.00").order.order_id for _ in range(count)]
    market.drain()
    return [str(order_id) for order_id in placed]


async def test_orders_that_come_together_share_a_commit_and_are_answered_in_their_order(market, connect, monkeypatch):
    batches = counted(monkeypatch, "place_many")
    client = await trading(market, connect)
    heard = await say_all(client, [placing(market, cl_ord_id=f"n-{number}", order_qty="1") for number in range(80)])
    assert [(told["type"], told["id"]) for told in heard] == [("placed", str(number)) for number in range(80)]
    assert [told["order"]["cl_ord_id"] for told in heard] == [f"n-{number}" for number in range(80)]
    assert sum(batches) == 80
    assert len(batches) < 40
    assert max(batches) <= limits.ORDER_REQUESTS_IN_FLIGHT_MAX


async def test_cancels_that_come_together_share_a_commit_by_whichever_name(market, connect, monkeypatch):
    order_ids = await in_database(resting, market, 30)
    client = await trading(market, connect)
    await client.ask("place", order=order(market, cl_ord_id="mine"))
    batches = counted(monkeypatch, "cancel_many")
    wanted = [{"op": "cancel", "order_id": order_id} for order_id in order_ids]
    by_own_id = {"op": "cancel", "account": market.account, "cl_ord_id": "mine"}
    unknown = {"op": "cancel", "account": market.account, "cl_ord_id": "nobodys"}
    heard = await say_all(client, [unknown, *wanted, by_own_id, {"op": "cancel", "order_id": "9" * 18}])
    assert [told["type"] for told in heard] == ["error", *["canceling"] * 31, "error"]
    assert [told["order"]["order_id"] for told in heard[1:31]] == order_ids
    assert [(told["code"], told["field"]) for told in (heard[0], heard[-1])] == [
        ("not_found", "cl_ord_id"),
        ("not_found", "order_id"),
    ]
    assert len(batches) < 15
    await in_database(market.drain)
    assert await in_database(open_orders) == []


async def test_changes_that_come_together_share_a_commit_and_none_overtakes_another(market, connect, monkeypatch):
    # A promise that is due is renewed before each request, which must not change their order.
    monkeypatch.setattr("ws_api.promises.RENEWED_AFTER", 0)
    order_ids = await in_database(resting, market, 2, quantity=1_000)
    client = await trading(market, connect)
    await client.ask("cancel_on_disconnect", account=market.account, timeout_s=60)
    batches = counted(monkeypatch, "replace_many")
    wanted = [(order_ids[number % 2], 999 - number) for number in range(60)]
    heard = await say_all(client, [change_of(order_id, quantity) for order_id, quantity in wanted])
    assert [(told["type"], told["order"]["order_id"]) for told in heard] == [("replaced", each) for each, _ in wanted]
    assert sum(batches) == 60
    assert len(batches) < 30
    waiting = InboxCommand.objects.filter(kind=CommandKind.REPLACE).order_by("pk")
    sequenced = await in_database(lambda: list(waiting.values_list("order_id", "order_qty_lots")))
    assert sequenced == [(int(order_id), quantity) for order_id, quantity in wanted]
    await in_database(market.drain)
    left = await in_database(lambda: list(Order.objects.order_by("pk").values_list("order_qty_lots", flat=True)))
    assert left == [941, 940]


def change_of(order_id: str, quantity: int) -> dict[str, Any]:
    change = {"cl_ord_id": f"c-{order_id}-{quantity}", "order_qty": str(quantity), "price": "9.00"}
    return {"op": "replace", "order_id": order_id, "order": change}


async def test_the_sockets_of_one_key_share_commits(market, connect, monkeypatch):
    batches = counted(monkeypatch, "place_many")
    key = await in_database(market.key_of, market.trader)
    clients = [await connect(path=ORDERS, headers=[(b"authorization", f"Bearer {key}".encode())]) for _ in range(8)]
    for client in clients:
        assert (await client.hear())["type"] == "signed_in"
    heard = await asyncio.gather(
        *(client.ask("place", order=order(market, cl_ord_id=f"s-{number}")) for number, client in enumerate(clients))
    )
    assert [told["order"]["cl_ord_id"] for told in heard] == [f"s-{number}" for number in range(8)]
    assert len(batches) < 8


async def test_whatever_is_said_together_is_answered_as_it_would_be_one_by_one(market, connect):
    client = await trading(market, connect)
    alone = [outcome(await say_one(client, request)) for request in whatever(market, "alone")]
    together = [outcome(told) for told in await say_all(client, whatever(market, "together"))]
    assert together == alone


def whatever(market, run: str) -> list[dict[str, Any]]:
    """Good and bad requests of every kind."""
    first, second = f"{run}-1", f"{run}-2"
    change = {"cl_ord_id": f"{run}-change", "order_qty": "50", "price": "10.00"}
    return [
        placing(market, cl_ord_id=first),
        placing(market, cl_ord_id=first),
        placing(market, cl_ord_id=first, order_qty="99"),
        placing(market, cl_ord_id=second, price="10.005"),
        placing(market, cl_ord_id="a b"),
        {"op": "buy"},
        placing(market, cl_ord_id=second, price="10.005"),
        placing(market, cl_ord_id=f"{run}-3", symbol="NOPE"),
        {"op": "ping"},
        placing(market, cl_ord_id=f"{run}-4", account="A-0"),
        placing(market, cl_ord_id=f"{run}-5", order_qty="5000000"),
        {"op": "cancel", "account": market.account, "cl_ord_id": second},
        {"op": "cancel", "account": market.account, "cl_ord_id": first},
        {"op": "cancel"},
        {"op": "cancel", "account": market.account, "cl_ord_id": first},
        {"op": "replace", "order_id": "1"},
        {"op": "replace", "order_id": "9" * 18, "order": change},
        {"op": "cancel_all", "account": market.account, "side": "SELL"},
        placing(market, cl_ord_id=f"{run}-6"),
    ]


async def say_one(client: Client, request: dict[str, Any]) -> dict[str, Any]:
    return (await say_all(client, [request]))[0]


def outcome(told: dict[str, Any]) -> tuple[Any, ...]:
    about = told.get("order") or {}
    return *(told.get(name) for name in ("type", "code", "field", "replayed")), about.get("ord_status")


async def test_a_request_overtakes_none_of_another_kind(market, connect):
    client = await trading(market, connect)
    mine = {"op": "cancel", "account": market.account, "cl_ord_id": "mine"}
    requests = [placing(market, cl_ord_id="mine"), mine, {"op": "cancel_all", "account": market.account}]
    assert [told["type"] for told in await say_all(client, requests)] == ["placed", "canceling", "canceling_all"]
    kinds = await in_database(lambda: list(InboxCommand.objects.order_by("pk").values_list("kind", flat=True)))
    assert kinds == [CommandKind.NEW_ORDER, CommandKind.CANCEL, CommandKind.MASS_CANCEL]


async def test_an_account_that_is_held_delays_the_answers_behind_it_and_harms_none(market, connect):
    other = (await in_database(accounts.open_demo_account, market.trader)).number
    client = await trading(market, connect)
    requests = [placing(market, cl_ord_id="held"), placing(market, cl_ord_id="free", account=other)]
    async with held(market.account):
        heard = await say_all(client, requests)
    assert [(told["id"], told["type"], told.get("code")) for told in heard] == [
        ("0", "error", "in_progress"),
        ("1", "placed", None),
    ]


@asynccontextmanager
async def held(account: str) -> AsyncIterator[None]:
    """Somebody else is at work on an account."""
    has_it, may_go = threading.Event(), threading.Event()

    def hold() -> None:
        with transaction.atomic():
            Account.objects.select_for_update().get(number=account)
            has_it.set()
            may_go.wait()
        connection.close()

    holding = asyncio.create_task(asyncio.to_thread(hold))
    await asyncio.to_thread(has_it.wait)
    try:
        yield
    finally:
        may_go.set()
        await holding


async def test_orders_under_way_go_with_the_connection_that_promised(market, connect):
    client = await trading(market, connect)
    await client.ask("cancel_on_disconnect", account=market.account, timeout_s=60)
    for number in range(40):
        await client.say(placing(market, cl_ord_id=f"p-{number}", exec_inst=["CANCEL_ON_DISCONNECT"]))
    await client.leave()
    await in_database(market.drain)
    statuses = await in_database(lambda: Counter(Order.objects.values_list("ord_status", flat=True)))
    assert statuses == {OrdStatus.CANCELED.value: 40}


async def test_whoever_talks_too_fast_is_answered_what_was_taken_on_before_the_end(market, connect, monkeypatch):
    monkeypatch.setattr(limits, "WS_MESSAGES_PER_S_MAX", 20)
    client = await trading(market, connect)
    for number in range(1_000):
        await client.say(placing(market, cl_ord_id=f"n-{number}", order_qty="1"))
    heard = []
    while (told := await client.hear())["type"] == "placed":
        heard.append(told["order"]["cl_ord_id"])
    assert told["code"] == "throttled"
    assert heard == [f"n-{number}" for number in range(len(heard))]
    assert set(heard) == await in_database(lambda: set(Order.objects.values_list("cl_ord_id", flat=True)))


async def test_a_server_that_goes_down_answers_what_it_has_taken_on(market, connect):
    going_down = asyncio.Event()
    key = await in_database(market.key_of, market.trader)
    headers = [(b"authorization", f"Bearer {key}".encode())]
    client = await connect(path=ORDERS, headers=headers, going_down=going_down)
    assert (await client.hear())["type"] == "signed_in"
    for number in range(30):
        await client.say(placing(market, cl_ord_id=f"n-{number}", order_qty="1"))
    heard = [await client.hear()]
    going_down.set()
    while (told := await client.hear())["type"] == "placed":
        heard.append(told)
    assert told["code"] == "service_restart"
    assert len(heard) == await in_database(Order.objects.count)
