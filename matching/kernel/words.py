"""The vocabulary's values as the plain integers that compiled code knows."""

from matching.layout import NO_PRICE
from vocabulary import limits
from vocabulary.commands import CommandKind, EventKind
from vocabulary.orders import (
    ContingencyType,
    ExecInst,
    LiquiditySide,
    OrdType,
    PegOffsetType,
    PegPriceType,
    SelfTradePrevention,
    Side,
    TimeInForce,
)
from vocabulary.phases import AllocationRule, TradingPhase
from vocabulary.rejects import RejectReason

__all__ = ["NO_PRICE"]

NEW_ORDER = CommandKind.NEW_ORDER.value
CANCEL = CommandKind.CANCEL.value
REPLACE = CommandKind.REPLACE.value
HALT = CommandKind.HALT.value
RESUME = CommandKind.RESUME.value
CHANGE_PHASE = CommandKind.CHANGE_PHASE.value
MASS_CANCEL = CommandKind.MASS_CANCEL.value
EXPIRE = CommandKind.EXPIRE.value
SET_REFERENCE = CommandKind.SET_REFERENCE.value
SET_BANDS = CommandKind.SET_BANDS.value
SET_ALLOCATION = CommandKind.SET_ALLOCATION.value
REBASE = CommandKind.REBASE.value
REJECT_ORDER = CommandKind.REJECT_ORDER.value
REJECT_CANCEL = CommandKind.REJECT_CANCEL.value
REJECT_REPLACE = CommandKind.REJECT_REPLACE.value
CHANGE_ENGINE = CommandKind.CHANGE_ENGINE.value
SET_LAST = CommandKind.SET_LAST.value

NEW = EventKind.NEW.value
CANCELED = EventKind.CANCELED.value
REPLACED = EventKind.REPLACED.value
REJECTED = EventKind.REJECTED.value
EXPIRED = EventKind.EXPIRED.value
RESTATED = EventKind.RESTATED.value
TRADE = EventKind.TRADE.value
TRIGGERED = EventKind.TRIGGERED.value
CANCEL_REJECTED = EventKind.CANCEL_REJECTED.value
REPLACE_REJECTED = EventKind.REPLACE_REJECTED.value
PHASE_CHANGED = EventKind.PHASE_CHANGED.value
RULES_CHANGED = EventKind.RULES_CHANGED.value
MASS_ACTION_DONE = EventKind.MASS_ACTION_DONE.value

BUY = Side.BUY.value
SELL = Side.SELL.value

MARKET = OrdType.MARKET.value
LIMIT = OrdType.LIMIT.value
STOP = OrdType.STOP.value
STOP_LIMIT = OrdType.STOP_LIMIT.value
PEGGED = OrdType.PEGGED.value

DAY = TimeInForce.DAY.value
GTC = TimeInForce.GTC.value
AT_THE_OPEN = TimeInForce.AT_THE_OPEN.value
IOC = TimeInForce.IOC.value
FOK = TimeInForce.FOK.value
GTD = TimeInForce.GTD.value
AT_THE_CLOSE = TimeInForce.AT_THE_CLOSE.value

POST_ONLY = ExecInst.POST_ONLY.value
SLIDE = ExecInst.SLIDE.value
CANCEL_ON_HALT = ExecInst.CANCEL_ON_HALT.value
CANCEL_ON_DISCONNECT = ExecInst.CANCEL_ON_DISCONNECT.value
EXEC_INST_MAX = POST_ONLY | SLIDE | CANCEL_ON_HALT | CANCEL_ON_DISCONNECT

CANCEL_AGGRESSIVE = SelfTradePrevention.CANCEL_AGGRESSIVE.value
CANCEL_PASSIVE = SelfTradePrevention.CANCEL_PASSIVE.value
CANCEL_BOTH = SelfTradePrevention.CANCEL_BOTH.value
DECREMENT_AND_CANCEL = SelfTradePrevention.DECREMENT_AND_CANCEL.value

