"""The market socket: what is said, what is answered, and when it ends."""

from functools import partial
from typing import Any
from uuid import UUID
from zlib import crc32

import pytest
from channels.db import database_sync_to_async

from market import feed
from market.feed import replaying
from market.feed.pace import Budget
from market.services import trading
from tests.market.feed.following import Follower
from tests.ws_api.conftest import APPLICATION, Client
from vocabulary import limits
from ws_api import metrics
from ws_api.market_consumer import MarketConsumer


async def test_a_subscription_is_confirmed_and_answered_with_snapshots(market, connect):
    await database_sync_to_async(market.trade)(10, "10.00")
    await database_sync_to_async(market.place)("BUY", 5, "9.95")
    await database_sync_to_async(market.drain)()
    client = await connect()
    await client.subscribe("trades", "depth", "ticker")
    assert await client.hear() == {
        "type": "subscribed",
        "id": "1",
        "channels": ["trades", "depth", "ticker"],
        "symbols": ["ACME"],
    }
    trades, depth, ticker = [await client.hear() for _ in range(3)]
    epoch, executed_at = depth["epoch"], trades["trades"][0].pop("executed_at")
    assert executed_at.endswith("Z")
    assert trades == {
        "type": "snapshot",
        "channel": "trades",
        "symbol": "ACME",
        "epoch": epoch,
        "reason": "subscribed",
        "last_sequence": 5,
        "trades": [{"trade_id": 1, "price": "10.00", "quantity": "10", "aggressor_side": "BUY", "sequence": 4}],
    }
    assert depth == {
        "type": "snapshot",
        "channel": "depth",
        "symbol": "ACME",
        "epoch": epoch,
        "reason": "subscribed",
        "last_sequence": 5,
        "phase": "CONTINUOUS",
        "phase_reason": "",
        "bids": [["9.95", "5"]],
        "offers": [],
        "checksum": crc32(b"9.95:5|"),
    }
    assert ticker == {
        "type": "snapshot",
        "channel": "ticker",
        "symbol": "ACME",
        "epoch": epoch,
        "reason": "subscribed",
        "last_sequence": 5,
        "phase": "CONTINUOUS",
        "phase_reason": "",
        "indicative_px": None,
        "indicative_qty": None,
        "imbalance_qty": None,
        "auction_ends_at": None,
        "reference_price": "10.00",
        "last_px": "10.00",
        "change": "0.00",
        "change_percent": "0.00",
        "bid_px": "9.95",
        "bid_qty": "5",
        "offer_px": None,
        "offer_qty": None,
        "spread": None,
        "high_px": "10.00",
        "low_px": "10.00",
        "volume": "10",
    }


async def test_what_happens_after_the_snapshot_follows_on_it(market, connect):
    client, follower = await connect(), Follower()
    await client.subscribe("trades", "depth", "ticker")
    for number in range(3):
        await database_sync_to_async(market.trade)(10 + number, "10.00")
    await database_sync_to_async(market.house_places)("SELL", 7, "10.05")
    await database_sync_to_async(market.drain)()
    while len(follower.trades) < 3 or follower.offers != {"10.05": "7"} or follower.ticker["volume"] != "33":
        follower.take(await client.hear())
    assert [trade["quantity"] for trade in follower.trades] == ["10", "11", "12"]
    assert follower.bids == {}


async def test_the_best_levels_candles_and_the_status_come_whole_for_those_who_keep_no_book(market, connect):
    for number in range(7):
        await database_sync_to_async(market.place)("BUY", 1, f"9.{90 - number}")
    await database_sync_to_async(market.trade)(10, "10.00")
    client = await connect()
    await client.subscribe("depth_5", "candles", "status")
    assert (await client.hear())["type"] == "subscribed"
    best, candles, status = [await client.hear() for _ in range(3)]
    assert best["bids"] == [["9.90", "1"], ["9.89", "1"], ["9.88", "1"], ["9.87", "1"], ["9.86", "1"]]
    assert (best["offers"], best["phase"]) == ([], "CONTINUOUS")
    (candle,) = candles["candles"]
    assert (candle["open_px"], candle["volume"], candle["trade_count"]) == ("10.00", "10", 1)
    assert (status["phase"], status["phase_reason"], status["auction_ends_at"]) == ("CONTINUOUS", "", None)

    await database_sync_to_async(market.trade)(5, "10.20")
    await database_sync_to_async(market.house_places)("SELL", 3, "10.30")
    await database_sync_to_async(market.drain)()
    told: dict[str, Any] = {}
    while told.get("depth_5", {}).get("offers") != [["10.30", "3"]] or "candles" not in told:
        message = await client.hear()
        told[message["type"]] = message
    assert told["depth_5"]["bids"] == best["bids"]
    assert sum(int(each["volume"]) for each in told["candles"]["candles"]) in (5, 15)
    assert told["candles"]["candles"][-1]["close_px"] == "10.20"
    assert "status" not in told

    await database_sync_to_async(trading.halt)("ACME", reason="news pending", actor=market.operator)
    assert (await client.hear_of("status"))["phase_reason"] == "news pending"


