"""The words of an order's life, with their FIX codes.

FIX writes these codes as single characters; read as digits in base 36 they are the integers below (``A`` is 10, ``F``
is 15, ``P`` is 25), which is how the database and the matching core hold them. ``fix_code`` turns them back.
"""

from enum import IntEnum, IntFlag

FIX_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class FixEnum(IntEnum):
    """An integer enum whose value is a FIX character code read as a digit in base 36."""

    @property
    def fix_code(self) -> str:
        """The character FIX puts on the wire."""
        return FIX_DIGITS[self.value]


class Side(FixEnum):
    """Which way an order goes: FIX Side (54)."""

    BUY = 1
    SELL = 2

    @property
    def opposite(self) -> "Side":
        """The side that this one trades with."""
        return Side.SELL if self is Side.BUY else Side.BUY


class OrdType(FixEnum):
    """What kind of price an order names: FIX OrdType (40).

    A STOP becomes a market order and a STOP_LIMIT a limit order once the market has traded at the stop price. A PEGGED
    order's price follows the best prices of the book.
    """

    MARKET = 1
    LIMIT = 2
    STOP = 3
    STOP_LIMIT = 4
    PEGGED = 25

    @property
    def is_stop(self) -> bool:
        """Whether the order waits for the market to trade at its stop price."""
        return self in (OrdType.STOP, OrdType.STOP_LIMIT)


PRICED_TYPES = (OrdType.LIMIT, OrdType.STOP_LIMIT)
"""They name a price; a PEGGED order may."""
UNPRICED_TYPES = (OrdType.MARKET, OrdType.STOP)
"""They name none."""


class TimeInForce(FixEnum):
    """How long an order lives: FIX TimeInForce (59)."""

    DAY = 0
    GTC = 1
    AT_THE_OPEN = 2
    IOC = 3
    FOK = 4
    GTD = 6
    AT_THE_CLOSE = 7


class ExecInst(IntFlag):
    """How an order wishes to be handled: FIX ExecInst (18), as a set of flags.

    POST_ONLY is FIX's "participate don't initiate"; with SLIDE such an order is moved one tick short of the price at
    which it would trade, instead of being rejected.
    """

    NONE = 0
    POST_ONLY = 1
    SLIDE = 2
    CANCEL_ON_HALT = 4
    CANCEL_ON_DISCONNECT = 8


class SelfTradePrevention(IntEnum):
    """What happens when an order meets one of its own account's: FIX SelfMatchPreventionInstruction (2964).

    DECREMENT_AND_CANCEL is a venue's extension: the smaller of the two is canceled, the larger one reduced by as much.
    """

    NONE = 0
    CANCEL_AGGRESSIVE = 1
    CANCEL_PASSIVE = 2
    CANCEL_BOTH = 3
    DECREMENT_AND_CANCEL = 100


class PegPriceType(IntEnum):
    """What an order's price or stop price follows: FIX PegPriceType (1094).

    PRIMARY is the best price of the order's own side, MARKET that of the other one, MID the middle of both;
    TRAILING_STOP makes a stop price follow the last price.
    """

    NONE = 0
    MID = 2
    MARKET = 4
    PRIMARY = 5
    TRAILING_STOP = 8


class PegOffsetType(IntEnum):
    """What an offset counts: FIX PegOffsetType (836)."""

    TICKS = 0
    BASIS_POINTS = 1


class ContingencyType(IntEnum):
    """How an order depends on another one: FIX ContingencyType (1385)."""

    NONE = 0
    ONE_CANCELS_THE_OTHER = 1
    ONE_TRIGGERS_THE_OTHER = 2


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


class ExecType(IntEnum):
    """What just happened to an order: FIX ExecType (150).

    The two rejections of an amendment are FIX OrderCancelReject messages (35=9) and have no ExecType; the exchange
    numbers them above the FIX range so that one column tells the whole story of an order.
    """

    NEW = 0
    CANCELED = 4
    REPLACED = 5
    REJECTED = 8
    EXPIRED = 12
    RESTATED = 13
    TRADE = 15
    TRIGGERED = 21
    CANCEL_REJECTED = 0x101
    REPLACE_REJECTED = 0x102

    @property
    def fix_code(self) -> str:
        """The character FIX puts on the wire; for the two rejections their number as it is."""
        return FIX_DIGITS[self.value] if self.value < len(FIX_DIGITS) else f"{self.value:X}"


class LiquiditySide(IntEnum):
    """Who waited and who crossed the spread: FIX LastLiquidityInd (851). In an auction nobody did either."""

    MAKER = 1
    TAKER = 2
    AUCTION = 4
