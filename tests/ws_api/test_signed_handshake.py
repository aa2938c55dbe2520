"""A signed handshake: the key never travels, and a signature is good for one connection."""

import pytest

from access.models import ApiKey
from access.services import api_keys
from tests.market.feed.conftest import in_database
from tests.rest_api.test_signed_requests import Signer
from tests.ws_api.conftest import ORDERS, Client, Connect
from vocabulary import limits


async def signer_of(market) -> Signer:
    return Signer(await in_database(lambda: api_keys.issue(actor=market.trader, name="signing")))


async def shaken(connect: Connect, header: str) -> Client:
    return await connect(path=ORDERS, headers=[(b"authorization", header.encode())])


async def test_a_signed_handshake_signs_in_once(market, connect):
    header = (await signer_of(market)).header("GET", ORDERS)
    client = await shaken(connect, header)
    assert (await client.hear())["username"] == "tim"
    assert (await client.ask("subscribe", channels=["executions"]))["type"] == "subscribed"
    again = await shaken(connect, header)
    assert (await again.hear())["code"] == "signature_reused"
    assert await again.closed_with() == 4001


@pytest.mark.parametrize(
    ("method", "changes", "code"),
    [("POST", {}, "invalid_signature"), ("GET", {"timestamp_ms": 1}, "outside_window")],
)
async def test_what_was_signed_otherwise_is_refused(market, connect, method, changes, code):
    client = await shaken(connect, (await signer_of(market)).header(method, ORDERS, **changes))
    assert (await client.hear())["code"] == code
    assert await client.closed_with() == 4001


async def test_a_signed_connection_ends_with_its_key(market, connect, monkeypatch):
    monkeypatch.setattr(limits, "STREAM_CHECKED_EVERY_S", 0.1)
    client = await shaken(connect, (await signer_of(market)).header("GET", ORDERS))
    assert (await client.hear())["type"] == "signed_in"
    await in_database(lambda: ApiKey.objects.update(revoked_at="2026-01-01T00:00:00Z"))
    assert (await client.hear_of("error"))["code"] == "invalid_key"
    assert await client.closed_with() == 4001
