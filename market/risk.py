"""Pre-trade risk: what an order must satisfy before the exchange takes it on. Pure; each rule has its own reason."""

from datetime import UTC, datetime
from decimal import ROUND_CEILING, Decimal
from typing import NamedTuple

from market import account_rules, book_units, term_rules
from market.account_rules import Weight
from market.command_terms import WrittenTerms
from market.records import OrderTicket
from market.refusal import Refusal
from market.rows import LinkedOrder, ListedInstrument, Means, TradedAccount
from vocabulary.fees import MONEY_STEP
from vocabulary.orders import ContingencyType, Side
from vocabulary.rejects import RejectReason
from vocabulary.roles import AccountKind

NOTHING = Decimal(0)


class Acceptance(NamedTuple):
    """An order in the book's own units, and what it reserves.

    A market order's or a stop's price is its protection, ``book_units.NO_PRICE`` for none. A plain order has no
    ``terms``.
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


def check_may_trade(account: TradedAccount, *, instrument: ListedInstrument) -> Refusal | None:
    """What keeps an account from placing any order in an instrument.

    The first rule broken answers, in the order: kill switch and liquidation, class, phase, currency.
    """
    refusal = (
        account_rules.check_standing(account)
        or account_rules.check_class(account, symbol=instrument.symbol)
        or term_rules.check_phase(instrument)
    )
    if refusal is None and account.currency != instrument.currency:
        return Refusal(
            RejectReason.CURRENCY_MISMATCH,
            f"Account {account.number} is kept in {account.currency}; {instrument.symbol} trades in "
            f"{instrument.currency}.",
        )
    return refusal


def check(
    ticket: OrderTicket,
    *,
    instrument: ListedInstrument,
    account: TradedAccount,
    means: Means | None,
    linked: LinkedOrder | None = None,
    now: datetime | None = None,
) -> Acceptance | Refusal:
    """Check an order of an account that ``check_may_trade`` lets trade the instrument.

    ``means`` is None where nothing holds the account, else it is drawn down. The first rule broken answers, in the
    order: terms, what the phase takes, quantity, price, link, the order's size and value, open orders, buying power,
    position, and what ``account_rules.draw`` checks. ``linked`` is the open order that the ticket's
    ``linked_cl_ord_id`` names, None when there is none.
    """
    is_plain = ticket.is_plain
    refusal = None if is_plain else term_rules.check_terms(ticket, now=now or datetime.now(UTC))
    refusal = refusal or term_rules.check_phase_takes(ticket, instrument=instrument)
    if refusal is not None:
        return refusal
    lots = book_units.order_lots(ticket.order_qty, instrument=instrument)
    if isinstance(lots, Refusal):
        return lots
    ticks = book_units.price_ticks(ticket, instrument=instrument)
    if isinstance(ticks, Refusal):
        return ticks
    terms = None if is_plain else book_units.written_terms(ticket, instrument=instrument, linked=linked)
    if isinstance(terms, Refusal):
        return terms
    is_buy = ticket.side is Side.BUY
    reserved = (
        cost(book_units.worst_ticks(ticks, instrument=instrument), lots=lots, instrument=instrument)
        if is_buy
        else NOTHING
    )
    weight = None
    if account.is_valued:
        weight = account_rules.weigh(ticket.side, lots=lots, price_ticks=book_units.named(ticks), instrument=instrument)
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


def cost(price_ticks: int, *, lots: int, instrument: ListedInstrument) -> Decimal:
    """What buying ``lots`` at a price may come to, the worst fee included."""
    return instrument.fees.cost(tick_lots=price_ticks * lots, lots=lots, units=instrument.units)


def _added_weight(
    order: OpenOrder, *, lots: int, price_ticks: int, instrument: ListedInstrument
) -> tuple[Weight | None, Decimal | None]:
    """What a replacement adds to its order's weight, and what the order is worth by it; None without a mark."""
    side = Side(order.side)
    new = account_rules.weigh(side, lots=lots, price_ticks=book_units.named(price_ticks), instrument=instrument)
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
    total = cost(book_units.worst_ticks(price_ticks, instrument=instrument), lots=lots, instrument=instrument)
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
        reason = RejectReason.OPTION_NOT_COVERED if instrument.is_option else RejectReason.INSUFFICIENT_POSITION
        return Refusal(
            reason,
            f"The account has {quantity} {instrument.symbol} to sell, counting its open sell orders.",
        )
    means.sellable_lots[instrument.instrument_id] = sellable - lots
    return None
