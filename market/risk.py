"""Pre-trade risk: what an order must satisfy before the exchange takes it on. Pure; each rule has its own reason."""

from decimal import Decimal
from typing import NamedTuple

from market.records import OrderTicket
from market.rows import ListedInstrument, Means, TradedAccount
from vocabulary import limits
from vocabulary.orders import OrdType, Side
from vocabulary.phases import TradingPhase
from vocabulary.rejects import RejectReason
from vocabulary.units import NotAMultiple, TooLarge

NOTHING = Decimal(0)


class Refusal(NamedTuple):
    """Why an order is not taken on, and the same in a sentence with its figures."""

    reason: RejectReason
    text: str


class Acceptance(NamedTuple):
    """An order in the book's own units, and what it reserves. A market order's price is its protection."""

    price_ticks: int
    order_qty_lots: int
    reserved_amount: Decimal


class OpenOrder(NamedTuple):
    """The part of an open order that a replacement is weighed against."""

    side: int
    cum_qty_lots: int
    leaves_qty_lots: int
    reserved_amount: Decimal


class Extra(NamedTuple):
    """What a replacement reserves beyond what its order already does."""

    reserved_amount: Decimal
    reserved_lots: int


def check(
    ticket: OrderTicket, *, instrument: ListedInstrument, account: TradedAccount, means: Means | None
) -> Acceptance | Refusal:
    """Check an order against instrument and account; ``means`` is None for a house account, else it is drawn down.

    The first rule broken answers, in the order: phase, currency, quantity, price, open orders, buying power, position.
    """
    refusal = check_phase(instrument)
    if refusal is None and account.currency != instrument.currency:
        refusal = Refusal(
            RejectReason.CURRENCY_MISMATCH,
            f"Account {account.number} is kept in {account.currency}; {instrument.symbol} trades in "
            f"{instrument.currency}.",
        )
    if refusal is not None:
        return refusal
    lots = order_lots(ticket.order_qty, instrument=instrument)
    if isinstance(lots, Refusal):
        return lots
    ticks = _price_ticks(ticket, instrument=instrument)
    if isinstance(ticks, Refusal):
        return ticks
    reserved = instrument.units.to_money(ticks * lots) if ticket.side is Side.BUY else NOTHING
    if means is not None:
        refusal = _draw(means, ticket=ticket, instrument=instrument, lots=lots, reserved=reserved)
    return refusal or Acceptance(ticks, lots, reserved)


def check_replace(
    order: OpenOrder, *, order_qty_lots: int, price_ticks: int, instrument: ListedInstrument, means: Means | None
) -> Extra | Refusal:
    """Check a replacement's new total and price against what its order has done and its account can still afford."""
    open_lots = order_qty_lots - order.cum_qty_lots
    if open_lots <= 0:
        done = instrument.units.to_quantity(order.cum_qty_lots)
        return Refusal(RejectReason.NOT_REPLACEABLE, f"order_qty must be above what is already filled, {done}.")
    if means is None:
        return Extra(NOTHING, 0)
    if order.side == Side.SELL:
        extra_lots = max(0, open_lots - order.leaves_qty_lots)
        return _draw_position(means, instrument=instrument, lots=extra_lots) or Extra(NOTHING, extra_lots)
    needed = max(NOTHING, instrument.units.to_money(price_ticks * open_lots) - order.reserved_amount)
    return _draw_cash(means, needed=needed) or Extra(needed, 0)


def check_phase(instrument: ListedInstrument) -> Refusal | None:
    """A refusal that gives the halt's reason when the instrument is halted."""
    if instrument.phase is not TradingPhase.HALTED:
        return None
    cause = f": {instrument.phase_reason}" if instrument.phase_reason else ""
    return Refusal(
        RejectReason.INSTRUMENT_HALTED, f"Trading in {instrument.symbol} is halted{cause}. Cancels are accepted."
    )


