"""The corpus: every case by name. A new rule of the market gets its case here, and every door is held to it."""

from tests.conformance import settings as market
from tests.conformance.words import (
    CancelOrder,
    Case,
    Expected,
    Family,
    Halt,
    PlaceOrder,
    ReplaceOrder,
    Resume,
    Who,
    done,
    refused,
    rejected,
    replayed,
    taken,
)
from vocabulary.orders import OrdStatus
from vocabulary.rejects import RejectReason

NEW, PARTLY, FILLED, CANCELED = OrdStatus.NEW, OrdStatus.PARTIALLY_FILLED, OrdStatus.FILLED, OrdStatus.CANCELED
MALFORMED, NOT_FOUND = Family.MALFORMED, Family.NOT_FOUND


def place(name: str, expected: Expected, setting=market.quiet, *, who=Who.TRADER, then=None, **changes: str | None):
    """A case of placing the good order with these changes."""
    return Case(name, PlaceOrder(changes), expected, setting, who, then)


def replace(
    name: str, expected: Expected, setting=market.resting, *, who=Who.TRADER, order_id=None, **changes: str | None
):
    """A case of changing the stage's order by the good replacement with these changes."""
    return Case(name, ReplaceOrder(changes, order_id), expected, setting, who)


def cancel(name: str, expected: Expected, setting=market.resting, *, who=Who.TRADER, order_id=None):
    """A case of canceling the stage's order."""
    return Case(name, CancelOrder(order_id), expected, setting, who)


def operate(name: str, act: Halt | Resume, expected: Expected, setting=market.quiet, *, who=Who.OPERATOR):
    """A case of halting or resuming."""
    return Case(name, act, expected, setting, who)


TAKEN_ON = (
    place("a good order rests", taken(NEW)),
    place("an order until canceled rests", taken(NEW), time_in_force="GTC"),
    place("idle zeros change nothing", taken(NEW), order_qty="0100.000", price="10.0500"),
    place("an order meets the offers and the rest waits", taken(PARTLY, "30"), market.offered),
    place("an order meets the offers whole", taken(FILLED, "20"), market.offered, order_qty="20"),
    place("a sale of what is held rests", taken(NEW), market.holding, side="SELL", order_qty="50"),
    place(
        "a market order is filled", taken(FILLED, "20"), market.offered, order_qty="20", ord_type="MARKET", price=None
    ),
    place(
        "a market order finds nobody",
        taken(CANCELED, "0", RejectReason.NO_LIQUIDITY),
        ord_type="MARKET",
        price=None,
        time_in_force="IOC",
    ),
    place(
        "what an IOC order cannot trade at once is canceled",
        taken(CANCELED, "30", RejectReason.NO_LIQUIDITY),
        market.offered,
        time_in_force="IOC",
    ),
    place("a FOK order is filled whole", taken(FILLED, "30"), market.offered, order_qty="30", time_in_force="FOK"),
    place(
        "a FOK order that cannot be filled whole does not trade",
        taken(CANCELED, "0", RejectReason.NOT_FILLABLE),
        market.offered,
        time_in_force="FOK",
    ),
    place(
        "an order that finds its book halted is rejected by the book",
        taken(OrdStatus.REJECTED, "0", RejectReason.INSTRUMENT_HALTED),
        then=market.halt_before_the_matcher,
    ),
)