async def test_a_halt_is_seen_at_once(market, connect):
    client, follower = await connect(), Follower()
    await client.subscribe("ticker")
    await database_sync_to_async(trading.halt)("ACME", reason="news pending", actor=market.operator)
    while follower.ticker.get("phase") != "HALTED":
        follower.take(await client.hear())
    assert follower.ticker["phase_reason"] == "news pending"


async def test_subscribing_again_gives_a_new_snapshot(connect):
    client = await connect()
    await client.subscribe("depth", id="1")
    await client.subscribe("depth", id="2")
    heard = [await client.hear() for _ in range(4)]
    assert [(message["type"], message.get("id")) for message in heard] == [
        ("subscribed", "1"),
        ("snapshot", None),
        ("subscribed", "2"),
        ("snapshot", None),
    ]


def replay(epoch: str, first: int, **changes: Any) -> dict[str, Any]:
    asked = {"op": "replay", "id": "r", "channels": ["trades", "depth"], "symbol": "ACME", "epoch": epoch}
    return {**asked, "from": first, **changes}


async def test_a_missed_range_is_answered_in_the_words_of_the_channels(market, connect):
    client, follower = await connect(), Follower()
    await client.subscribe("trades", "depth")
    for _ in range(3):
        follower.take(await client.hear())
    epoch = follower.epochs["depth"]
    await client.say({"op": "unsubscribe", "channels": ["trades", "depth"], "symbols": ["ACME"]})
    assert (await client.hear())["type"] == "unsubscribed"
    for number in range(3):
        await database_sync_to_async(market.trade)(10 + number, "10.00")
    await client.say(replay(epoch, 1, count=4))
    answer = await client.hear()
    assert (answer["type"], answer["id"], answer["symbol"], answer["epoch"]) == ("replayed", "r", "ACME", epoch)
    assert (answer["first_sequence"], answer["last_sequence"], answer["newest_sequence"]) == (1, 4, 12)
    for message in answer["messages"]:
        follower.take(message)
    await client.say(replay(epoch, 5))
    for message in (await client.hear())["messages"]:
        follower.take(message)
    assert [trade["quantity"] for trade in follower.trades] == ["10", "11", "12"]
    assert follower.checksums == 3


async def test_a_replay_that_cannot_be_had_is_refused_by_name_and_the_connection_stays(market, connect, monkeypatch):
    await database_sync_to_async(market.trade)()
    client = await connect()
    await client.subscribe("depth")
    epoch = [await client.hear() for _ in range(2)][1]["epoch"]
    for asked, code in (
        (replay(epoch, 5), "sequence_ahead"),
        (replay(str(UUID(int=7)), 1), "other_epoch"),
        (replay(epoch, 1, symbol="NOPE"), "unknown_symbol"),
        (replay(epoch, 1, symbol="AC\x00ME"), "unknown_symbol"),
        (replay(epoch, 1, channels=["ticker"]), "unknown_channel"),
    ):
        await client.say(asked)
        answer = await client.hear()
        assert (answer["type"], answer["code"], answer["id"]) == ("error", code, "r")
    monkeypatch.setattr(replaying, "_budget", Budget(1, at_once=1, callers_max=10))
    for _ in range(2):
        await client.say(replay(epoch, 1))
    assert (await client.hear())["type"] == "replayed"
    answer = await client.hear()
    assert (answer["code"], 0 < answer["retry_after_s"] <= 1) == ("throttled", True)
    await client.say({"op": "ping"})
    assert (await client.hear())["type"] == "pong"


