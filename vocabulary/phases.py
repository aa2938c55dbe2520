"""Trading phases of an instrument, and how equals at one price share."""

from enum import IntEnum


class TradingPhase(IntEnum):
    """What an instrument's book accepts and does at present (compare FIX SecurityTradingStatus, 326)."""

    CLOSED = 0
    PRE_OPEN = 1
    OPENING_AUCTION = 2
    CONTINUOUS = 3
    VOLATILITY_AUCTION = 4
    HALTED = 5
    CLOSING_AUCTION = 6

    @property
    def collects(self) -> bool:
        """Whether orders gather without trading until an uncross."""
        return self in COLLECTING_PHASES


COLLECTING_PHASES = frozenset(
    {
        TradingPhase.PRE_OPEN,
        TradingPhase.OPENING_AUCTION,
        TradingPhase.VOLATILITY_AUCTION,
        TradingPhase.CLOSING_AUCTION,
    }
)


class AllocationRule(IntEnum):
    """How an aggressor's quantity is shared out among the orders at one price (compare FIX MatchAlgorithm, 1142)."""

    PRICE_TIME = 0
    PRO_RATA = 1