WITH_TERMS = (
    place("an order that only rests", taken(NEW), exec_inst="POST_ONLY"),
    place(
        "an order that only rests and would trade",
        taken(OrdStatus.REJECTED, "0", RejectReason.WOULD_TRADE),
        market.offered,
        exec_inst="POST_ONLY",
    ),
    place("an iceberg rests", taken(NEW), display_qty="10"),
    place("an iceberg that shows the least it may", taken(NEW), display_qty="1"),
    place("an iceberg that shows too little", rejected(RejectReason.INVALID_TERMS), order_qty="101", display_qty="1"),
    place("an iceberg that shows no whole lot", rejected(RejectReason.INCORRECT_QUANTITY), display_qty="1.5"),
    place("a stop waits", taken(NEW), ord_type="STOP", price=None, stop_px="11.00"),
    place("a stop with a limit waits", taken(NEW), ord_type="STOP_LIMIT", price="11.05", stop_px="11.00"),
    place("a stop without a stop price", rejected(RejectReason.INVALID_TERMS), ord_type="STOP", price=None),
    place(
        "a stop off the tick",
        rejected(RejectReason.INVALID_PRICE_INCREMENT),
        ord_type="STOP",
        price=None,
        stop_px="11.005",
    ),
    place("a minimum that is there", taken(PARTLY, "30"), market.offered, min_qty="30"),
    place(
        "a minimum that is not there", taken(CANCELED, "0", RejectReason.MIN_QTY_NOT_MET), market.offered, min_qty="31"
    ),
    place("a minimum above the whole", rejected(RejectReason.INVALID_TERMS), min_qty="101"),
    place("an order until a date rests", taken(NEW), time_in_force="GTD", expire_time="2097-01-31T14:30:00+00:00"),
    place(
        "an order until a date that is past",
        rejected(RejectReason.INVALID_TERMS),
        time_in_force="GTD",
        expire_time="2020-01-31T14:30:00+00:00",
    ),
    place("an order until a date without the date", rejected(RejectReason.INVALID_TERMS), time_in_force="GTD"),
    place(
        "an order that meets the account's own",
        taken(CANCELED, "0", RejectReason.SELF_TRADE),
        market.holding_and_selling,
        price="12.00",
        self_trade_prevention="CANCEL_AGGRESSIVE",
    ),
    place(
        "a pegged order where there is nothing to follow",
        taken(NEW),
        ord_type="PEGGED",
        price=None,
        peg_price_type="MID",
    ),
    place(
        "an order that is tied to nothing",
        rejected(RejectReason.UNKNOWN_LINK),
        linked_cl_ord_id="my-0",
        contingency_type="ONE_CANCELS_THE_OTHER",
    ),
    place(
        "an order that leaves with the halt",
        taken(CANCELED, "0", RejectReason.CANCELED_ON_HALT),
        exec_inst="CANCEL_ON_HALT",
        then=market.halt_after_the_matcher,
    ),
    place(
        "an order in a mass cancel",
        taken(CANCELED, "0", RejectReason.MASS_CANCEL),
        then=market.mass_cancel_before_the_matcher,
    ),
    place("an order for the opening", taken(NEW), market.before_the_opening, time_in_force="AT_THE_OPEN"),
    place(
        "an order for the opening that finds nobody",
        taken(OrdStatus.EXPIRED, "0", RejectReason.AUCTION_OVER),
        market.before_the_opening,
        time_in_force="AT_THE_OPEN",
        then=market.open_after_the_matcher,
    ),
    place(
        "an order for the opening when all is open",
        rejected(RejectReason.NOT_IN_THIS_PHASE),
        time_in_force="AT_THE_OPEN",
    ),
    place(
        "an order to trade at once before the opening",
        rejected(RejectReason.NOT_IN_THIS_PHASE),
        market.before_the_opening,
        time_in_force="IOC",
    ),
    place("an order when all is closed", rejected(RejectReason.EXCHANGE_CLOSED), market.closed),
)

