"""What a client says is read strictly, and every mistake has its code."""

from uuid import UUID

import orjson
import pytest

from market.feed import Channel
from vocabulary import limits
from ws_api.market_requests import Request
from ws_api.market_requests import parse as parse_fields
from ws_api.requests import BadRequest, request_id_in, strict_object
from ws_api.wire import Wire


def parse(text: str) -> Request:
    fields = strict_object(Wire.JSON.read(text, None))
    return parse_fields(fields, request_id=request_id_in(fields))


SUBSCRIBE = '{"op":"subscribe","id":"1","channels":["trades","depth"],"symbols":["ACME","ACME","BOLT"]}'


def test_a_subscription_names_channels_and_symbols_each_once():
    assert parse(SUBSCRIBE) == Request("subscribe", "1", (Channel.TRADES, Channel.DEPTH), ("ACME", "BOLT"))


def test_a_ping_needs_no_id():
    assert parse('{"op":"ping"}') == Request("ping", None)


REPLAY = {
    "op": "replay",
    "id": "1",
    "channels": ["trades"],
    "symbol": "ACME",
    "epoch": str(UUID(int=7)),
    "from": 7,
    "count": 9,
}


def test_a_replay_names_one_symbol_and_the_range_that_is_missing():
    expected = Request("replay", "1", (Channel.TRADES,), ("ACME",), epoch=str(UUID(int=7)), first_sequence=7, count=9)
    assert parse(orjson.dumps(REPLAY).decode()) == expected
    without_count = {name: value for name, value in REPLAY.items() if name != "count"}
    assert parse(orjson.dumps(without_count).decode()).count == limits.REPLAY_EVENTS_MAX


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"channels": ["ticker"]}, "unknown_channel"),
        ({"channels": []}, "invalid_request"),
        ({"symbol": None}, "invalid_request"),
        ({"symbol": ["ACME"]}, "invalid_request"),
        ({"symbols": ["ACME"]}, "invalid_request"),
        ({"epoch": 7}, "invalid_request"),
        ({"epoch": "6f0c"}, "invalid_request"),
        ({"from": 0}, "invalid_request"),
        ({"from": "7"}, "invalid_request"),
        ({"from": True}, "invalid_request"),
        ({"from": 2**63}, "invalid_request"),
        ({"count": 0}, "invalid_request"),
        ({"count": limits.REPLAY_EVENTS_MAX + 1}, "invalid_request"),
        ({"count": None}, "invalid_request"),
        ({"count": 1.5}, "invalid_request"),
    ],
)
def test_a_replay_that_cannot_be_followed_has_its_code(changes, code):
    with pytest.raises(BadRequest) as refused:
        parse(orjson.dumps({**REPLAY, **changes}).decode())
    assert refused.value.code == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "malformed_message"),
        ("{", "malformed_message"),
        ("null", "malformed_message"),
        ("[]", "malformed_message"),
        ('"subscribe"', "malformed_message"),
        ("NaN", "malformed_message"),
        ("[" * 20_000, "malformed_message"),
        ('{"op":"ping"} x', "malformed_message"),
        ('{"op":"\\ud800"}', "malformed_message"),
        ("{}", "unknown_op"),
        ('{"op":1}', "unknown_op"),
        ('{"op":["ping"]}', "unknown_op"),
        ('{"op":"buy"}', "unknown_op"),
        ('{"op":"PING"}', "unknown_op"),
        ('{"op":"ping","id":1}', "invalid_request"),
        ('{"op":"ping","id":"' + "x" * 65 + '"}', "invalid_request"),
        ('{"op":"ping","symbols":["ACME"]}', "invalid_request"),
        ('{"op":"subscribe"}', "invalid_request"),
        ('{"op":"subscribe","channels":["depth"]}', "invalid_request"),
        ('{"op":"subscribe","channels":"depth","symbols":["ACME"]}', "invalid_request"),
        ('{"op":"subscribe","channels":[],"symbols":["ACME"]}', "invalid_request"),
        ('{"op":"subscribe","channels":["depth"],"symbols":{"ACME":1}}', "invalid_request"),
        ('{"op":"subscribe","channels":["depth"],"symbols":[null]}', "invalid_request"),
        ('{"op":"subscribe","channels":["depth"],"symbols":["ACME"],"depth":5}', "invalid_request"),
        ('{"op":"subscribe","channels":["orders"],"symbols":["ACME"]}', "unknown_channel"),
        ('{"op":"subscribe","channels":["Depth"],"symbols":["ACME"]}', "unknown_channel"),
    ],
)
def test_every_mistake_has_its_code(text, code):
    with pytest.raises(BadRequest) as refused:
        parse(text)
    assert refused.value.code == code


def test_too_many_symbols_at_once_are_refused():
    symbols = ",".join(f'"S{number}"' for number in range(limits.WS_SUBSCRIPTIONS_MAX + 1))
    with pytest.raises(BadRequest) as refused:
        parse(f'{{"op":"subscribe","channels":["depth"],"symbols":[{symbols}]}}')
    assert refused.value.code == "too_many_subscriptions"