def order_lots(quantity: Decimal, *, instrument: ListedInstrument) -> int | Refusal:
    """The quantity in lots, or why it is none."""
    largest = instrument.units.to_quantity(instrument.order_qty_lots_max)
    too_large = Refusal(
        RejectReason.ORDER_EXCEEDS_LIMIT, f"order_qty is above the largest order in {instrument.symbol}, {largest}."
    )
    too_valuable = Refusal(
        RejectReason.ORDER_EXCEEDS_LIMIT, f"order_qty is worth more than one order may be, {limits.ORDER_VALUE_MAX}."
    )
    try:
        lots = instrument.units.to_lots(quantity)
    except NotAMultiple:
        return Refusal(
            RejectReason.INCORRECT_QUANTITY,
            f"order_qty must be a positive multiple of the lot size {instrument.units.lot_size}.",
        )
    except TooLarge:
        return too_large
    if lots > instrument.order_qty_lots_max:
        return too_large
    # Weighed at the band's upper edge, the most that a fill of the order can come to.
    tick_lots = lots * instrument.high_limit_ticks
    is_bounded = tick_lots <= limits.ORDER_TICK_LOTS_MAX
    return lots if is_bounded and instrument.units.to_money(tick_lots) <= limits.ORDER_VALUE_MAX else too_valuable


def limit_ticks(price: Decimal, *, instrument: ListedInstrument) -> int | Refusal:
    """A limit price in ticks, or why it is none: off tick, or outside the price band."""
    low, high = (instrument.units.to_price(t) for t in (instrument.low_limit_ticks, instrument.high_limit_ticks))
    outside = Refusal(
        RejectReason.PRICE_EXCEEDS_BAND, f"price lies outside the price band of {instrument.symbol}, {low} to {high}."
    )
    try:
        ticks = instrument.units.to_ticks(price)
    except NotAMultiple:
        return Refusal(
            RejectReason.INVALID_PRICE_INCREMENT,
            f"price must be a positive multiple of the tick size {instrument.units.tick_size}.",
        )
    except TooLarge:
        return outside
    return ticks if instrument.low_limit_ticks <= ticks <= instrument.high_limit_ticks else outside


def _price_ticks(ticket: OrderTicket, *, instrument: ListedInstrument) -> int | Refusal:
    if ticket.ord_type is OrdType.LIMIT:
        assert ticket.price is not None, "a limit ticket names its price"
        return limit_ticks(ticket.price, instrument=instrument)
    return _protection_ticks(ticket.side, instrument=instrument)


def _protection_ticks(side: Side, *, instrument: ListedInstrument) -> int:
    """The worst price at which a market order trades: a collar around the touch, inside the price band.

    The collar bounds what a market order can cost, so that a cash account need not reserve up to the band's edge.
    """
    last = instrument.last_px_ticks or instrument.reference_ticks
    if side is Side.BUY:
        touch = instrument.offer_ticks or last
        return min(instrument.high_limit_ticks, touch + touch * limits.MARKET_COLLAR_BPS // 10_000 + 1)
    touch = instrument.bid_ticks or last
    return max(instrument.low_limit_ticks, touch - touch * limits.MARKET_COLLAR_BPS // 10_000 - 1)


def _draw(
    means: Means, *, ticket: OrderTicket, instrument: ListedInstrument, lots: int, reserved: Decimal
) -> Refusal | None:
    if means.open_orders >= limits.OPEN_ORDERS_PER_ACCOUNT_MAX:
        return Refusal(
            RejectReason.TOO_MANY_OPEN_ORDERS,
            f"The account already has {means.open_orders} open orders; cancel some first.",
        )
    refusal = (
        _draw_cash(means, needed=reserved)
        if ticket.side is Side.BUY
        else _draw_position(means, instrument=instrument, lots=lots)
    )
    if refusal is None:
        means.open_orders += 1
    return refusal


def _draw_cash(means: Means, *, needed: Decimal) -> Refusal | None:
    if needed > means.buying_power:
        return Refusal(
            RejectReason.INSUFFICIENT_BUYING_POWER,
            f"The order needs up to {needed:f}; the account's buying power is {means.buying_power.normalize():f}.",
        )
    means.buying_power -= needed
    return None


def _draw_position(means: Means, *, instrument: ListedInstrument, lots: int) -> Refusal | None:
    sellable = means.sellable_lots.get(instrument.instrument_id, 0)
    if lots > sellable:
        quantity = instrument.units.to_quantity(max(0, sellable))
        return Refusal(
            RejectReason.INSUFFICIENT_POSITION,
            f"The account has {quantity} {instrument.symbol} to sell, counting its open sell orders.",
        )
    means.sellable_lots[instrument.instrument_id] = sellable - lots
    return None
