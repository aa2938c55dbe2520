"""A book of one's own, kept in step with the exchange's by the ranges of sequences that its updates account for."""

from collections.abc import Mapping
from decimal import Decimal
from zlib import crc32

from terminal.records import Depth, DepthLevel, Update
from vocabulary.phases import TradingPhase


class Gap(Exception):
    """Something was missed: what is held is not the exchange's any more and has to begin with a snapshot."""


class LocalBook:
    """The price levels of one book. Before its first snapshot it is empty and takes no change."""

    def __init__(self) -> None:
        self.sequence = -1
        self.epoch = ""
        self.phase = TradingPhase.CONTINUOUS
        self.phase_reason = ""
        self._bids: dict[Decimal, Decimal] = {}
        self._offers: dict[Decimal, Decimal] = {}

    def take(self, update: Update) -> None:
        """Apply a snapshot, or a change that follows on what is held.

        Raises Gap for one that does not, and when what is held after it is not what the exchange holds.
        """
        depth = update.content
        assert isinstance(depth, Depth), "a book is told of depth"
        if update.is_snapshot:
            self._bids, self._offers = {}, {}
        else:
            follow(update, after=self.sequence, epoch=self.epoch)
        _put(self._bids, depth.bids)
        _put(self._offers, depth.offers)
        self.sequence, self.epoch = update.last_sequence, update.epoch
        self.phase, self.phase_reason = depth.phase, depth.phase_reason
        if depth.checksum is not None and depth.checksum != self.checksum():
            raise Gap(f"The book of {update.symbol} at {self.sequence} is not the exchange's.")

    def checksum(self) -> int:
        """CRC-32 of the levels, as the protocol has it."""
        sides = (
            ",".join(f"{level.price:f}:{level.quantity:f}" for level in side) for side in (self.bids(), self.offers())
        )
        return crc32("|".join(sides).encode())

    def bids(self, count: int | None = None) -> list[DepthLevel]:
        """The best ``count`` levels of the buyers, the highest price first."""
        return _best(self._bids, count, is_bid=True)

    def offers(self, count: int | None = None) -> list[DepthLevel]:
        """The best ``count`` levels of the sellers, the lowest price first."""
        return _best(self._offers, count, is_bid=False)

    @property
    def best_bid(self) -> Decimal | None:
        """The highest price that somebody would pay."""
        return max(self._bids, default=None)

    @property
    def best_offer(self) -> Decimal | None:
        """The lowest price that somebody would take."""
        return min(self._offers, default=None)

    @property
    def spread(self) -> Decimal | None:
        """What lies between the two."""
        bid, offer = self.best_bid, self.best_offer
        return None if bid is None or offer is None else offer - bid


def follow(update: Update, *, after: int, epoch: str) -> None:
    """Raises Gap unless the update begins where what is held ends, in the same life of the book."""
    if update.epoch != epoch:
        raise Gap(f"The book of {update.symbol} has begun a new life.")
    if after < 0 or update.first_sequence != after + 1:
        raise Gap(f"The {update.channel} of {update.symbol} went from {after} to {update.first_sequence}.")


def _put(side: dict[Decimal, Decimal], levels: tuple[DepthLevel, ...]) -> None:
    for level in levels:
        if level.quantity:
            side[level.price] = level.quantity
        else:
            side.pop(level.price, None)


def _best(side: Mapping[Decimal, Decimal], count: int | None, *, is_bid: bool) -> list[DepthLevel]:
    return [DepthLevel(price, side[price]) for price in sorted(side, reverse=is_bid)[:count]]
