"""What a client may say on the market socket, read strictly."""

from dataclasses import dataclass
from typing import Any

import orjson

from market.feed import REPLAYED_CHANNELS, Channel
from vocabulary import identifiers, limits

BIGINT_MAX = 2**63 - 1
FIELDS = {
    "subscribe": {"op", "id", "channels", "symbols"},
    "unsubscribe": {"op", "id", "channels", "symbols"},
    "replay": {"op", "id", "channels", "symbol", "epoch", "from", "count"},
    "ping": {"op", "id"},
}


class BadRequest(Exception):
    """A message that cannot be followed, with the code and the sentence that its sender is told."""

    def __init__(self, code: str, detail: str, *, request_id: str | None = None) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.request_id = request_id


@dataclass(frozen=True, slots=True)
class Request:
    """One request: its operation, the id it is answered under and, but for a ping, the channels of the symbols.

    A replay is of one symbol, and says of which epoch and from which event on it wants how many.
    """

    op: str
    request_id: str | None
    channels: tuple[Channel, ...] = ()
    symbols: tuple[str, ...] = ()
    epoch: str = ""
    first_sequence: int = 0
    count: int = limits.REPLAY_EVENTS_MAX


def parse(text: str) -> Request:
    """The request in a message. Raises BadRequest, with the request's id whenever that could be read."""
    fields = _object(text)
    request_id = _request_id(fields)
    try:
        op = fields.get("op")
        if not isinstance(op, str) or op not in FIELDS:
            raise BadRequest("unknown_op", f"op must be one of {', '.join(FIELDS)}.")
        unknown = sorted(fields.keys() - FIELDS[op])
        if unknown:
            raise BadRequest("invalid_request", f"A {op} has no field {unknown[0][:32]!r}.")
        if op == "ping":
            return Request(op, request_id)
        if op == "replay":
            return _replay(fields, request_id)
        channels = tuple(_channel(name) for name in _texts(fields, "channels"))
        return Request(op, request_id, channels, tuple(_texts(fields, "symbols")))
    except BadRequest as error:
        error.request_id = request_id
        raise


def _replay(fields: dict[str, Any], request_id: str | None) -> Request:
    channels = tuple(_channel(name) for name in _texts(fields, "channels"))
    if not set(channels) <= set(REPLAYED_CHANNELS):
        raise BadRequest("unknown_channel", f"A replay is of {' and '.join(REPLAYED_CHANNELS)}.")
    epoch = _text(fields, "epoch")
    if not identifiers.is_epoch(epoch):
        raise BadRequest("invalid_request", "epoch must be the epoch of the messages that you have.")
    return Request(
        "replay",
        request_id,
        channels,
        (_text(fields, "symbol"),),
        epoch=epoch,
        first_sequence=_whole_number(fields, "from", highest=BIGINT_MAX),
        count=_whole_number(fields, "count", highest=limits.REPLAY_EVENTS_MAX)
        if "count" in fields
        else limits.REPLAY_EVENTS_MAX,
    )


def _object(text: str) -> dict[str, Any]:
    try:
        fields = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise BadRequest("malformed_message", "The message is not JSON.") from error
    if not isinstance(fields, dict):
        raise BadRequest("malformed_message", "The message is not a JSON object.")
    return fields


def _request_id(fields: dict[str, Any]) -> str | None:
    request_id = fields.get("id")
    if request_id is None:
        return None
    if not isinstance(request_id, str) or len(request_id) > limits.WS_REQUEST_ID_LENGTH_MAX:
        raise BadRequest(
            "invalid_request", f"id must be a text of at most {limits.WS_REQUEST_ID_LENGTH_MAX} characters."
        )
    return request_id


def _text(fields: dict[str, Any], name: str) -> str:
    text = fields.get(name)
    if not isinstance(text, str) or not text:
        raise BadRequest("invalid_request", f"{name} must be a text that is not empty.")
    return text


def _whole_number(fields: dict[str, Any], name: str, *, highest: int) -> int:
    number = fields.get(name)
    if not isinstance(number, int) or isinstance(number, bool) or not 1 <= number <= highest:
        raise BadRequest("invalid_request", f"{name} must be a whole number from 1 to {highest}.")
    return number


def _texts(fields: dict[str, Any], name: str) -> list[str]:
    texts = fields.get(name)
    if not isinstance(texts, list) or not texts or not all(isinstance(text, str) for text in texts):
        raise BadRequest("invalid_request", f"{name} must be a list of at least one text.")
    if len(texts) > limits.WS_SUBSCRIPTIONS_MAX:
        raise BadRequest("too_many_subscriptions", f"{name} may have {limits.WS_SUBSCRIPTIONS_MAX} entries at most.")
    return list(dict.fromkeys(texts))


def _channel(name: str) -> Channel:
    try:
        return Channel(name)
    except ValueError as error:
        raise BadRequest("unknown_channel", f"channels may name {', '.join(Channel)}.") from error
