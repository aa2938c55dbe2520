"""Listing instruments, and setting the rules of their books."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from uuid import uuid4

from django.db import IntegrityError, transaction

import matching
from access.records import Actor
from access.services import audit
from market import intake, wake
from market.command_terms import CommandTerms
from market.errors import InvalidRequest, NotPermitted, UnknownSymbol
from market.intake import InboxRow
from market.models import Book, FeeSchedule, Instrument, TradingCalendar
from market.models.instrument import InstrumentKind
from market.records import InstrumentRecord
from market.selectors import instruments as instrument_selectors
from market.services import fees
from vocabulary import limits
from vocabulary.commands import CommandKind
from vocabulary.fees import FREE, FeeRates
from vocabulary.identifiers import is_symbol
from vocabulary.phases import AllocationRule
from vocabulary.units import NotAMultiple, TooLarge, TradingUnits

BAND_PERCENT_DEFAULT = Decimal(50)
ORDER_QTY_LOTS_DEFAULT = 1_000_000
STEP_PLACES_MAX = 8
KINDS = tuple(kind.value for kind in InstrumentKind if kind is not InstrumentKind.OPTION)
"""What is listed here; an option is listed with its contract."""
REFERENCE_PRICE_MAX = Decimal(10) ** 11


def add(
    *,
    symbol: str,
    name: str,
    kind: str,
    currency: str,
    tick_size: Decimal,
    lot_size: Decimal,
    reference_price: Decimal,
    band_percent: Decimal = BAND_PERCENT_DEFAULT,
    order_qty_max: Decimal | None = None,
    rates: FeeRates = FREE,
    actor: Actor,
) -> InstrumentRecord:
    """List an instrument with an empty book, open for continuous trading.

    Prices are taken within ``band_percent`` of the reference price; ``rates`` are its fees. Raises NotPermitted unless
    the actor may operate, InvalidRequest naming the field that does not fit.
    """
    if not actor.role.may_operate:
        raise NotPermitted("Only operators list instruments.")
    _check_words(symbol=symbol, name=name, kind=kind, currency=currency)
    units = _units(tick_size=tick_size, lot_size=lot_size)
    reference_ticks = _reference_ticks(reference_price, units=units)
    low, high = _band(reference_ticks, band_percent=band_percent)
    instrument = Instrument(
        symbol=symbol,
        name=name,
        kind=kind,
        currency=currency,
        tick_size=tick_size,
        lot_size=lot_size,
        reference_price=reference_price,
        low_limit_ticks=low,
        high_limit_ticks=high,
        order_qty_lots_max=_largest_order(order_qty_max, units=units),
    )
    fees.check(rates, instrument=instrument)
    _save(instrument, rates=rates, actor=actor)
    return instrument_selectors.by_symbol(symbol)


def set_bands(
    symbol: str,
    *,
    static_band_bps: int,
    dynamic_band_bps: int,
    volatility_auction_s: int | None = None,
    actor: Actor,
) -> InstrumentRecord:
    """Set how far from the reference price, and from the last price, trades may be, in basis points; 0 for no band.

    A trade outside opens an auction of ``volatility_auction_s`` seconds instead. The book takes the bands up after what
    waits before them, with the instrument's reference price if it has none. Raises NotPermitted, NotFound,
    InvalidRequest.
    """
    for field, width in (("static_band_bps", static_band_bps), ("dynamic_band_bps", dynamic_band_bps)):
        if not 0 <= width <= limits.BAND_BPS_MAX:
            raise InvalidRequest(f"{field} must be 0 to {limits.BAND_BPS_MAX} basis points.", field=field)
    seconds = volatility_auction_s
    if seconds is not None and not 1 <= seconds <= limits.VOLATILITY_AUCTION_S_MAX:
        raise InvalidRequest(
            f"volatility_auction_s must be 1 to {limits.VOLATILITY_AUCTION_S_MAX} seconds.",
            field="volatility_auction_s",
        )
    changes = {"static_band_bps": static_band_bps, "dynamic_band_bps": dynamic_band_bps}
    if seconds is not None:
        changes["volatility_auction_s"] = seconds
    with _changing(symbol, action="instrument.set_bands", detail=dict(changes), actor=actor) as instrument:
        Instrument.objects.filter(pk=instrument.pk).update(**changes)
        if static_band_bps and instrument.book.reference_ticks is None:
            _tell_reference(instrument, ticks=instrument.units.to_ticks(instrument.reference_price))
        terms = CommandTerms(static_band_bps=static_band_bps, dynamic_band_bps=dynamic_band_bps)
        intake.insert_inbox(InboxRow(CommandKind.SET_BANDS, instrument.pk, terms=terms))
    return _changed(symbol)


def set_reference(symbol: str, *, price: Decimal, actor: Actor) -> InstrumentRecord:
    """Set the price that the static band, changes and auctions are measured from.

    Raises NotPermitted, NotFound, InvalidRequest.
    """
    detail: dict[str, object] = {"price": str(price)}
    with _changing(symbol, action="instrument.set_reference", detail=detail, actor=actor) as instrument:
        ticks = _reference_ticks(price, units=instrument.units, field="price")
        if not instrument.low_limit_ticks <= ticks <= instrument.high_limit_ticks:
            raise InvalidRequest("price must lie inside the instrument's price band.", field="price")
        Instrument.objects.filter(pk=instrument.pk).update(reference_price=price)
        _tell_reference(instrument, ticks=ticks)
    return _changed(symbol)


def set_allocation(symbol: str, *, allocation: AllocationRule, actor: Actor) -> InstrumentRecord:
    """Set how an aggressor's quantity is shared out among the orders at one price. Raises NotPermitted, NotFound."""
    detail: dict[str, object] = {"allocation": allocation.name}
    with _changing(symbol, action="instrument.set_allocation", detail=detail, actor=actor) as instrument:
        Instrument.objects.filter(pk=instrument.pk).update(allocation=allocation)
        terms = CommandTerms(allocation=allocation.value)
        intake.insert_inbox(InboxRow(CommandKind.SET_ALLOCATION, instrument.pk, terms=terms))
    return _changed(symbol)


