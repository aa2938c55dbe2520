"""Reading positions."""

from decimal import Decimal

from access.records import Actor
from market import grants
from market.marks import mark_ticks
from market.models import Instrument, Position
from market.records import PositionRecord
from vocabulary.units import TradingUnits, plain


def of_actor(actor: Actor, *, account: str | None = None) -> list[PositionRecord]:
    """The positions of the actor's accounts, at their marks, by account and symbol."""
    reached = grants.reached_by(actor, through="account__")
    positions = Position.objects.filter(reached).select_related("account", "instrument", "instrument__book")
    if account is not None:
        positions = positions.filter(account__number=account)
    return [_record(position) for position in positions.order_by("account__number", "instrument__symbol")]


def _record(position: Position) -> PositionRecord:
    instrument = position.instrument
    mark = _mark_ticks(instrument)
    value = None if mark is None else instrument.units.to_money(mark * position.quantity_lots)
    return PositionRecord(
        account=position.account.number,
        symbol=instrument.symbol,
        quantity=instrument.units.to_quantity(position.quantity_lots),
        cash=position.cash,
        mark_px=None if mark is None else instrument.units.to_price(mark),
        market_value=value,
        profit=None if value is None else position.cash + value,
        fees=position.fees,
        cost=position.cost,
        average_cost=_average_cost(position, units=instrument.units),
        realised_profit=position.realised_profit,
        unrealised_profit=None if value is None else value - position.cost,
    )


def _mark_ticks(instrument: Instrument) -> int | None:
    book = instrument.book
    reference = book.reference_ticks or instrument.units.to_ticks(instrument.reference_price)
    return mark_ticks(bid=book.bid_ticks, offer=book.offer_ticks, last=book.last_px_ticks, reference=reference)


def _average_cost(position: Position, *, units: TradingUnits) -> Decimal | None:
    """What a unit of the quantity held has cost; rounded half even as an average price is."""
    if position.quantity_lots == 0:
        return None
    quantity = units.to_quantity(position.quantity_lots)
    return plain((position.cost / quantity).quantize(units.tick_size.scaleb(-4)))
