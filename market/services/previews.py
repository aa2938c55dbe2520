"""What an order would come to if it were placed now: it is placed, weighed, and undone in one transaction."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple

from django.db import transaction

from access.records import Actor
from market import book_units, intake
from market.errors import MarketError
from market.records import OrderPreview, OrderTicket, Receipt
from market.rows import ListedInstrument
from market.selectors import accounts, depth
from market.services import placing
from vocabulary.fees import money_of
from vocabulary.orders import ExecInst, LiquiditySide, OrdType, Side, TimeInForce
from vocabulary.rejects import RejectReason
from vocabulary.units import average_price

LEVELS_WEIGHED = 200
NEVER_RESTS = (TimeInForce.IOC, TimeInForce.FOK)


class _Sum(NamedTuple):
    """Some lots, and the sum of their prices in ticks."""

    lots: int
    tick_lots: int


def of(order_tickets: Sequence[OrderTicket], *, actor: Actor, parks_first: bool = False) -> OrderPreview:
    """Try the tickets, one order or a package, as placing them would; nothing is recorded.

    The estimate is of the first ticket: what the book would give it now. Raises as ``orders.place`` does.
    """
    first, number = order_tickets[0], order_tickets[0].account
    before = _buying_power(number, actor=actor)
    with intake.acknowledging_transaction() as now:
        placed = placing.place_all(
            order_tickets, actor=actor, now=now, is_package=len(order_tickets) > 1, parks_first=parks_first
        )
        after = _buying_power(number, actor=actor)
        transaction.set_rollback(True)
    refused = _first_refusal(placed.answers)
    empty = OrderPreview(refused.reject, refused.reject_text, Decimal(0), None, None, None, before, after)
    return empty if refused.reject is not RejectReason.NONE else _weighed(empty, ticket=first)


def _buying_power(number: str, *, actor: Actor) -> Decimal:
    return next((one.buying_power for one in accounts.of_actor(actor) if one.number == number), Decimal(0))


def _first_refusal(answers: Sequence[Receipt | MarketError]) -> Receipt:
    for answer in answers:
        if isinstance(answer, MarketError):
            raise answer
        if not answer.is_accepted:
            return answer
    return Receipt(None)


def _weighed(preview: OrderPreview, *, ticket: OrderTicket) -> OrderPreview:
    """The preview with what the book would give the order now, and the rest at its own price."""
    instrument = intake.instruments([ticket.symbol])[ticket.symbol]
    units, fees = instrument.units, instrument.fees
    lots = units.to_lots(ticket.order_qty)
    taken = _taken(ticket, lots=lots, instrument=instrument)
    rest = _rest(ticket, lots=lots - taken.lots, instrument=instrument)
    if rest is None or not taken.lots + rest.lots:
        return preview
    waits_as = LiquiditySide.TAKER if ticket.ord_type.is_stop else LiquiditySide.MAKER
    micros = fees.micros(tick_lots=taken.tick_lots, lots=taken.lots, liquidity=LiquiditySide.TAKER, units=units)
    micros += fees.micros(tick_lots=rest.tick_lots, lots=rest.lots, liquidity=waits_as, units=units)
    return replace(
        preview,
        taken_qty=units.to_quantity(taken.lots),
        taken_px=average_price(tick_lots=taken.tick_lots, lots=taken.lots, units=units),
        value=units.to_money(taken.tick_lots + rest.tick_lots),
        fee=money_of(micros),
    )


def _taken(ticket: OrderTicket, *, lots: int, instrument: ListedInstrument) -> _Sum:
    """What the order would trade with at once."""
    trades_at_once = ticket.ord_type in (OrdType.MARKET, OrdType.LIMIT) and not (
        instrument.phase.collects
        or ticket.time_in_force in book_units.AUCTION_ONLY
        or ExecInst.POST_ONLY in ticket.exec_inst
    )
    if not trades_at_once:
        return _Sum(0, 0)
    book = depth.of(ticket.symbol, levels=LEVELS_WEIGHED)
    is_buy = ticket.side is Side.BUY
    worst_ticks = _worst_ticks(ticket, instrument=instrument)
    left, tick_lots = lots, 0
    for level in book.offers if is_buy else book.bids:
        ticks = instrument.units.to_ticks(level.price)
        if not left or (ticks > worst_ticks if is_buy else ticks < worst_ticks):
            break
        met = min(left, instrument.units.to_lots(level.quantity))
        left, tick_lots = left - met, tick_lots + met * ticks
    return _Sum(lots - left, tick_lots)


def _worst_ticks(ticket: OrderTicket, *, instrument: ListedInstrument) -> int:
    named = ticket.price if ticket.ord_type is OrdType.LIMIT else ticket.protection_px
    if named is not None:
        return instrument.units.to_ticks(named)
    opposite = instrument.offer_ticks if ticket.side is Side.BUY else instrument.bid_ticks
    touch = opposite or instrument.last_px_ticks or instrument.reference_ticks
    return book_units.collar(ticket.side, touch_ticks=touch, instrument=instrument)


def _rest(ticket: OrderTicket, *, lots: int, instrument: ListedInstrument) -> _Sum | None:
    """What the order does not trade at once, at the price at which it would stand or wake; None when it names none."""
    if ticket.time_in_force in NEVER_RESTS:
        return _Sum(0, 0)
    if ticket.ord_type is OrdType.MARKET:
        is_for_later = instrument.phase.collects or ticket.time_in_force in book_units.AUCTION_ONLY
        return None if is_for_later else _Sum(0, 0)
    named = ticket.price if ticket.price is not None else ticket.stop_px
    beside = instrument.bid_ticks if ticket.side is Side.BUY else instrument.offer_ticks
    ticks = (
        instrument.units.to_ticks(named)
        if named is not None
        else beside or instrument.last_px_ticks or instrument.reference_ticks
    )
    return _Sum(lots, lots * ticks)
