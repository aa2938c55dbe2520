"""A subscriber who does what docs/websocket.md says, and refuses what it forbids."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from zlib import crc32

from market.feed import Channel


class SequenceGap(AssertionError):
    """A message did not begin where its channel had ended."""


@dataclass
class Follower:
    """One symbol's market, rebuilt from messages alone."""

    positions: dict[str, int] = field(default_factory=dict)
    bids: dict[str, str] = field(default_factory=dict)
    offers: dict[str, str] = field(default_factory=dict)
    trades: list[dict[str, Any]] = field(default_factory=list)
    candles: dict[str, dict[str, Any]] = field(default_factory=dict)
    whole: dict[str, dict[str, Any]] = field(
        default_factory=lambda: {"ticker": {}, "depth_5": {}, "depth_20": {}, "status": {}}
    )
    snapshots: int = 0
    epochs: dict[str, str] = field(default_factory=dict)
    newest: int = -1
    checksums: int = 0

    @property
    def ticker(self) -> dict[str, Any]:
        """The newest ticker."""
        return self.whole["ticker"]

    def take(self, message: dict[str, Any]) -> None:
        """Follow one message."""
        kind = message["type"]
        if kind == "snapshot":
            self._begin(message)
        elif kind == "heartbeat":
            if message["epoch"] in self.epochs.values():
                assert message["last_sequence"] >= self.newest, "a heartbeat went back"
                self.newest = message["last_sequence"]
            for channel, position in self.positions.items():
                if message["channels"][channel] > position:
                    raise SequenceGap(f"{channel}: at {position}, heartbeat {message}")
        elif kind in set(Channel):
            if message["first_sequence"] != self.positions[kind] + 1 or message["last_sequence"] < self.positions[kind]:
                raise SequenceGap(f"{kind}: at {self.positions[kind]}, got {message}")
            assert self.epochs.setdefault(kind, message["epoch"]) == message["epoch"], "an epoch began unannounced"
            self.positions[kind] = message["last_sequence"]
            self._move(kind, message)

    def _begin(self, message: dict[str, Any]) -> None:
        self.snapshots += 1
        channel = message["channel"]
        self.positions[channel] = message["last_sequence"]
        if self.epochs.get(channel) != message["epoch"]:
            self.newest = -1
        self.epochs[channel] = message["epoch"]
        if channel == "depth":
            self.bids, self.offers = dict(message["bids"]), dict(message["offers"])
            self.verify(message["checksum"])
        elif channel == "trades":
            self.trades = list(message["trades"])
        elif channel == "candles":
            self.candles = {candle["open_time"]: candle for candle in message["candles"]}
        elif channel in self.whole:
            self.whole[channel] = message

    def _move(self, channel: str, message: dict[str, Any]) -> None:
        if channel == "trades":
            self.trades += message["trades"]
        elif channel == "candles":
            self.candles |= {candle["open_time"]: candle for candle in message["candles"]}
        elif channel in self.whole:
            self.whole[channel] = message
        else:
            for side, levels in ((self.bids, message["bids"]), (self.offers, message["offers"])):
                for price, quantity in levels:
                    if quantity == "0":
                        # Conflated, a level that came and went is said to be gone without ever having been there.
                        side.pop(price, None)
                    else:
                        side[price] = quantity
            if "checksum" in message:
                self.verify(message["checksum"])
            if self.bids and self.offers and message["phase"] == "CONTINUOUS":
                assert max(map(Decimal, self.bids)) < min(map(Decimal, self.offers)), "the book is crossed"

    def verify(self, checksum: int) -> None:
        """Compare the book with the exchange's, as docs/websocket.md says."""
        bids = sorted(self.bids.items(), key=lambda level: Decimal(level[0]), reverse=True)
        offers = sorted(self.offers.items(), key=lambda level: Decimal(level[0]))
        sides = [",".join(f"{price}:{quantity}" for price, quantity in side) for side in (bids, offers)]
        assert crc32("|".join(sides).encode()) == checksum, "the book is not the exchange's"
        self.checksums += 1
