"""The words of an order's life, with their FIX codes.

FIX writes these codes as single characters; read as hexadecimal digits they are the integers below (``A`` is 10,
``F`` is 15), which is how the database and the matching core hold them. ``fix_code`` turns them back.
"""

from enum import IntEnum


class FixEnum(IntEnum):
    """An integer enum whose value is a FIX character code read as a hexadecimal digit."""

    @property
    def fix_code(self) -> str:
        """The character FIX puts on the wire."""
        return f"{self.value:X}"


class Side(FixEnum):
    """Which way an order goes: FIX Side (54)."""

    BUY = 1
    SELL = 2

    @property
    def opposite(self) -> "Side":
        """The side that this one trades with."""
        return Side.SELL if self is Side.BUY else Side.BUY


class OrdType(FixEnum):
    """What kind of price an order names: FIX OrdType (40)."""

    MARKET = 1
    LIMIT = 2


class TimeInForce(FixEnum):
    """How long an order lives: FIX TimeInForce (59)."""

    DAY = 0
    GTC = 1
    IOC = 3
    FOK = 4


class OrdStatus(FixEnum):
    """Where an order stands now: FIX OrdStatus (39)."""

    NEW = 0
    PARTIALLY_FILLED = 1
    FILLED = 2
    CANCELED = 4
    REJECTED = 8
    PENDING_NEW = 10
    EXPIRED = 12

    @property
    def is_open(self) -> bool:
        """Whether the order can still trade."""
        return self in OPEN_STATUSES


OPEN_STATUSES = frozenset({OrdStatus.PENDING_NEW, OrdStatus.NEW, OrdStatus.PARTIALLY_FILLED})


class ExecType(FixEnum):
    """What just happened to an order: FIX ExecType (150).

    The two rejections of an amendment are FIX OrderCancelReject messages (35=9) and have no ExecType; the exchange
    numbers them above the FIX range so that one column tells the whole story of an order.
    """

    NEW = 0
    CANCELED = 4
    REPLACED = 5
    REJECTED = 8
    EXPIRED = 12
    TRADE = 15
    CANCEL_REJECTED = 0x101
    REPLACE_REJECTED = 0x102


class LiquiditySide(IntEnum):
    """Who waited and who crossed the spread: FIX LastLiquidityInd (851)."""

    MAKER = 1
    TAKER = 2
