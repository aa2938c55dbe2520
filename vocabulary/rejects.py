"""Why the exchange says no: one reason, one code, one sentence, the same through every door.

Numbers below 100 are FIX OrdRejReason (103); the exchange's own start at 100.
"""

from enum import IntEnum


class RejectReason(IntEnum):
    """The reason of a reject, or of a cancel that the exchange itself made."""

    NONE = -1
    UNKNOWN_SYMBOL = 1
    EXCHANGE_CLOSED = 2
    ORDER_EXCEEDS_LIMIT = 3
    UNKNOWN_ORDER = 5
    DUPLICATE_ORDER = 6
    INCORRECT_QUANTITY = 13
    UNKNOWN_ACCOUNT = 15
    PRICE_EXCEEDS_BAND = 16
    INVALID_PRICE_INCREMENT = 18
    UNEXECUTED_VALUE_LIMIT = 20
    ORDER_QTY_LIMIT = 26
    ORDER_VALUE_LIMIT = 27
    INSTRUMENT_HALTED = 100
    INSUFFICIENT_BUYING_POWER = 101
    INSUFFICIENT_POSITION = 102
    CL_ORD_ID_REUSED = 103
    TOO_LATE_TO_CANCEL = 104
    PRICE_OUT_OF_RANGE = 105
    NO_LIQUIDITY = 106
    NOT_FILLABLE = 107
    NOT_REPLACEABLE = 108
    MATCHER_FAILURE = 109
    INVALID_COMMAND = 110
    CURRENCY_MISMATCH = 111
    TOO_MANY_OPEN_ORDERS = 112
    NOT_IN_THIS_PHASE = 113
    WOULD_TRADE = 114
    SELF_TRADE = 115
    LINKED_ORDER = 116
    UNKNOWN_LINK = 117
    INVALID_TERMS = 118
    MIN_QTY_NOT_MET = 119
    MASS_CANCEL = 120
    CANCELED_ON_HALT = 121
    CANCELED_ON_DISCONNECT = 122
    AUCTION_OVER = 123
    NO_REFERENCE_PRICE = 124
    VOLATILITY_INTERRUPTION = 125
    ACCOUNT_KILLED = 126
    POSITION_LIMIT = 127
    LEVERAGE_LIMIT = 128
    ACCOUNT_IN_LIQUIDATION = 129
    OPEN_ORDERS = 140
    CLASS_NOT_OPEN = 141
    INSTRUMENT_NOT_IN_CLASS = 142
    OPTION_NOT_COVERED = 143

    @property
    def code(self) -> str:
        """The stable code that every door shows."""
        return self.name.lower()

    @property
    def sentence(self) -> str:
        """What the reason means, in one sentence."""
        return SENTENCES[self]


SENTENCES: dict[RejectReason, str] = {
    RejectReason.NONE: "No reason.",
    RejectReason.UNKNOWN_SYMBOL: "No instrument has this symbol.",
    RejectReason.EXCHANGE_CLOSED: "The instrument is not open for trading.",
    RejectReason.ORDER_EXCEEDS_LIMIT: "The order is larger than the exchange accepts.",
    RejectReason.UNKNOWN_ORDER: "There is no such order.",
    RejectReason.DUPLICATE_ORDER: "The book already holds an order with this id.",
    RejectReason.INCORRECT_QUANTITY: "The quantity is not a positive multiple of the lot size.",
    RejectReason.UNKNOWN_ACCOUNT: "There is no such account, or you may not trade it.",
    RejectReason.PRICE_EXCEEDS_BAND: "The price lies outside the instrument's price band.",
    RejectReason.INVALID_PRICE_INCREMENT: "The price is not a positive multiple of the tick size.",
    RejectReason.UNEXECUTED_VALUE_LIMIT: "The account's open orders would be worth more than they may be together.",
    RejectReason.ORDER_QTY_LIMIT: "The order is larger than the account's orders may be.",
    RejectReason.ORDER_VALUE_LIMIT: "The order is worth more than the account's orders may be.",
    RejectReason.INSTRUMENT_HALTED: "Trading in this instrument is halted; cancels are accepted.",
    RejectReason.INSUFFICIENT_BUYING_POWER: "The account's buying power does not cover this order.",
    RejectReason.INSUFFICIENT_POSITION: "The account does not hold enough to sell, counting its open sell orders.",
    RejectReason.CL_ORD_ID_REUSED: "This cl_ord_id was already used for a different order.",
    RejectReason.TOO_LATE_TO_CANCEL: "The order is no longer open.",
    RejectReason.PRICE_OUT_OF_RANGE: "The price lies outside the range that the book covers.",
    RejectReason.NO_LIQUIDITY: "No resting order was left to trade with.",
    RejectReason.NOT_FILLABLE: "The order could not be filled whole at once.",
    RejectReason.NOT_REPLACEABLE: "The replacement does not fit the order.",
    RejectReason.MATCHER_FAILURE: "The matching core failed on this command; the operator has been told.",
    RejectReason.INVALID_COMMAND: "The command is not one that the book understands.",
    RejectReason.CURRENCY_MISMATCH: "The account's currency is not the one that the instrument trades in.",
    RejectReason.TOO_MANY_OPEN_ORDERS: "The account has as many open orders as it may have.",
    RejectReason.NOT_IN_THIS_PHASE: "The instrument's trading phase does not take this.",
    RejectReason.WOULD_TRADE: "The order may only rest, and would have traded.",
    RejectReason.SELF_TRADE: "The order met another one of the same account.",
    RejectReason.LINKED_ORDER: "The order that this one was linked to has traded or is closed.",
    RejectReason.UNKNOWN_LINK: "The order that this one names is not open, or cannot be linked to.",
    RejectReason.INVALID_TERMS: "The terms of the order do not go together.",
    RejectReason.MIN_QTY_NOT_MET: "The order's minimum quantity could not be traded at once.",
    RejectReason.MASS_CANCEL: "The order was canceled together with others.",
    RejectReason.CANCELED_ON_HALT: "The order was to be canceled when trading is halted.",
    RejectReason.CANCELED_ON_DISCONNECT: "The order was to be canceled when its owner's connection is lost.",
    RejectReason.AUCTION_OVER: "The auction that the order was for is over.",
    RejectReason.NO_REFERENCE_PRICE: "There is no price yet that the order could follow.",
    RejectReason.VOLATILITY_INTERRUPTION: "The price band was reached: an auction decides, and this order cannot wait.",
    RejectReason.ACCOUNT_KILLED: "The account's kill switch is on; it can only cancel.",
    RejectReason.POSITION_LIMIT: "The account's position would be larger than it may be, counting its open orders.",
    RejectReason.LEVERAGE_LIMIT: "The account's positions would be worth more of its equity than they may be.",
    RejectReason.ACCOUNT_IN_LIQUIDATION: "The exchange is closing the account's positions; it can only cancel.",
    RejectReason.OPEN_ORDERS: "Orders are open that stand against it.",
    RejectReason.CLASS_NOT_OPEN: "The account is that of a class, which has not begun or is over; it can only cancel.",
    RejectReason.INSTRUMENT_NOT_IN_CLASS: "The account is that of a class, which does not trade this instrument.",
    RejectReason.OPTION_NOT_COVERED: "The account may only sell options that it holds, counting its open sell orders.",
}