REJECTED = (
    place("a price off the tick", rejected(RejectReason.INVALID_PRICE_INCREMENT), price="10.055"),
    place("a price of zero", rejected(RejectReason.INVALID_PRICE_INCREMENT), price="0"),
    place("a price below zero", rejected(RejectReason.INVALID_PRICE_INCREMENT), price="-10.05"),
    place("a price above the band", rejected(RejectReason.PRICE_EXCEEDS_BAND), price="15.01"),
    place("a price below the band", rejected(RejectReason.PRICE_EXCEEDS_BAND), price="4.99"),
    place("a price that no book counts", rejected(RejectReason.PRICE_EXCEEDS_BAND), price="1" + "0" * 30),
    place("a quantity off the lot", rejected(RejectReason.INCORRECT_QUANTITY), order_qty="1.5"),
    place("a quantity of zero", rejected(RejectReason.INCORRECT_QUANTITY), order_qty="0"),
    place("a quantity of less than nothing", rejected(RejectReason.INCORRECT_QUANTITY), order_qty="-5"),
    place("a quantity of minus zero", rejected(RejectReason.INCORRECT_QUANTITY), order_qty="-0"),
    place("a quantity one above the largest", rejected(RejectReason.ORDER_EXCEEDS_LIMIT), order_qty="1000001"),
    place("a quantity that no column holds", rejected(RejectReason.ORDER_EXCEEDS_LIMIT), order_qty="9" * 19),
    place("a quantity of forty digits", rejected(RejectReason.ORDER_EXCEEDS_LIMIT), order_qty="9" * 40),
    place("more than the money buys", rejected(RejectReason.INSUFFICIENT_BUYING_POWER), order_qty="50000"),
    place("a sale of what is not held", rejected(RejectReason.INSUFFICIENT_POSITION), side="SELL"),
    place(
        "a sale of what is on offer already",
        rejected(RejectReason.INSUFFICIENT_POSITION),
        market.holding_and_selling,
        side="SELL",
        order_qty="1",
    ),
    place("an order in a halt", rejected(RejectReason.INSTRUMENT_HALTED), market.halted),
    place("an order in another currency", rejected(RejectReason.CURRENCY_MISMATCH), market.in_another_currency),
    place("one open order too many", rejected(RejectReason.TOO_MANY_OPEN_ORDERS), market.as_many_orders_as_allowed),
    place(
        "more than an order of the account may be", rejected(RejectReason.ORDER_QTY_LIMIT), market.held_to_small_orders
    ),
    place(
        "worth more than an order of the account may be",
        rejected(RejectReason.ORDER_VALUE_LIMIT),
        market.held_to_cheap_orders,
    ),
    place(
        "more than the account may hold",
        rejected(RejectReason.POSITION_LIMIT),
        market.held_to_a_small_position,
    ),
    place(
        "worth more than all open orders may be",
        rejected(RejectReason.UNEXECUTED_VALUE_LIMIT),
        market.held_to_little_at_a_time,
    ),
    place(
        "more than the margin allows",
        rejected(RejectReason.INSUFFICIENT_BUYING_POWER),
        market.on_margin,
        order_qty="150",
    ),
    place("a short sale on margin rests", taken(NEW), market.on_margin, side="SELL"),
    place(
        "a short sale beyond the margin",
        rejected(RejectReason.INSUFFICIENT_BUYING_POWER),
        market.on_margin,
        side="SELL",
        order_qty="150",
    ),
    place(
        "more than the equity is worth, without leverage",
        rejected(RejectReason.LEVERAGE_LIMIT),
        market.on_margin_without_leverage,
    ),
    place("an order of a killed account", rejected(RejectReason.ACCOUNT_KILLED), market.killed),
    place("an order in a liquidation", rejected(RejectReason.ACCOUNT_IN_LIQUIDATION), market.in_liquidation),
    place("an order before the class begins", rejected(RejectReason.CLASS_NOT_OPEN), market.in_a_class_to_come),
    place("an order when the class is over", rejected(RejectReason.CLASS_NOT_OPEN), market.in_a_class_that_is_over),
    place(
        "an option that is not held is written",
        rejected(RejectReason.OPTION_NOT_COVERED),
        market.with_an_option,
        side="SELL",
    ),
    place(
        "an order in what the class does not trade",
        rejected(RejectReason.INSTRUMENT_NOT_IN_CLASS),
        market.in_a_class_of_others,
    ),
)

