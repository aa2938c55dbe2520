"""What a client may say on the market socket, read strictly."""

from dataclasses import dataclass
from typing import Any

from market.feed import REPLAYED_CHANNELS, Channel
from vocabulary import identifiers, limits
from ws_api.requests import BadRequest, op_in

BIGINT_MAX = 2**63 - 1
OPS = {
    "subscribe": {"channels", "symbols"},
    "unsubscribe": {"channels", "symbols"},
    "replay": {"channels", "symbol", "epoch", "from", "count"},
    "ping": set(),
}


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


def parse(fields: dict[str, Any], *, request_id: str | None) -> Request:
    """The request in a message. Raises BadRequest."""
    op = op_in(fields, ops=OPS)
    if op == "ping":
        return Request(op, request_id)
    if op == "replay":
        return _replay(fields, request_id)
    channels = tuple(_channel(name) for name in _texts(fields, "channels"))
    return Request(op, request_id, channels, tuple(_texts(fields, "symbols")))


def _replay(fields: dict[str, Any], request_id: str | None) -> Request:
    channels = tuple(_channel(name) for name in _texts(fields, "channels"))
    if not set(channels) <= set(REPLAYED_CHANNELS):
        raise BadRequest("unknown_channel", f"A replay is of {' and '.join(REPLAYED_CHANNELS)}.")
    epoch = _text(fields, "epoch")
    if not identifiers.is_epoch(epoch):
        raise BadRequest("invalid_request", "epoch must be the epoch of the messages that you have.", field="epoch")
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


def _text(fields: dict[str, Any], name: str) -> str:
    text = fields.get(name)
    if not isinstance(text, str) or not text:
        raise BadRequest("invalid_request", f"{name} must be a text that is not empty.", field=name)
    return text


def _whole_number(fields: dict[str, Any], name: str, *, highest: int) -> int:
    number = fields.get(name)
    if not isinstance(number, int) or isinstance(number, bool) or not 1 <= number <= highest:
        raise BadRequest("invalid_request", f"{name} must be a whole number from 1 to {highest}.", field=name)
    return number


def _texts(fields: dict[str, Any], name: str) -> list[str]:
    texts = fields.get(name)
    if not isinstance(texts, list) or not texts or not all(isinstance(text, str) for text in texts):
        raise BadRequest("invalid_request", f"{name} must be a list of at least one text.", field=name)
    if len(texts) > limits.WS_SUBSCRIPTIONS_MAX:
        raise BadRequest("too_many_subscriptions", f"{name} may have {limits.WS_SUBSCRIPTIONS_MAX} entries at most.")
    return list(dict.fromkeys(texts))


def _channel(name: str) -> Channel:
    try:
        return Channel(name)
    except ValueError as error:
        raise BadRequest("unknown_channel", f"channels may name {', '.join(Channel)}.") from error
