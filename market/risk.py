"""Pre-trade risk: what an order must satisfy before the exchange takes it on. Pure; each rule has its own reason."""

from datetime import UTC, datetime
from decimal import ROUND_CEILING, Decimal
from typing import NamedTuple

from market import account_rules, term_rules
from market.account_rules import Weight
from market.command_terms import CommandTerms, WrittenTerms
from market.records import OrderTicket
from market.refusal import Refusal
from market.rows import LinkedOrder, ListedInstrument, Means, TradedAccount
from vocabulary import limits
from vocabulary.fees import MONEY_STEP
from vocabulary.orders import ContingencyType, OrdType, PegOffsetType, PegPriceType, Side, TimeInForce
from vocabulary.rejects import RejectReason
from vocabulary.roles import AccountKind
from vocabulary.units import NotAMultiple, TooLarge

NOTHING = Decimal(0)
NO_PRICE = -1
MICROSECOND_NS = 1_000
AUCTION_ONLY = (TimeInForce.AT_THE_OPEN, TimeInForce.AT_THE_CLOSE)


class Acceptance(NamedTuple):
    """An order in the book's own units, and what it reserves.

    A market order's or a stop's price is its protection, NO_PRICE for none. ``terms`` is None for a plain order.
    """

    price_ticks: int
    order_qty_lots: int
    reserved_amount: Decimal
    terms: WrittenTerms | None = None


class OpenOrder(NamedTuple):
    """The part of an open order that a replacement is weighed against. ``worst_ticks`` is None for no price."""

    side: int
    cum_qty_lots: int
    leaves_qty_lots: int
    reserved_amount: Decimal
    worst_ticks: int | None


class Extra(NamedTuple):
    """What a replacement reserves beyond what its order already does."""

    reserved_amount: Decimal
    reserved_lots: int


def check(
    ticket: OrderTicket,
    *,
    instrument: ListedInstrument,
    account: TradedAccount,
    means: Means | None,
    linked: LinkedOrder | None = None,
    now: datetime | None = None,
) -> Acceptance | Refusal:
    """Check an order against instrument and account; ``means`` is None where nothing holds it, else it is drawn down.

    The first rule broken answers, in the order: kill switch and liquidation, phase, currency, terms, quantity, price,
    link, the order's size and value, open orders, buying power, position, and what ``account_rules.draw`` checks.
    ``linked`` is the open order that the ticket's ``linked_cl_ord_id`` names, None when there is none.
    """
    is_plain = ticket.is_plain
    refusal = _check_words(ticket, is_plain=is_plain, instrument=instrument, account=account, now=now)
    if refusal is not None:
        return refusal
    lots = order_lots(ticket.order_qty, instrument=instrument)
    if isinstance(lots, Refusal):
        return lots
    ticks = _price_ticks(ticket, instrument=instrument)
    if isinstance(ticks, Refusal):
        return ticks
    terms = None if is_plain else written_terms(ticket, instrument=instrument, linked=linked)
    if isinstance(terms, Refusal):
        return terms
    is_buy = ticket.side is Side.BUY
    reserved = cost(worst_ticks(ticks, instrument=instrument), lots=lots, instrument=instrument) if is_buy else NOTHING
    weight = None
    if account.is_valued:
        weight = account_rules.weigh(ticket.side, lots=lots, price_ticks=named(ticks), instrument=instrument)
    value = None if weight is None else weight.value
    refusal = account_rules.check_size(ticket.order_qty, weight=weight, whole_value=value, account=account)
    if means is not None and refusal is None:
        needed = 0 if is_buy else _lots_needed(lots, ticket=ticket, linked=linked)
        refusal = (
            account_rules.check_open_orders(means, account=account)
            or _draw(means, instrument=instrument, lots=needed, reserved=reserved)
            or account_rules.draw(means, weight=weight, instrument=instrument, account=account)
        )
        means.open_orders += refusal is None
    return refusal or Acceptance(ticks, lots, reserved, terms)


def check_replace(
    order: OpenOrder,
    *,
    order_qty_lots: int,
    price_ticks: int,
    instrument: ListedInstrument,
    account: TradedAccount,
    means: Means | None,
) -> Extra | Refusal:
    """Check a replacement's new total and price against what its order has done and its account can still afford.

    Until the replacement is sequenced either form of the order may trade: the account holds what the larger requires.
    """
    open_lots = order_qty_lots - order.cum_qty_lots
    if open_lots <= 0:
        done = instrument.units.to_quantity(order.cum_qty_lots)
        return Refusal(RejectReason.NOT_REPLACEABLE, f"order_qty must be above what is already filled, {done}.")
    side = Side(order.side)
    added, whole = _added_weight(order, lots=open_lots, price_ticks=price_ticks, instrument=instrument)
    quantity = instrument.units.to_quantity(order_qty_lots)
    refusal = account_rules.check_size(quantity, weight=added, whole_value=whole, account=account)
    if refusal is not None:
        return refusal
    if means is None:
        return Extra(NOTHING, 0)
    needed, extra_lots = _added_means(order, lots=open_lots, price_ticks=price_ticks, instrument=instrument)
    sold = extra_lots if side is Side.SELL else 0
    refusal = _draw(means, instrument=instrument, lots=sold, reserved=needed)
    refusal = refusal or account_rules.draw(means, weight=added, instrument=instrument, account=account)
    if refusal is not None:
        return refusal
    if account.kind is AccountKind.CASH:
        return Extra(needed, sold)
    assert added is not None, "an account with means is weighed, unless it is a CASH account"
    return Extra(added.adverse.quantize(MONEY_STEP, rounding=ROUND_CEILING), extra_lots)


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