@contextmanager
def _changing(symbol: str, *, action: str, detail: dict[str, object], actor: Actor) -> Iterator[Instrument]:
    """One transaction in which an operator changes an instrument's rules, recorded in the audit log."""
    if not actor.role.may_operate:
        raise NotPermitted("Only operators change an instrument's rules.")
    with intake.acknowledging_transaction():
        instrument = Instrument.objects.select_related("book").filter(symbol=symbol).first()
        if instrument is None:
            raise UnknownSymbol(symbol)
        yield instrument
        audit.record(actor=actor, action=action, subject=symbol, detail=detail)


def _changed(symbol: str) -> InstrumentRecord:
    wake.wake(symbol)
    return instrument_selectors.by_symbol(symbol)


def _tell_reference(instrument: Instrument, *, ticks: int) -> None:
    intake.insert_inbox(InboxRow(CommandKind.SET_REFERENCE, instrument.pk, price_ticks=ticks))


def _check_words(*, symbol: str, name: str, kind: str, currency: str) -> None:
    if not is_symbol(symbol):
        raise InvalidRequest(
            f"symbol must be 1 to {limits.SYMBOL_LENGTH_MAX} capital letters, digits, dots and dashes.", field="symbol"
        )
    if not 1 <= len(name.strip()) <= limits.NAME_LENGTH_MAX:
        raise InvalidRequest(f"name must be 1 to {limits.NAME_LENGTH_MAX} characters long.", field="name")
    if kind not in KINDS:
        raise InvalidRequest(f"kind must be one of {', '.join(KINDS)}.", field="kind")
    if not (len(currency) == 3 and currency.isascii() and currency.isalpha() and currency.isupper()):
        raise InvalidRequest("currency must be three capital letters, such as USD.", field="currency")