AGAIN = (
    place("the same order again", replayed(), market.placed_before),
    place("the same order again while too much waits for the book", replayed(), market.placed_before_the_flood),
    place("the same order again in other digits", replayed(), market.placed_before, order_qty="0100.0"),
    place(
        "the same rejected order again",
        rejected(RejectReason.INVALID_PRICE_INCREMENT, is_fresh=False),
        market.rejected_before,
        price="10.055",
    ),
    place(
        "the same order again that the book rejected",
        rejected(RejectReason.INSTRUMENT_HALTED, is_fresh=False),
        market.rejected_by_the_book_before,
    ),
    place(
        "another order under a used id",
        rejected(RejectReason.CL_ORD_ID_REUSED, is_fresh=False),
        market.placed_before,
        order_qty="101",
    ),
    place(
        "another side under a used id",
        rejected(RejectReason.CL_ORD_ID_REUSED, is_fresh=False),
        market.placed_before,
        side="SELL",
    ),
    place(
        "another order under a rejected one's id",
        rejected(RejectReason.CL_ORD_ID_REUSED, is_fresh=False),
        market.rejected_before,
    ),
    place(
        "an order under a replacement's id",
        rejected(RejectReason.CL_ORD_ID_REUSED, is_fresh=False),
        market.replaced_before,
        cl_ord_id="my-2",
    ),
)

REFUSED = (
    place("an unknown symbol", refused(MALFORMED, "unknown_symbol", "symbol"), symbol="NOPE"),
    place("a symbol that none can be", refused(MALFORMED, "malformed", "symbol"), symbol="acme"),
    place("an unknown account", refused(MALFORMED, "unknown_account", "account"), account="NOPE"),
    place("somebody else's account", refused(MALFORMED, "unknown_account", "account"), account="HOUSE"),
    place("an account that none can be", refused(MALFORMED, "malformed", "account"), account="x" * 17),
    place("a cl_ord_id with a blank", refused(MALFORMED, "malformed", "cl_ord_id"), cl_ord_id="a b"),
    place("a cl_ord_id of 65 characters", refused(MALFORMED, "malformed", "cl_ord_id"), cl_ord_id="x" * 65),
    place("an empty cl_ord_id", refused(MALFORMED, "required", "cl_ord_id"), cl_ord_id=""),
    place("an empty quantity", refused(MALFORMED, "required", "order_qty"), order_qty=""),
    place("no cl_ord_id", refused(MALFORMED, "required", "cl_ord_id"), cl_ord_id=None),
    place("no account", refused(MALFORMED, "required", "account"), account=None),
    place("no symbol", refused(MALFORMED, "required", "symbol"), symbol=None),
    place("no side", refused(MALFORMED, "required", "side"), side=None),
    place("no order type", refused(MALFORMED, "required", "ord_type"), ord_type=None),
    place("no quantity", refused(MALFORMED, "required", "order_qty"), order_qty=None),
    place("a limit order without a price", refused(MALFORMED, "required", "price"), price=None),
    place("a market order with a price", refused(MALFORMED, "price_not_allowed", "price"), ord_type="MARKET"),
    place("a side that there is not", refused(MALFORMED, "unknown_word", "side"), side="HOLD"),
    place("an order type that there is not", refused(MALFORMED, "unknown_word", "ord_type"), ord_type="WISH"),
    place(
        "a time in force that there is not", refused(MALFORMED, "unknown_word", "time_in_force"), time_in_force="EVER"
    ),
    place("a quantity that is no number", refused(MALFORMED, "not_a_decimal_string", "order_qty"), order_qty="NaN"),
    place("an endless quantity", refused(MALFORMED, "not_a_decimal_string", "order_qty"), order_qty="Infinity"),
    place("a quantity with an exponent", refused(MALFORMED, "not_a_decimal_string", "order_qty"), order_qty="1e3"),
    place("a quantity in other digits", refused(MALFORMED, "not_a_decimal_string", "order_qty"), order_qty="\u0661"),
    place("a price in words", refused(MALFORMED, "not_a_decimal_string", "price"), price="ten"),
    place("a price with a comma for a point", refused(MALFORMED, "not_a_decimal_string", "price"), price="10,05"),
    place("a quantity of 41 digits", refused(MALFORMED, "too_many_digits", "order_qty"), order_qty="1" * 41),
    place("a price of a hundred digits", refused(MALFORMED, "too_many_digits", "price"), price="1" * 100),
    place(
        "a stop price in words",
        refused(MALFORMED, "not_a_decimal_string", "stop_px"),
        ord_type="STOP",
        price=None,
        stop_px="ten",
    ),
    place(
        "an expiry that is no time",
        refused(MALFORMED, "not_a_time", "expire_time"),
        time_in_force="GTD",
        expire_time="soon",
    ),
    place(
        "a prevention that there is not",
        refused(MALFORMED, "unknown_word", "self_trade_prevention"),
        self_trade_prevention="PRAY",
    ),
    place("an order from nobody", refused(Family.UNAUTHENTICATED, "not_authenticated"), who=Who.NOBODY),
    place("an order with a wrong key", refused(Family.UNAUTHENTICATED, "invalid_key"), who=Who.IMPOSTOR),
    place("an order on a stranger's account", refused(MALFORMED, "unknown_account", "account"), who=Who.STRANGER),
    place(
        "an order of an account that asks too often",
        refused(Family.THROTTLED, "throttled"),
        market.as_many_messages_as_allowed,
    ),
    place(
        "an order while the account is at work elsewhere",
        refused(Family.IN_PROGRESS, "in_progress"),
        market.at_work_elsewhere,
    ),
    place("an order while too much waits for the book", refused(Family.THROTTLED, "inbox_full"), market.flooded),
)

