"""What goes to a subscriber: one message, encoded at most once in each form however many subscribers it has."""

from collections.abc import Mapping
from typing import Any

import msgpack
import orjson

Body = Mapping[str, Any]


class Message:
    """A message to subscribers. ``body`` is what it says beside ``type``; nobody changes it after the making."""

    __slots__ = ("_packed", "_text", "body", "channel", "symbol", "type")

    def __init__(self, type: str, *, body: Body, channel: str = "", symbol: str = "") -> None:
        self.type = type
        self.body = body
        self.channel = channel
        self.symbol = symbol
        self._text: str | None = None
        self._packed: bytes | None = None

    @property
    def text(self) -> str:
        """The message as JSON."""
        if self._text is None:
            self._text = orjson.dumps({"type": self.type, **self.body}).decode()
        return self._text

    @property
    def packed(self) -> bytes:
        """The message as MessagePack."""
        if self._packed is None:
            self._packed = msgpack.packb({"type": self.type, **self.body})
        return self._packed

    @property
    def size_bytes(self) -> int:
        """How much it takes to say."""
        return len(self.text) if self._packed is None else len(self._packed)


def conflated(earlier: Message, later: Message) -> Message:
    """One message that says what two messages of a channel said, the second following the first.

    Levels, candles and all that is told whole are absolute, so that what came later simply holds; no other kind of
    message is conflated.
    """
    assert earlier.type == later.type and earlier.symbol == later.symbol, "only a channel's own messages follow"  # noqa: PT018
    body = {**later.body, "first_sequence": earlier.body["first_sequence"]}
    if later.type == "depth":
        for side in ("bids", "offers"):
            levels = {**dict(earlier.body[side]), **dict(later.body[side])}
            body[side] = [[price, quantity] for price, quantity in levels.items()]
    elif later.type == "candles":
        candles = {candle["open_time"]: candle for each in (earlier, later) for candle in each.body["candles"]}
        body["candles"] = list(candles.values())
    return Message(later.type, body=body, channel=later.channel, symbol=later.symbol)
