"""Trading phases of an instrument."""

from enum import IntEnum


class TradingPhase(IntEnum):
    """What an instrument's book accepts and does at present (compare FIX SecurityTradingStatus, 326)."""

    CONTINUOUS = 3
    HALTED = 5