REPLACING = (
    replace("fewer at the same price", taken(NEW)),
    replace("a replacement that keeps the price", taken(NEW), price=None),
    replace("a replacement that meets the offers", taken(PARTLY, "30"), market.resting_below_an_offer, price="10.05"),
    replace("a replacement of what still waits", taken(NEW), market.waiting),
    replace("a replacement that the fills come before", taken(PARTLY, "90"), market.about_to_be_filled),
    replace("a replacement off the tick", rejected(RejectReason.INVALID_PRICE_INCREMENT), price="10.005"),
    replace("a replacement outside the band", rejected(RejectReason.PRICE_EXCEEDS_BAND), price="15.01"),
    replace("a replacement off the lot", rejected(RejectReason.INCORRECT_QUANTITY), order_qty="80.5"),
    replace("a replacement by too many", rejected(RejectReason.ORDER_EXCEEDS_LIMIT), order_qty="1000001"),
    replace("a replacement beyond the money", rejected(RejectReason.INSUFFICIENT_BUYING_POWER), order_qty="50000"),
    replace(
        "a replacement beyond what is held",
        rejected(RejectReason.INSUFFICIENT_POSITION),
        market.holding_and_selling,
        price="12.00",
    ),
    replace(
        "a replacement below what is filled",
        rejected(RejectReason.NOT_REPLACEABLE),
        market.partly_filled,
        order_qty="40",
    ),
    replace("a replacement of a filled order", rejected(RejectReason.TOO_LATE_TO_CANCEL), market.filled),
    replace("a replacement in a halt", rejected(RejectReason.INSTRUMENT_HALTED), market.resting_in_a_halt),
    replace(
        "a replacement beyond the account's quantity",
        rejected(RejectReason.ORDER_QTY_LIMIT),
        market.held_to_small_orders,
    ),
    replace(
        "a replacement beyond the account's value",
        rejected(RejectReason.ORDER_VALUE_LIMIT),
        market.held_to_cheap_orders,
    ),
    replace(
        "a replacement beyond the account's position",
        rejected(RejectReason.POSITION_LIMIT),
        market.held_to_a_small_position,
    ),
    replace(
        "a replacement beyond what all open orders may be worth",
        rejected(RejectReason.UNEXECUTED_VALUE_LIMIT),
        market.held_to_little_at_a_time,
    ),
    replace(
        "a replacement beyond the margin",
        rejected(RejectReason.INSUFFICIENT_BUYING_POWER),
        market.on_margin,
        order_qty="150",
    ),
    replace(
        "a replacement beyond the leverage", rejected(RejectReason.LEVERAGE_LIMIT), market.on_margin_without_leverage
    ),
    replace("a replacement of a killed account", rejected(RejectReason.ACCOUNT_KILLED), market.killed),
    replace("a replacement in a liquidation", rejected(RejectReason.ACCOUNT_IN_LIQUIDATION), market.in_liquidation),
    replace(
        "a replacement when the class is over", rejected(RejectReason.CLASS_NOT_OPEN), market.in_a_class_that_is_over
    ),
    replace(
        "a replacement of an account that asks too often",
        refused(Family.THROTTLED, "throttled"),
        market.as_many_messages_as_allowed,
    ),
    replace("the same replacement again", replayed(), market.replaced_before),
    replace(
        "another replacement under a used id",
        rejected(RejectReason.CL_ORD_ID_REUSED, is_fresh=False),
        market.replaced_before,
        order_qty="81",
    ),
    replace(
        "a replacement under an order's id",
        rejected(RejectReason.CL_ORD_ID_REUSED, is_fresh=False),
        market.placed_before,
        cl_ord_id="my-1",
    ),
    replace("a replacement of what never was", refused(NOT_FOUND, "not_found"), order_id="999999999"),
    replace("a replacement of a stranger's order", refused(NOT_FOUND, "not_found"), who=Who.STRANGER),
    replace("a replacement from nobody", refused(Family.UNAUTHENTICATED, "not_authenticated"), who=Who.NOBODY),
    replace(
        "a replacement by no number", refused(MALFORMED, "not_a_decimal_string", "order_qty"), order_qty="Infinity"
    ),
    replace("a replacement while too much waits for the book", refused(Family.THROTTLED, "inbox_full"), market.flooded),
    replace("a replacement under a malformed id", refused(MALFORMED, "malformed", "cl_ord_id"), cl_ord_id="a/b"),
)

