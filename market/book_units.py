"""A ticket in its book's own units: lots, ticks and terms, or why it cannot be said in them. Pure."""

from datetime import UTC, datetime
from decimal import Decimal

from market import account_rules, term_rules
from market.command_terms import CommandTerms, WrittenTerms
from market.records import OrderTicket
from market.refusal import Refusal
from market.rows import LinkedOrder, ListedInstrument
from vocabulary import limits
from vocabulary.orders import PRICED_TYPES, ContingencyType, OrdType, PegOffsetType, PegPriceType, Side, TimeInForce
from vocabulary.rejects import RejectReason
from vocabulary.units import NotAMultiple, TooLarge

NO_PRICE = -1
MICROSECOND_NS = 1_000
AUCTION_ONLY = (TimeInForce.AT_THE_OPEN, TimeInForce.AT_THE_CLOSE)


def order_lots(quantity: Decimal, *, instrument: ListedInstrument) -> int | Refusal:
    """The quantity in lots, or why it is none."""
    try:
        lots = instrument.units.to_lots(quantity)
    except NotAMultiple:
        return Refusal(
            RejectReason.INCORRECT_QUANTITY,
            f"order_qty must be a positive multiple of the lot size {instrument.units.lot_size}.",
        )
    except TooLarge:
        return _too_large(instrument)
    if lots > instrument.order_qty_lots_max:
        return _too_large(instrument)
    # Weighed at the band's upper edge, the most that a fill of the order can come to.
    tick_lots = lots * instrument.high_limit_ticks
    if (
        tick_lots <= limits.ORDER_TICK_LOTS_MAX
        and instrument.units.to_money(tick_lots) <= limits.ORDER_VALUE_MAX
        and instrument.fees.is_countable(tick_lots=tick_lots, lots=lots, units=instrument.units)
    ):
        return lots
    return Refusal(
        RejectReason.ORDER_EXCEEDS_LIMIT, f"order_qty is worth more than one order may be, {limits.ORDER_VALUE_MAX}."
    )


def price_ticks(ticket: OrderTicket, *, instrument: ListedInstrument) -> int | Refusal:
    """The price that the core is told, NO_PRICE for none."""
    if ticket.ord_type in PRICED_TYPES:
        assert ticket.price is not None, "a limit ticket names its price"
        return limit_ticks(ticket.price, instrument=instrument)
    if ticket.ord_type is OrdType.PEGGED:
        return NO_PRICE if ticket.price is None else limit_ticks(ticket.price, instrument=instrument)
    return _protection_ticks(ticket, instrument=instrument)


def limit_ticks(price: Decimal, *, instrument: ListedInstrument, field: str = "price") -> int | Refusal:
    """A price that an order names in ticks, or why it is none: off tick, or outside the price band."""
    try:
        ticks = instrument.units.to_ticks(price)
    except NotAMultiple:
        return Refusal(
            RejectReason.INVALID_PRICE_INCREMENT,
            f"{field} must be a positive multiple of the tick size {instrument.units.tick_size}.",
        )
    except TooLarge:
        return _outside_band(instrument, field=field)
    if instrument.low_limit_ticks <= ticks <= instrument.high_limit_ticks:
        return ticks
    return _outside_band(instrument, field=field)


def collar(side: Side, *, touch_ticks: int, instrument: ListedInstrument) -> int:
    """The worst price at which an order at market trades: a collar around a price, inside the price band.

    The collar bounds what a market order can cost, so that a cash account need not reserve up to the band's edge.
    """
    width = account_rules.collar_ticks(touch_ticks)
    if side is Side.BUY:
        return min(instrument.high_limit_ticks, touch_ticks + width)
    return max(instrument.low_limit_ticks, touch_ticks - width)


def named(price_ticks: int) -> int | None:
    """The price that an order names; None for NO_PRICE."""
    return None if price_ticks == NO_PRICE else price_ticks


def worst_ticks(price_ticks: int, *, instrument: ListedInstrument) -> int:
    """The worst price for a buyer who names this one: the price band's upper edge when it is NO_PRICE."""
    return instrument.high_limit_ticks if price_ticks == NO_PRICE else price_ticks


def written_terms(
    ticket: OrderTicket, *, instrument: ListedInstrument, linked: LinkedOrder | None
) -> WrittenTerms | Refusal:
    """A ticket's terms in the book's own units, or why they cannot be said in them."""
    stop = _stop_ticks(ticket, instrument=instrument)
    shown = _lots(ticket.display_qty, instrument=instrument, field="display_qty")
    least = _lots(ticket.min_qty, instrument=instrument, field="min_qty")
    offset = _offset(ticket, instrument=instrument)
    link = _link(ticket, instrument=instrument, linked=linked)
    found = []
    for value in (stop, shown, least, offset, link):
        if isinstance(value, Refusal):
            return value
        found.append(value)
    expire_us = 0 if ticket.expire_time is None else _microseconds(ticket.expire_time)
    command = CommandTerms(
        exec_inst=ticket.exec_inst.value,
        self_trade_prevention=ticket.self_trade_prevention,
        peg_price_type=ticket.peg_price_type,
        peg_offset_type=ticket.peg_offset_type,
        peg_offset=found[3],
        stop_px_ticks=found[0],
        display_qty_lots=found[1],
        min_qty_lots=found[2],
        expire_time_ns=expire_us * MICROSECOND_NS,
        linked_order_id=found[4],
        contingency_type=ticket.contingency_type,
    )
    is_pegged = ticket.ord_type is OrdType.PEGGED
    return WrittenTerms(
        command,
        limit_price_ticks=instrument.units.to_ticks(ticket.price) if is_pegged and ticket.price is not None else None,
        protection_px_ticks=None if ticket.protection_px is None else instrument.units.to_ticks(ticket.protection_px),
    )


