"""How often callers may ask over the sockets: what they are told, what is cut first, and what goes on."""

from collections.abc import Iterator
from typing import Any

import pytest
import redis

from tests.market.feed.conftest import in_database
from tests.ws_api.conftest import ORDERS, Connect
from tests.ws_api.test_orders_socket import order, trading
from ws_api.callers import address_of

LIMITS = {"reads": (0.001, 6), "orders": (0.001, 3), "cancels": (0.001, 5), "failures": (0.001, 2)}


@pytest.fixture(autouse=True)
def _limited(market, settings: Any) -> Iterator[None]:
    """Budgets that come back in hours, and that nobody has spent of."""
    forget_budgets(settings)
    settings.RATE_LIMITS = LIMITS
    settings.RATE_LIMIT_ADDRESS_FACTOR = 2
    yield
    forget_budgets(settings)


def forget_budgets(settings: Any) -> None:
    connection = redis.Redis.from_url(settings.REDIS_URL)
    for name in connection.scan_iter("marketops:bucket:*"):
        connection.delete(name)


async def test_cancels_go_on_when_orders_are_spent_and_the_connection_stays(market, connect: Connect):
    client = await trading(market, connect)
    placed = [await client.ask("place", order=order(market, cl_ord_id=f"o-{number}")) for number in range(4)]
    assert [answer["type"] for answer in placed] == ["placed", "placed", "placed", "error"]
    assert placed[3]["code"] == "throttled"
    assert 900 <= placed[3]["retry_after_s"] <= 1000
    assert (await client.ask("cancel", order_id=placed[0]["order"]["order_id"]))["type"] == "canceling"
    assert (await client.ask("ping"))["type"] == "pong"


async def test_the_market_is_subscribed_to_so_often_from_one_address(market, connect: Connect):
    client = await connect()
    answers = [await client.ask("subscribe", channels=["ticker"], symbols=["ACME"]) for _ in range(7)]
    assert [answer["type"] for answer in answers] == ["subscribed"] * 6 + ["error"]
    assert (answers[6]["code"], answers[6]["retry_after_s"] > 0) == ("throttled", True)
    assert (await client.ask("unsubscribe", channels=["ticker"], symbols=["ACME"]))["type"] == "unsubscribed"


async def test_keys_can_be_guessed_so_often_and_no_more(market, connect: Connect):
    said = []
    for _ in range(3):
        client = await connect(path=ORDERS, headers=[(b"authorization", b"Bearer mk_nobodys")])
        said.append((await client.hear())["code"])
    assert said == ["invalid_key", "invalid_key", "throttled"]
    await trading(market, connect, actor=await in_database(lambda: market.operator))


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, b"192.0.2.1", "10.0.0.1"),
        (1, b"203.0.113.9, 192.0.2.1", "192.0.2.1"),
        (1, None, "10.0.0.1"),
    ],
)
def test_a_connection_comes_from_where_the_proxies_say(proxies, forwarded, address, settings):
    settings.PROXY_COUNT = proxies
    headers = [] if forwarded is None else [(b"x-forwarded-for", forwarded)]
    assert address_of({"client": ["10.0.0.1", 5000], "headers": headers}) == address