CANCELING = (
    cancel("a cancel of a resting order", taken(CANCELED)),
    cancel("a cancel of what still waits", taken(CANCELED), market.waiting),
    cancel("a cancel while too much waits for the book", taken(CANCELED), market.flooded),
    cancel("a cancel of the rest", taken(CANCELED, "40"), market.partly_filled),
    cancel("a cancel of a killed account's order", taken(CANCELED, "0", RejectReason.MASS_CANCEL), market.killed),
    cancel("a cancel in a liquidation", taken(CANCELED), market.in_liquidation),
    cancel("a cancel of an account that asks too often", taken(CANCELED), market.as_many_messages_as_allowed),
    cancel("a cancel in a halt", taken(CANCELED), market.resting_in_a_halt),
    cancel("a cancel that the fills come before", taken(CANCELED, "90"), market.about_to_be_filled),
    cancel("a second cancel before the first is done", taken(CANCELED), market.being_canceled),
    cancel("a cancel after the last fill", rejected(RejectReason.TOO_LATE_TO_CANCEL, is_fresh=False), market.filled),
    cancel("a cancel after a cancel", rejected(RejectReason.TOO_LATE_TO_CANCEL, is_fresh=False), market.canceled),
    cancel("a cancel of a rejected order", rejected(RejectReason.TOO_LATE_TO_CANCEL, is_fresh=False), market.rejected),
    cancel("a cancel of what never was", refused(NOT_FOUND, "not_found"), order_id="999999999"),
    cancel("a cancel of order zero", refused(NOT_FOUND, "not_found"), order_id="0"),
    cancel("a cancel of an id that no column holds", refused(NOT_FOUND, "not_found"), order_id="9" * 20),
    cancel("a cancel of a stranger's order", refused(NOT_FOUND, "not_found"), who=Who.STRANGER),
    cancel("a cancel from nobody", refused(Family.UNAUTHENTICATED, "not_authenticated"), who=Who.NOBODY),
    cancel("a cancel with a wrong key", refused(Family.UNAUTHENTICATED, "invalid_key"), who=Who.IMPOSTOR),
    cancel(
        "a cancel while the account is at work elsewhere",
        refused(Family.IN_PROGRESS, "in_progress"),
        market.resting_and_at_work_elsewhere,
    ),
)

