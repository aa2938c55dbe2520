"""A subscriber who does what docs/websocket.md says, and refuses what it forbids."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any


class SequenceGap(AssertionError):
    """A message did not begin where its channel had ended."""


@dataclass
class Follower:
    """One symbol's market, rebuilt from messages alone."""

    positions: dict[str, int] = field(default_factory=dict)
    bids: dict[str, str] = field(default_factory=dict)
    offers: dict[str, str] = field(default_factory=dict)
    trades: list[dict[str, Any]] = field(default_factory=list)
    ticker: dict[str, Any] = field(default_factory=dict)
    snapshots: int = 0

    def take(self, message: dict[str, Any]) -> None:
        """Follow one message."""
        kind = message["type"]
        if kind == "snapshot":
            self._begin(message)
        elif kind == "heartbeat":
            for channel, position in self.positions.items():
                if message["channels"][channel] > position:
                    raise SequenceGap(f"{channel}: at {position}, heartbeat {message}")
        elif kind in ("trades", "depth", "ticker"):
            if message["first_sequence"] != self.positions[kind] + 1 or message["last_sequence"] < self.positions[kind]:
                raise SequenceGap(f"{kind}: at {self.positions[kind]}, got {message}")
            self.positions[kind] = message["last_sequence"]
            self._move(kind, message)

    def _begin(self, message: dict[str, Any]) -> None:
        self.snapshots += 1
        channel = message["channel"]
        self.positions[channel] = message["last_sequence"]
        if channel == "depth":
            self.bids, self.offers = dict(message["bids"]), dict(message["offers"])
        elif channel == "trades":
            self.trades = list(message["trades"])
        else:
            self.ticker = message

    def _move(self, channel: str, message: dict[str, Any]) -> None:
        if channel == "trades":
            self.trades += message["trades"]
        elif channel == "ticker":
            self.ticker = message
        else:
            for side, levels in ((self.bids, message["bids"]), (self.offers, message["offers"])):
                for price, quantity in levels:
                    if quantity == "0":
                        # Conflated, a level that came and went is said to be gone without ever having been there.
                        side.pop(price, None)
                    else:
                        side[price] = quantity
            if self.bids and self.offers and message["phase"] == "CONTINUOUS":
                assert max(map(Decimal, self.bids)) < min(map(Decimal, self.offers)), "the book is crossed"