MID = PegPriceType.MID.value
BEST_OPPOSITE = PegPriceType.MARKET.value
BEST_OWN = PegPriceType.PRIMARY.value
TRAILING_STOP = PegPriceType.TRAILING_STOP.value
TICKS = PegOffsetType.TICKS.value
BASIS_POINTS = PegOffsetType.BASIS_POINTS.value

ONE_CANCELS_THE_OTHER = ContingencyType.ONE_CANCELS_THE_OTHER.value
ONE_TRIGGERS_THE_OTHER = ContingencyType.ONE_TRIGGERS_THE_OTHER.value

CLOSED = TradingPhase.CLOSED.value
PRE_OPEN = TradingPhase.PRE_OPEN.value
OPENING_AUCTION = TradingPhase.OPENING_AUCTION.value
CONTINUOUS = TradingPhase.CONTINUOUS.value
VOLATILITY_AUCTION = TradingPhase.VOLATILITY_AUCTION.value
HALTED = TradingPhase.HALTED.value
CLOSING_AUCTION = TradingPhase.CLOSING_AUCTION.value

PRICE_TIME = AllocationRule.PRICE_TIME.value
PRO_RATA = AllocationRule.PRO_RATA.value

MAKER = LiquiditySide.MAKER.value
TAKER = LiquiditySide.TAKER.value
AUCTION = LiquiditySide.AUCTION.value

NONE = RejectReason.NONE.value
EXCHANGE_CLOSED = RejectReason.EXCHANGE_CLOSED.value
UNKNOWN_ORDER = RejectReason.UNKNOWN_ORDER.value
DUPLICATE_ORDER = RejectReason.DUPLICATE_ORDER.value
INCORRECT_QUANTITY = RejectReason.INCORRECT_QUANTITY.value
INSTRUMENT_HALTED = RejectReason.INSTRUMENT_HALTED.value
PRICE_OUT_OF_RANGE = RejectReason.PRICE_OUT_OF_RANGE.value
NO_LIQUIDITY = RejectReason.NO_LIQUIDITY.value
NOT_FILLABLE = RejectReason.NOT_FILLABLE.value
NOT_REPLACEABLE = RejectReason.NOT_REPLACEABLE.value
MATCHER_FAILURE = RejectReason.MATCHER_FAILURE.value
INVALID_COMMAND = RejectReason.INVALID_COMMAND.value
NOT_IN_THIS_PHASE = RejectReason.NOT_IN_THIS_PHASE.value
WOULD_TRADE = RejectReason.WOULD_TRADE.value
SELF_TRADE = RejectReason.SELF_TRADE.value
LINKED_ORDER = RejectReason.LINKED_ORDER.value
UNKNOWN_LINK = RejectReason.UNKNOWN_LINK.value
INVALID_TERMS = RejectReason.INVALID_TERMS.value
MIN_QTY_NOT_MET = RejectReason.MIN_QTY_NOT_MET.value
CANCELED_IN_MASS = RejectReason.MASS_CANCEL.value
CANCELED_ON_HALT = RejectReason.CANCELED_ON_HALT.value
CANCELED_ON_DISCONNECT = RejectReason.CANCELED_ON_DISCONNECT.value
AUCTION_OVER = RejectReason.AUCTION_OVER.value
OPEN_ORDERS = RejectReason.OPEN_ORDERS.value
NO_REFERENCE_PRICE = RejectReason.NO_REFERENCE_PRICE.value
VOLATILITY_INTERRUPTION = RejectReason.VOLATILITY_INTERRUPTION.value

PRICE_TICKS_MAX = limits.PRICE_TICKS_MAX
ORDER_QTY_LOTS_MAX = limits.ORDER_QTY_LOTS_MAX
LADDER_LEVELS_MAX = limits.LADDER_LEVELS_MAX
ICEBERG_SLICES_MAX = limits.ICEBERG_SLICES_MAX
BAND_BPS_MAX = limits.BAND_BPS_MAX
TRAILING_BPS_MAX = 10_000