async def test_a_star_stands_for_all_instruments_and_for_those_listed_later(market, connect, monkeypatch):
    monkeypatch.setattr(limits, "LISTING_CHECKED_EVERY_S", 0.05)
    await database_sync_to_async(market.list)("BOLT")
    client = await connect()
    await client.subscribe("ticker", symbols=("*",))
    assert (await client.hear())["symbols"] == ["*"]
    assert {(await client.hear())["symbol"] for _ in range(2)} == {"ACME", "BOLT"}
    await database_sync_to_async(market.list)("CRUX")
    assert (await client.hear())["symbol"] == "CRUX"
    await client.say({"op": "unsubscribe", "channels": ["ticker"], "symbols": ["*"]})
    await client.hear_of("unsubscribed")
    await database_sync_to_async(market.list)("DUSK")
    await database_sync_to_async(market.trade)(1, "10.00")
    await client.say({"op": "ping"})
    assert (await client.hear())["type"] == "pong"


async def test_after_an_unsubscription_nothing_more_comes_of_the_channel(market, connect):
    client = await connect()
    await client.subscribe("depth", "trades")
    for _ in range(3):
        await client.hear()
    await client.say({"op": "unsubscribe", "id": "2", "channels": ["depth"], "symbols": ["ACME", "OTHER"]})
    assert await client.hear() == {
        "type": "unsubscribed",
        "id": "2",
        "channels": ["depth"],
        "symbols": ["ACME", "OTHER"],
    }
    await database_sync_to_async(market.trade)()
    assert (await client.hear())["type"] == "trades"
    await client.say({"op": "ping", "id": "3"})
    assert await client.hear() == {"type": "pong", "id": "3"}


@pytest.mark.parametrize(
    ("message", "code", "id"),
    [
        ("{", "malformed_message", None),
        ("[1]", "malformed_message", None),
        ('{"op":"buy","id":"7"}', "unknown_op", "7"),
        ('{"op":"ping","id":7}', "invalid_request", None),
        ('{"op":"subscribe","id":"7","channels":["orders"],"symbols":["ACME"]}', "unknown_channel", "7"),
        ('{"op":"subscribe","id":"7","channels":["depth"],"symbols":["NOPE"]}', "unknown_symbol", "7"),
        ('{"op":"subscribe","id":"7","channels":["depth"],"symbols":["ACME","acme"]}', "unknown_symbol", "7"),
        ('{"op":"subscribe","id":"7","channels":["depth"],"symbols":["AC\\u0000ME"]}', "unknown_symbol", "7"),
        ('{"op":"subscribe","id":"7","channels":["depth"],"symbols":["' + "X" * 9_000 + '"]}', "unknown_symbol", "7"),
        ('{"op":"subscribe","id":"7","channels":["depth"],"symbols":"ACME"}', "invalid_request", "7"),
    ],
)
async def test_a_mistake_is_answered_and_the_connection_stays(connect, message, code, id):
    client = await connect()
    await client.say(message)
    answer = await client.hear()
    assert (answer["type"], answer["code"], answer["id"]) == ("error", code, id)
    assert answer["detail"].endswith(".")
    await client.subscribe("depth")
    assert (await client.hear())["type"] == "subscribed"


async def test_one_unknown_symbol_refuses_the_whole_request(connect):
    client = await connect()
    await client.subscribe("depth", symbols=("ACME", "NOPE"))
    assert (await client.hear())["code"] == "unknown_symbol"
    await client.say({"op": "ping"})
    assert await client.hear() == {"type": "pong"}


async def test_a_connection_holds_so_many_subscriptions_and_no_more(connect, monkeypatch):
    monkeypatch.setattr(limits, "WS_SUBSCRIPTIONS_MAX", 2)
    client = await connect()
    await client.subscribe("depth", "trades")
    for _ in range(3):
        await client.hear()
    await client.subscribe("ticker", id="2")
    answer = await client.hear()
    assert (answer["type"], answer["code"], answer["id"]) == ("error", "too_many_subscriptions", "2")


async def test_who_subscribes_to_nothing_is_sent_away(connect, monkeypatch):
    monkeypatch.setattr(limits, "WS_SUBSCRIBE_WITHIN_S", 0.1)
    client = await connect()
    assert (await client.hear())["code"] == "no_subscription"
    assert await client.closed_with() == 4002


async def test_a_message_that_is_too_big_ends_the_connection(connect):
    client = await connect()
    await client.say('{"op":"ping","id":"' + "x" * limits.WS_MESSAGE_BYTES_MAX + '"}')
    assert (await client.hear())["code"] == "message_too_big"
    assert await client.closed_with() == 1009