def _too_large(instrument: ListedInstrument) -> Refusal:
    largest = instrument.units.to_quantity(instrument.order_qty_lots_max)
    return Refusal(
        RejectReason.ORDER_EXCEEDS_LIMIT, f"order_qty is above the largest order in {instrument.symbol}, {largest}."
    )


def _outside_band(instrument: ListedInstrument, *, field: str) -> Refusal:
    low, high = (instrument.units.to_price(t) for t in (instrument.low_limit_ticks, instrument.high_limit_ticks))
    return Refusal(
        RejectReason.PRICE_EXCEEDS_BAND, f"{field} lies outside the price band of {instrument.symbol}, {low} to {high}."
    )


def _protection_ticks(ticket: OrderTicket, *, instrument: ListedInstrument) -> int | Refusal:
    """The worst price at which a market order or a stop trades: the one it names, else a collar.

    A market order for an auction has none: it ranks before every price, and trades at the auction's one price.
    """
    if ticket.protection_px is not None:
        return limit_ticks(ticket.protection_px, instrument=instrument, field="protection_px")
    if ticket.ord_type is OrdType.STOP:
        stop = _first_stop_ticks(ticket, instrument=instrument)
        return stop if isinstance(stop, Refusal) else collar(ticket.side, touch_ticks=stop, instrument=instrument)
    if instrument.phase.collects or ticket.time_in_force in AUCTION_ONLY:
        return NO_PRICE
    last = instrument.last_px_ticks or instrument.reference_ticks
    opposite = instrument.offer_ticks if ticket.side is Side.BUY else instrument.bid_ticks
    return collar(ticket.side, touch_ticks=opposite or last, instrument=instrument)


def _first_stop_ticks(ticket: OrderTicket, *, instrument: ListedInstrument) -> int | Refusal:
    """Where a stop stands when it is entered, as far as can be told beforehand of one that trails the market."""
    if ticket.stop_px is not None:
        return limit_ticks(ticket.stop_px, instrument=instrument, field="stop_px")
    offset = _offset(ticket, instrument=instrument)
    if isinstance(offset, Refusal):
        return offset
    start = instrument.last_px_ticks or instrument.book_reference_ticks or instrument.reference_ticks
    ticks = term_rules.trail(ticket.side, start_ticks=start, offset=offset, offset_type=ticket.peg_offset_type)
    if instrument.low_limit_ticks <= ticks <= instrument.high_limit_ticks:
        return ticks
    return Refusal(RejectReason.PRICE_EXCEEDS_BAND, "peg_offset puts the stop price outside the price band.")


def _stop_ticks(ticket: OrderTicket, *, instrument: ListedInstrument) -> int | Refusal:
    """The stop price that the core is told; 0 for a trailing stop that the core can start from its own prices."""
    if not ticket.ord_type.is_stop:
        return 0
    first = _first_stop_ticks(ticket, instrument=instrument)
    can_start = bool(instrument.last_px_ticks or instrument.book_reference_ticks)
    return 0 if ticket.stop_px is None and can_start and not isinstance(first, Refusal) else first


def _lots(quantity: Decimal | None, *, instrument: ListedInstrument, field: str) -> int | Refusal:
    if quantity is None:
        return 0
    try:
        return instrument.units.to_lots(quantity)
    except (NotAMultiple, TooLarge):
        return Refusal(
            RejectReason.INCORRECT_QUANTITY,
            f"{field} must be a positive multiple of the lot size {instrument.units.lot_size}.",
        )


def _offset(ticket: OrderTicket, *, instrument: ListedInstrument) -> int | Refusal:
    """The offset in ticks or basis points."""
    if ticket.peg_offset is None:
        return 0
    is_bps = ticket.peg_offset_type is PegOffsetType.BASIS_POINTS
    step = Decimal(1) if is_bps else instrument.units.tick_size
    most = 10_000 if is_bps else limits.LADDER_LEVELS_MAX
    least = 1 if ticket.peg_price_type is PegPriceType.TRAILING_STOP else -most
    steps, rest = divmod(ticket.peg_offset, step) if abs(ticket.peg_offset) <= step * most else (Decimal(0), step)
    if rest or not least <= steps <= most:
        unit = "a whole number of basis points" if is_bps else f"a multiple of the tick size {step}"
        return Refusal(
            RejectReason.INVALID_TERMS, f"peg_offset must be {unit}, from {least * step:f} to {most * step:f}."
        )
    return int(steps)


def _link(ticket: OrderTicket, *, instrument: ListedInstrument, linked: LinkedOrder | None) -> int | Refusal:
    if ticket.contingency_type is ContingencyType.NONE:
        return 0
    one_cancels = ticket.contingency_type is ContingencyType.ONE_CANCELS_THE_OTHER
    if linked is None or linked.instrument_id != instrument.instrument_id:
        text = f"linked_cl_ord_id names no open order of this account in {instrument.symbol}."
    elif linked.ord_type == OrdType.PEGGED:
        text = "linked_cl_ord_id names a pegged order, which cannot be linked to."
    elif one_cancels and linked.side != ticket.side:
        text = "Orders of which one cancels the other go the same way; linked_cl_ord_id names one of the other side."
    else:
        return linked.order_id
    return Refusal(RejectReason.UNKNOWN_LINK, text)


def _microseconds(moment: datetime) -> int:
    whole = moment.astimezone(UTC)
    return int(whole.replace(microsecond=0).timestamp()) * 1_000_000 + whole.microsecond
