"""Who may do what on the orders socket: how one comes in, what each may do, and when one is sent away."""

from typing import Any

import pytest
from django.conf import settings
from django.test import Client as Browser

from access.models import ApiKey, User
from market.models import AccountGrant, ClOrdIdUse, InboxCommand, Order
from tests.market.feed.conftest import in_database
from tests.ws_api.conftest import ORDERS, Client
from tests.ws_api.test_orders_socket import order, trading
from vocabulary import limits
from ws_api import order_requests

BACKEND = "django.contrib.auth.backends.ModelBackend"
ORIGIN = (b"origin", b"http://localhost")
HOST = (b"host", b"localhost")


def signed_in_browser() -> Browser:
    browser = Browser()
    browser.force_login(User.objects.get(username="tim"), backend=BACKEND)
    return browser


def cookie_of(browser: Browser) -> tuple[bytes, bytes]:
    return b"cookie", f"other=1; {settings.SESSION_COOKIE_NAME}={browser.session.session_key}".encode()


async def test_a_key_comes_in_by_header_by_subprotocol_and_by_the_first_message(market, connect):
    key = await in_database(market.key_of, market.trader)
    by_header = await connect(path=ORDERS, headers=[(b"authorization", f"bearer {key}".encode())])
    by_subprotocol = await connect(path=ORDERS, subprotocols=["marketops.json", f"marketops.bearer.{key}"])
    by_message = await connect(path=ORDERS)
    await by_message.say({"op": "sign_in", "id": "1", "api_key": key})
    expected = {"type": "signed_in", "username": "tim", "accounts": [market.account]}
    assert await by_header.hear() == expected
    assert await by_subprotocol.hear() == expected
    assert await by_message.hear() == {**expected, "id": "1"}
    assert by_subprotocol.subprotocol == "marketops.json"
    assert (await by_message.ask("sign_in", api_key=key))["code"] == "already_signed_in"


async def test_a_signed_in_browser_comes_in_by_its_cookie_from_a_page_of_the_exchange(market, connect):
    browser = await in_database(signed_in_browser)
    client = await connect(path=ORDERS, headers=[cookie_of(browser), ORIGIN, HOST])
    assert (await client.hear())["username"] == "tim"


STRANGE_ORIGINS = [
    None,
    b"http://evil.example",
    b"null",
    b"",
    b"http://sub.localhost",
    b"http://LOCALHOST",
    b"http://localhost.",
    b"http://localhost:81",
    b"ftp://localhost",
    b"http://localhost\x0b",
    b"http://localhost\x85",
]


async def test_a_cookie_from_any_other_page_or_from_none_gets_a_403_at_the_handshake(market):
    headers = [cookie_of(await in_database(signed_in_browser)), HOST]
    for origin in STRANGE_ORIGINS:
        named = [] if origin is None else [(b"origin", origin)]
        assert not await Client(path=ORDERS, headers=headers + named).connect(), origin


async def test_a_page_of_another_site_gets_a_403_even_with_a_key(market):
    key = await in_database(market.key_of, market.trader)
    headers = [HOST, (b"origin", b"http://evil.example"), (b"authorization", f"Bearer {key}".encode())]
    assert not await Client(path=ORDERS, headers=headers).connect()


async def test_a_key_that_is_nobodys_ends_the_connection(connect):
    for header in ("Bearer nobodys", "Bearer ", "Basic dTpw", "Bearer a b", "Token x", ""):
        client = await connect(path=ORDERS, headers=[(b"authorization", header.encode())])
        assert (await client.hear())["code"] == "invalid_key"
        assert await client.closed_with() == 4001


async def test_a_wrong_key_in_a_message_ends_the_connection(connect):
    client = await connect(path=ORDERS)
    await client.say({"op": "sign_in", "api_key": "mk_" + "x" * 43})
    assert (await client.hear())["code"] == "invalid_key"
    assert await client.closed_with() == 4001


async def test_a_key_in_the_address_is_refused(market, connect):
    key = await in_database(market.key_of, market.trader)
    client = await connect(path=ORDERS, query=f"api_key={key}")
    told = await client.hear()
    assert (told["code"], key in told["detail"]) == ("invalid_request", False)
    assert await client.closed_with() == 1008


async def test_whoever_does_not_sign_in_is_sent_away(connect, monkeypatch):
    monkeypatch.setattr(limits, "WS_SIGN_IN_WITHIN_S", 0.1)
    client = await connect(path=ORDERS)
    assert (await client.hear())["code"] == "not_authenticated"
    assert await client.closed_with() == 4001


def revoke(market) -> None:
    ApiKey.objects.update(revoked_at="2026-01-01T00:00:00Z")


def expire(market) -> None:
    ApiKey.objects.update(expires_at="2026-01-01T00:00:00Z")


def shut_out(market) -> None:
    User.objects.filter(username="tim").update(is_active=False)


@pytest.mark.parametrize("act", [revoke, expire, shut_out])
async def test_a_key_that_no_longer_counts_ends_the_connection_whatever_it_does(market, connect, monkeypatch, act):
    monkeypatch.setattr(limits, "STREAM_CHECKED_EVERY_S", 0.1)
    client = await trading(market, connect)
    await client.ask("subscribe", channels=["executions"])
    await in_database(act, market)
    assert await client.closed_with() == 4001


