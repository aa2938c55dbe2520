"""What the order ticket calls things: its types, which fields each type has, and what to know about each field."""

from vocabulary.orders import OrdType

SIDES = [("BUY", "Buy"), ("SELL", "Sell")]
ORD_TYPES = [
    ("LIMIT", "Limit"),
    ("MARKET", "Market"),
    ("STOP", "Stop"),
    ("STOP_LIMIT", "Stop limit"),
    ("TRAILING_STOP", "Trailing"),
    ("PEGGED", "Pegged"),
    ("BRACKET", "Bracket"),
    ("ONE_CANCELS_THE_OTHER", "OCO"),
]
"""The order types, and what people think of as types: a stop that trails, and the packages of several orders."""

ORD_TYPE_OF = {
    "TRAILING_STOP": OrdType.STOP,
    "BRACKET": OrdType.LIMIT,
    "ONE_CANCELS_THE_OTHER": OrdType.LIMIT,
}
BRACKET, ONE_CANCELS_THE_OTHER = "BRACKET", "ONE_CANCELS_THE_OTHER"
PRICED = ("LIMIT", "STOP_LIMIT", BRACKET, ONE_CANCELS_THE_OTHER)

ORD_TYPE_HINTS = {
    "LIMIT": "Trades at your price or better; the rest waits in the book.",
    "MARKET": "Trades at once at the best prices there are; never waits.",
    "STOP": "Waits until the market trades at the stop price, then trades at market.",
    "STOP_LIMIT": "Waits until the market trades at the stop price, then is a limit order.",
    "TRAILING_STOP": "A stop that follows the market at a distance and never steps back.",
    "PEGGED": "Stands in the book at a price that follows the best prices.",
    "BRACKET": "A limit order to begin with; when it has traded, a limit order and a stop end it, whichever first.",
    "ONE_CANCELS_THE_OTHER": "A limit order and a stop; when one trades, the other is canceled.",
}
TIMES_IN_FORCE = [
    ("DAY", "Day"),
    ("GTC", "Good till canceled"),
    ("IOC", "Immediate or cancel"),
    ("FOK", "Fill or kill"),
    ("GTD", "Until a date"),
    ("AT_THE_OPEN", "At the open"),
    ("AT_THE_CLOSE", "At the close"),
]
AT_ONCE_OR_AUCTION = ("IOC", "FOK", "AT_THE_OPEN", "AT_THE_CLOSE")
SELF_TRADE_PREVENTIONS = [
    ("NONE", "Trade with my own orders"),
    ("CANCEL_AGGRESSIVE", "Cancel this order"),
    ("CANCEL_PASSIVE", "Cancel the resting order"),
    ("CANCEL_BOTH", "Cancel both"),
    ("DECREMENT_AND_CANCEL", "Reduce the larger, cancel the smaller"),
]
PEG_PRICE_TYPES = [
    ("MID", "The middle"),
    ("PRIMARY", "My side's best price"),
    ("MARKET", "The other side's best price"),
]
PEG_OFFSET_TYPES = [("TICKS", "In the price's currency"), ("BASIS_POINTS", "In basis points, 1/100 of a percent")]

EVERY_TYPE = tuple(value for value, _ in ORD_TYPES)
SINGLE = tuple(value for value in EVERY_TYPE if value not in (BRACKET, ONE_CANCELS_THE_OTHER))
TYPES_WITH = {
    "price": (*PRICED, "PEGGED"),
    "stop_px": ("STOP", "STOP_LIMIT", BRACKET, ONE_CANCELS_THE_OTHER),
    "take_profit_px": (BRACKET,),
    "trail_by": ("TRAILING_STOP",),
    "peg_offset_type": ("TRAILING_STOP",),
    "peg_price_type": ("PEGGED",),
    "peg_offset": ("PEGGED",),
    "protection_px": ("MARKET", "STOP"),
    "display_qty": ("LIMIT", "STOP_LIMIT"),
    "min_qty": ("LIMIT", "MARKET"),
    "post_only": ("LIMIT",),
    "slide": ("LIMIT",),
    "cancel_on_halt": SINGLE,
    "self_trade_prevention": EVERY_TYPE,
}
"""The types that have each field; a field that is not here belongs to every type."""

LABELS = {
    "price": {BRACKET: "Entry price", ONE_CANCELS_THE_OTHER: "Limit price", "PEGGED": "Worst price"},
    "stop_px": {BRACKET: "Stop-loss price"},
}
"""What a field is called where a type gives it another name."""

OPTIONS = (
    "protection_px", "display_qty", "min_qty", "post_only", "slide", "cancel_on_halt", "self_trade_prevention",
)  # fmt: skip
"""The fields that most orders leave alone: folded away until one is used."""