def cost(price_ticks: int, *, lots: int, instrument: ListedInstrument) -> Decimal:
    """What buying ``lots`` at a price may come to, the worst fee included."""
    return instrument.fees.cost(tick_lots=price_ticks * lots, lots=lots, units=instrument.units)


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


def _check_words(
    ticket: OrderTicket, *, is_plain: bool, instrument: ListedInstrument, account: TradedAccount, now: datetime | None
) -> Refusal | None:
    refusal = account_rules.check_standing(account) or term_rules.check_phase(instrument)
    if refusal is None and account.currency != instrument.currency:
        refusal = Refusal(
            RejectReason.CURRENCY_MISMATCH,
            f"Account {account.number} is kept in {account.currency}; {instrument.symbol} trades in "
            f"{instrument.currency}.",
        )
    if refusal is None and not is_plain:
        refusal = term_rules.check_terms(ticket, now=now or datetime.now(UTC))
    return refusal or term_rules.check_phase_takes(ticket, instrument=instrument)


def _price_ticks(ticket: OrderTicket, *, instrument: ListedInstrument) -> int | Refusal:
    """The price that the core is told, NO_PRICE for none."""
    if ticket.ord_type in (OrdType.LIMIT, OrdType.STOP_LIMIT):
        assert ticket.price is not None, "a limit ticket names its price"
        return limit_ticks(ticket.price, instrument=instrument)
    if ticket.ord_type is OrdType.PEGGED:
        return NO_PRICE if ticket.price is None else limit_ticks(ticket.price, instrument=instrument)
    return _protection_ticks(ticket, instrument=instrument)


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


def _added_weight(
    order: OpenOrder, *, lots: int, price_ticks: int, instrument: ListedInstrument
) -> tuple[Weight | None, Decimal | None]:
    """What a replacement adds to its order's weight, and what the order is worth by it; None without a mark."""
    side = Side(order.side)
    new = account_rules.weigh(side, lots=lots, price_ticks=named(price_ticks), instrument=instrument)
    old = account_rules.weigh(side, lots=order.leaves_qty_lots, price_ticks=order.worst_ticks, instrument=instrument)
    if new is None or old is None:
        return None, None
    added = new._replace(
        lots=max(0, new.lots - old.lots),
        value=max(NOTHING, new.value - old.value),
        adverse=max(NOTHING, new.adverse - old.adverse),
    )
    return added, new.value


def _added_means(order: OpenOrder, *, lots: int, price_ticks: int, instrument: ListedInstrument) -> tuple[Decimal, int]:
    """What a replacement reserves of a CASH account's money beyond what its order does, and the lots that it adds."""
    extra_lots = max(0, lots - order.leaves_qty_lots)
    if order.side == Side.SELL:
        return NOTHING, extra_lots
    total = cost(worst_ticks(price_ticks, instrument=instrument), lots=lots, instrument=instrument)
    return max(NOTHING, total - order.reserved_amount), extra_lots


def _lots_needed(sold: int, *, ticket: OrderTicket, linked: LinkedOrder | None) -> int:
    """How much of a position an order to sell needs, beyond what the order that it is linked to already holds back.

    Two orders of which one cancels the other sell the larger quantity at most. An order held until a purchase is done
    sells at most what that has bought by then.
    """
    if linked is None or not sold:
        return sold
    if ticket.contingency_type is ContingencyType.ONE_CANCELS_THE_OTHER:
        return max(0, sold - linked.leaves_qty_lots)
    return min(sold, linked.cum_qty_lots) if linked.side == Side.BUY else sold


def _microseconds(moment: datetime) -> int:
    whole = moment.astimezone(UTC)
    return int(whole.replace(microsecond=0).timestamp()) * 1_000_000 + whole.microsecond


def _draw(means: Means, *, instrument: ListedInstrument, lots: int, reserved: Decimal) -> Refusal | None:
    """Hold a CASH account to its money and its position; another one has neither of the two to draw."""
    if means.buying_power is None:
        return None
    refusal = _draw_cash(means, needed=reserved) if reserved else None
    if lots and refusal is None:
        refusal = _draw_position(means, instrument=instrument, lots=lots)
    return refusal


def _draw_cash(means: Means, *, needed: Decimal) -> Refusal | None:
    assert means.buying_power is not None, "only a CASH account's money is drawn"
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