async def test_a_binary_message_ends_the_connection(connect):
    client = await connect()
    await client.say(b"\x00")
    assert (await client.hear())["code"] == "unsupported_data"
    assert await client.closed_with() == 1003


async def test_who_talks_too_fast_is_told_and_sent_away(connect):
    client = await connect()
    for _ in range(2 * limits.WS_MESSAGES_PER_S_MAX):
        await client.say({"op": "ping"})
    assert await client.closed_with() == 1008


async def test_too_many_connections_are_refused_politely(connect, monkeypatch):
    monkeypatch.setattr(limits, "WS_CONNECTIONS_MAX", 1)
    await connect()
    second = await connect()
    assert (await second.hear())["code"] == "too_many_connections"
    assert await second.closed_with() == 1013


async def test_an_unforeseen_failure_is_shown_to_nobody(connect, monkeypatch):
    async def fail(symbols: object) -> None:
        raise RuntimeError("a secret of the house")

    monkeypatch.setattr(feed, "readers", fail)
    client = await connect()
    await client.subscribe("depth")
    answer = await client.hear()
    assert (answer["code"], answer["detail"]) == ("internal_error", "An internal error.")
    assert await client.closed_with() == 1011


async def test_a_connection_leaves_nothing_behind(market, connect):
    before = metrics.CONNECTIONS._value.get()
    client = await connect()
    await client.subscribe("depth", "trades", "ticker")
    for _ in range(4):
        await client.hear()
    (reader,) = await feed.readers(["ACME"])
    assert reader.idle_s() == 0
    await client.leave()
    assert reader.idle_s() > 0
    assert metrics.CONNECTIONS._value.get() == before
    assert MarketConsumer.connections == 0


@pytest.mark.parametrize(
    ("headers", "lets_in"),
    [
        ([(b"host", b"localhost:8000")], True),
        ([(b"host", b"localhost:8000"), (b"origin", b"http://localhost:8000")], True),
        ([(b"host", b"localhost:8000"), (b"origin", b"http://evil.example")], False),
        ([(b"host", b"localhost:8000"), (b"origin", b"null")], False),
    ],
)
async def test_pages_of_other_sites_are_refused_at_the_handshake(market, headers, lets_in):
    client = Client(headers=headers)
    assert await client.connect() is lets_in
    if lets_in:
        await client.leave()


class ConnectionLikeDaphnes:
    """What Daphne's ``send`` is bound to: it takes a producer, and tells it when the client does not read."""

    def __init__(self) -> None:
        self.producer: Any = None

    def unregisterProducer(self) -> None:
        self.producer = None

    def registerProducer(self, producer: Any, streaming: bool) -> None:
        assert streaming
        self.producer = producer


def served_like_daphne(connection: ConnectionLikeDaphnes) -> Any:
    async def application(scope: Any, receive: Any, send: Any) -> None:
        async def send_on(connection: ConnectionLikeDaphnes, message: Any) -> None:
            await send(message)

        await APPLICATION(scope, receive, partial(send_on, connection))

    return application


async def test_a_client_who_pauses_gets_conflated_depth_and_every_trade(market, connect):
    connection, follower = ConnectionLikeDaphnes(), Follower()
    client = await connect(served_like_daphne(connection))
    await client.subscribe("depth", "trades")
    for _ in range(3):
        follower.take(await client.hear())
    connection.producer.pauseProducing()
    for number in range(4):
        await database_sync_to_async(market.trade)(10, "10.00")
        await database_sync_to_async(market.house_places)("SELL", 1, f"10.1{number}")
        await database_sync_to_async(market.drain)()
    connection.producer.resumeProducing()
    while len(follower.trades) < 4 or len(follower.offers) < 4:
        follower.take(await client.hear())
    assert [trade["trade_id"] for trade in follower.trades] == [1, 2, 3, 4]


async def test_a_client_who_stops_reading_is_told_and_sent_away(market, connect, monkeypatch):
    monkeypatch.setattr(limits, "WS_STALL_S_MAX", 0.2)
    connection = ConnectionLikeDaphnes()
    client = await connect(served_like_daphne(connection))
    await client.subscribe("depth", "trades")
    for _ in range(3):
        await client.hear()
    connection.producer.pauseProducing()
    while (message := await client.hear())["type"] != "error":
        pass
    assert message["code"] == "slow_consumer"
    assert await client.closed_with() == 4008