OPERATING = (
    operate("a halt", Halt(), done()),
    operate("a halt while too much waits for the book", Halt(), done(), market.flooded),
    operate("a halt for another reason", Halt("worse news"), done(), market.halted),
    operate("the same halt again", Halt(), done(is_fresh=False), market.halted),
    operate("a resumption", Resume(), done(), market.halted),
    operate("a resumption of what trades", Resume(), done(is_fresh=False)),
    operate("a halt of an unknown symbol", Halt(symbol="NOPE"), refused(NOT_FOUND, "unknown_symbol")),
    operate("a resumption of an unknown symbol", Resume("NOPE"), refused(NOT_FOUND, "unknown_symbol")),
    operate("a halt without a reason", Halt(""), refused(MALFORMED, "required", "reason")),
    operate("a halt for blanks", Halt("   "), refused(MALFORMED, "required", "reason")),
    operate("a halt for 201 characters", Halt("x" * 201), refused(MALFORMED, "too_long", "reason")),
    operate("a halt for what nobody can read", Halt("a\u202eb"), refused(MALFORMED, "not_printable", "reason")),
    operate("a halt by a trader", Halt(), refused(Family.FORBIDDEN, "not_permitted"), who=Who.TRADER),
    operate("a resumption by a trader", Resume(), refused(Family.FORBIDDEN, "not_permitted"), who=Who.TRADER),
    operate("a halt by nobody", Halt(), refused(Family.UNAUTHENTICATED, "not_authenticated"), who=Who.NOBODY),
)

CASES = (*TAKEN_ON, *WITH_TERMS, *REJECTED, *AGAIN, *REFUSED, *REPLACING, *CANCELING, *OPERATING)

NEVER_SAID: dict[str, str] = {
    RejectReason.UNKNOWN_ORDER.code: "the book's answer to an order that it does not hold; a door is told not_found",
    RejectReason.DUPLICATE_ORDER.code: "the book's answer to an order id that it holds; ids come from one sequence",
    RejectReason.PRICE_OUT_OF_RANGE.code: "the band lies within what a book covers, so it answers first",
    RejectReason.MATCHER_FAILURE.code: "a fault of the core, which tests/market/matcher provokes",
    RejectReason.INVALID_COMMAND.code: "the book's answer to a command that no door can send",
    RejectReason.LINKED_ORDER.code: "two orders' doing, not one's: tests/market/test_linked_orders.py",
    RejectReason.CANCELED_ON_DISCONNECT.code: "a lost connection's doing: tests/market/matcher/test_sessions.py",
    RejectReason.VOLATILITY_INTERRUPTION.code: "the core's doing when a trade would break a band: tests/matching",
    RejectReason.OPEN_ORDERS.code: "an operator's doing, not an order's: tests/market/test_fees.py sets fees too early",
    RejectReason.NO_REFERENCE_PRICE.code: "every instrument is listed with a price that an order can follow",
    "unavailable": "the database must be away: tests/rest_api, tests/grpc_api and tests/faults take it away",
    "outcome_unknown": "the database must go away in mid-commit: tests/rest_api and tests/grpc_api raise it",
    "expired": "replays again, and the private stream: the same tests, and tests/market/feed",
    "other_epoch": "replays again, and the private stream: the same tests, and tests/market/feed",
    "sequence_ahead": "replays again: the same tests",
    "refused": "the base of all refusals, never raised itself",
    "invalid_request": "the form of a request, which every door judges by field before the exchange does",
}
"""The codes of the vocabulary that no case brings about, each with the reason."""