async def test_open_sockets_are_looked_at_often_enough(market):
    assert limits.STREAM_CHECKED_EVERY_S <= 2  # a revoked key is out within 5 s, with time for a slow database
    assert limits.WS_CALLER_KNOWN_MS <= 1000


@pytest.mark.parametrize("act", ["sign out", "new password", "shut out"])
async def test_a_browser_that_is_signed_out_is_sent_away(market, connect, monkeypatch, act):
    monkeypatch.setattr(limits, "STREAM_CHECKED_EVERY_S", 0.1)
    browser = await in_database(signed_in_browser)
    client = await connect(path=ORDERS, headers=[cookie_of(browser), ORIGIN, HOST])
    assert (await client.hear())["type"] == "signed_in"

    def end() -> None:
        user = User.objects.get(username="tim")
        if act == "sign out":
            browser.logout()
        elif act == "shut out":
            shut_out(market)
        else:
            user.set_password("another-long-password-1")
            user.save()

    await in_database(end)
    assert await client.closed_with() == 4001


async def test_a_revoked_key_places_nothing_more(market, connect, monkeypatch):
    monkeypatch.setattr(limits, "WS_CALLER_KNOWN_MS", 0)
    client = await trading(market, connect)
    await in_database(revoke, market)
    await client.say({"op": "place", "id": "1", "order": order(market)})
    assert (await client.hear())["code"] == "invalid_key"
    assert await client.closed_with() == 4001
    assert await in_database(Order.objects.count) == 0


async def test_an_account_that_is_taken_away_is_traded_no_more(market, connect):
    client = await trading(market, connect)
    await in_database(AccountGrant.objects.all().delete)
    assert (await client.ask("place", order=order(market)))["code"] == "unknown_account"


async def test_a_user_has_so_many_connections_and_no_more(market, connect, monkeypatch):
    monkeypatch.setattr(limits, "WS_CONNECTIONS_PER_USER_MAX", 1)
    await trading(market, connect)
    key = await in_database(market.key_of, market.trader)
    second = await connect(path=ORDERS, headers=[(b"authorization", f"Bearer {key}".encode())])
    assert (await second.hear())["code"] == "too_many_connections"
    assert await second.closed_with() == 1013


CHANGE = {"cl_ord_id": "my-2", "order_qty": "80", "price": "10.00"}

# op: its fields, and the answers to nobody, another trader, the trader, an operator and staff
NOBODYS = "not_authenticated"
GRID: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "place": ({"order": "ticket"}, (NOBODYS, "unknown_account", "placed", "unknown_account", "unknown_account")),
    "replace": (
        {"order_id": "id", "order": CHANGE},
        (NOBODYS, "not_found", "replaced", "not_found", "not_found"),
    ),
    "cancel": ({"order_id": "id"}, (NOBODYS, "not_found", "canceling", "not_found", "not_found")),
    "cancel_all": ({"account": "account"}, (NOBODYS, "not_found", "canceling_all", "not_found", "not_found")),
    "cancel_on_disconnect": (
        {"account": "account", "timeout_s": 30},
        (NOBODYS, "not_found", "cancel_on_disconnect", "not_found", "not_found"),
    ),
    "subscribe": (
        {"channels": ["executions"]},
        (NOBODYS, "subscribed", "subscribed", "subscribed", "subscribed"),
    ),
    "ping": ({}, ("pong",) * 5),
    "sign_in": ({"api_key": "key"}, ("signed_in", *("already_signed_in",) * 4)),
}


def test_every_op_has_its_row_in_the_grid():
    assert set(GRID) == set(order_requests.OPS)


async def test_each_caller_gets_the_answer_that_is_theirs(market, connect):
    stranger, _ = await in_database(market.newcomer)
    key = await in_database(market.key_of, market.trader)
    actors = (stranger, market.trader, market.operator, market.staff)
    known = [await trading(market, connect, actor=actor) for actor in actors]
    for op, (fields, expected) in GRID.items():
        placed = await known[1].ask("place", order=order(market, cl_ord_id=f"for-{op}"))
        await in_database(market.drain)
        words = {
            "ticket": order(market, cl_ord_id="my-9"),
            "id": placed["order"]["order_id"],
            "account": market.account,
            "key": key,
        }
        said = {name: words.get(value, value) if isinstance(value, str) else value for name, value in fields.items()}
        answers = []
        for caller in (await connect(path=ORDERS), *known):
            before = await in_database(recorded)
            told = await caller.ask(op, **said)
            answers.append(told.get("code", told["type"]))
            assert caller is known[1] or await in_database(recorded) == before
        assert tuple(answers) == expected, op


async def test_an_absent_order_and_somebody_elses_are_told_apart_by_nobody(market, connect):
    owner = await trading(market, connect)
    foreign = (await owner.ask("place", order=order(market)))["order"]["order_id"]
    stranger, _ = await in_database(market.newcomer)
    client = await trading(market, connect, actor=stranger)
    for op, rest in (("cancel", {}), ("replace", {"order": CHANGE})):
        answers = [await client.ask(op, order_id=order_id, **rest) for order_id in (foreign, "999999999", "0", "x")]
        assert all(answer == answers[0] for answer in answers)


def recorded() -> tuple[int, int, int]:
    return Order.objects.count(), ClOrdIdUse.objects.count(), InboxCommand.objects.count()