def _units(*, tick_size: Decimal, lot_size: Decimal) -> TradingUnits:
    for field, step in (("tick_size", tick_size), ("lot_size", lot_size)):
        if not step.is_finite() or step <= 0 or step > 1_000_000 or step != round(step, STEP_PLACES_MAX):
            raise InvalidRequest(
                f"{field} must be above zero, at most 1000000, with up to {STEP_PLACES_MAX} decimal places.",
                field=field,
            )
    if tick_size * lot_size != round(tick_size * lot_size, STEP_PLACES_MAX):
        raise InvalidRequest(
            f"tick_size times lot_size must have up to {STEP_PLACES_MAX} decimal places.", field="lot_size"
        )
    return TradingUnits(tick_size=tick_size, lot_size=lot_size)


def _reference_ticks(price: Decimal, *, units: TradingUnits, field: str = "reference_price") -> int:
    if price > REFERENCE_PRICE_MAX:
        raise InvalidRequest(f"{field} must be at most {REFERENCE_PRICE_MAX:f}.", field=field)
    try:
        return units.to_ticks(price)
    except (NotAMultiple, TooLarge) as error:
        raise InvalidRequest(
            f"{field} must be a positive multiple of the tick size {units.tick_size} "
            f"and at most {limits.PRICE_TICKS_MAX} ticks.",
            field=field,
        ) from error


def _band(reference_ticks: int, *, band_percent: Decimal) -> tuple[int, int]:
    if not band_percent.is_finite() or not 0 < band_percent < 100:
        raise InvalidRequest("band_percent must lie between 0 and 100.", field="band_percent")
    width = int(reference_ticks * band_percent / 100)
    low, high = max(1, reference_ticks - width), reference_ticks + width
    if width < 1 or high - low >= limits.LADDER_LEVELS_MAX or high > limits.PRICE_TICKS_MAX:
        raise InvalidRequest(
            f"the price band must span 1 to {limits.LADDER_LEVELS_MAX} ticks; change tick_size or band_percent.",
            field="tick_size",
        )
    return low, high


def _largest_order(order_qty_max: Decimal | None, *, units: TradingUnits) -> int:
    if order_qty_max is None:
        return ORDER_QTY_LOTS_DEFAULT
    try:
        return units.to_lots(order_qty_max)
    except (NotAMultiple, TooLarge) as error:
        raise InvalidRequest(
            f"order_qty_max must be a positive multiple of the lot size {units.lot_size}.", field="order_qty_max"
        ) from error


def _save(instrument: Instrument, *, rates: FeeRates, actor: Actor) -> None:
    try:
        with transaction.atomic(durable=True):
            schedule = enter(instrument, rates=rates)
            detail: dict[str, object] = {"name": instrument.name, "kind": instrument.kind}
            detail |= {} if schedule is None else fees.facts_of(schedule)
            audit.record(actor=actor, action="instrument.add", subject=instrument.symbol, detail=detail)
    except IntegrityError as error:
        raise InvalidRequest(f"An instrument {instrument.symbol} exists already.", field="symbol") from error


def enter(instrument: Instrument, *, rates: FeeRates) -> FeeSchedule | None:
    """Write an instrument down with its book and its calendar; its first fees. Call it inside a transaction."""
    instrument.save()
    schedule = _first_schedule(instrument, rates=rates)
    Book.objects.create(
        instrument=instrument,
        epoch=uuid4(),
        engine_version=matching.ENGINE_VERSION,
        base_ticks=instrument.low_limit_ticks,
        levels=instrument.high_limit_ticks - instrument.low_limit_ticks + 1,
        digest=matching.GENESIS,
        fee_schedule_id=None if schedule is None else schedule.pk,
    )
    TradingCalendar.objects.create(instrument=instrument)
    return schedule


def _first_schedule(instrument: Instrument, *, rates: FeeRates) -> FeeSchedule | None:
    """The fees that an instrument starts with; None when trading it is free."""
    if rates == FREE:
        return None
    return FeeSchedule.objects.create(instrument=instrument, from_trade_seq=0, **rates._asdict())
