"""A book of one's own, which proves that it is the exchange's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any
from zlib import crc32

from marketops_client.records import Level


class OutOfStep(Exception):
    """What is held is not the exchange's book, and has to begin with a snapshot."""


class LocalBook:
    """The price levels of one instrument, kept by snapshot and changes. It reads no network.

    ``is_in_step`` is false before the first snapshot and while a gap is being repaired: the book is then an old one.
    """

    def __init__(self, symbol: str) -> None:
        self.symbol = symbol
        self.epoch = ""
        self.sequence = -1
        self.phase = ""
        self.phase_reason = ""
        self.is_in_step = False
        self._bids: dict[str, str] = {}
        self._offers: dict[str, str] = {}

    @property
    def bids(self) -> tuple[Level, ...]:
        """What buyers bid, the best price first."""
        return tuple(Level(Decimal(price), Decimal(quantity)) for price, quantity in _sorted(self._bids, is_bid=True))

    @property
    def offers(self) -> tuple[Level, ...]:
        """What sellers offer, the best price first."""
        return tuple(
            Level(Decimal(price), Decimal(quantity)) for price, quantity in _sorted(self._offers, is_bid=False)
        )

    @property
    def best_bid(self) -> Decimal | None:
        """The highest price that somebody would pay."""
        return max(map(Decimal, self._bids), default=None)

    @property
    def best_offer(self) -> Decimal | None:
        """The lowest price that somebody would take."""
        return min(map(Decimal, self._offers), default=None)

    @property
    def middle(self) -> Decimal | None:
        """Halfway between the two; None when one of them is missing."""
        bid, offer = self.best_bid, self.best_offer
        return None if bid is None or offer is None else (bid + offer) / 2

    def checksum(self) -> int:
        """CRC-32 over the whole book, as the exchange computes it."""
        sides = (_sorted(self._bids, is_bid=True), _sorted(self._offers, is_bid=False))
        return crc32("|".join(",".join(f"{price}:{quantity}" for price, quantity in side) for side in sides).encode())

    def begin(self, snapshot: Mapping[str, Any]) -> None:
        """Take a snapshot. Raises OutOfStep when its checksum is another."""
        self._bids, self._offers = dict(snapshot["bids"]), dict(snapshot["offers"])
        self.epoch = snapshot["epoch"]
        self._stand_at(snapshot)

    def follow(self, changes: Mapping[str, Any]) -> bool:
        """Take changes in their turn; False when something before them is missing. Raises OutOfStep as ``begin``."""
        if changes["epoch"] == self.epoch and changes["last_sequence"] <= self.sequence:
            return True
        if changes["epoch"] != self.epoch or changes["first_sequence"] > self.sequence + 1:
            self.is_in_step = False
            return False
        _put(self._bids, changes["bids"])
        _put(self._offers, changes["offers"])
        self._stand_at(changes)
        return True

    def _stand_at(self, message: Mapping[str, Any]) -> None:
        self.sequence = message["last_sequence"]
        self.phase, self.phase_reason = message["phase"], message["phase_reason"]
        self.is_in_step = message.get("checksum") in (None, self.checksum())
        if not self.is_in_step:
            raise OutOfStep(f"The book of {self.symbol} at {self.sequence} is not the exchange's.")


def _put(side: dict[str, str], levels: Iterable[Sequence[str]]) -> None:
    for price, quantity in levels:
        if quantity == "0":
            side.pop(price, None)
        else:
            side[price] = quantity


def _sorted(side: Mapping[str, str], *, is_bid: bool) -> list[tuple[str, str]]:
    return sorted(side.items(), key=lambda level: Decimal(level[0]), reverse=is_bid)
