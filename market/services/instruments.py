"""Listing instruments."""

from decimal import Decimal
from uuid import uuid4

from django.db import IntegrityError, transaction

import matching
from access.records import Actor
from access.services import audit
from market.errors import InvalidRequest, NotPermitted
from market.models import Book, Instrument
from market.models.instrument import InstrumentKind
from market.records import InstrumentRecord
from market.selectors import instruments as instrument_selectors
from vocabulary import limits
from vocabulary.identifiers import is_symbol
from vocabulary.units import NotAMultiple, TooLarge, TradingUnits

BAND_PERCENT_DEFAULT = Decimal(50)
ORDER_QTY_LOTS_DEFAULT = 1_000_000
STEP_PLACES_MAX = 8
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
    actor: Actor,
) -> InstrumentRecord:
    """List an instrument with an empty book, open for continuous trading.

    Prices are taken within ``band_percent`` of the reference price. Raises NotPermitted unless the actor may
    operate, InvalidRequest naming the field that does not fit.
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
    _save(instrument, actor=actor)
    return instrument_selectors.by_symbol(symbol)


def _check_words(*, symbol: str, name: str, kind: str, currency: str) -> None:
    if not is_symbol(symbol):
        raise InvalidRequest(
            f"symbol must be 1 to {limits.SYMBOL_LENGTH_MAX} capital letters, digits, dots and dashes.", field="symbol"
        )
    if not 1 <= len(name.strip()) <= limits.NAME_LENGTH_MAX:
        raise InvalidRequest(f"name must be 1 to {limits.NAME_LENGTH_MAX} characters long.", field="name")
    if kind not in InstrumentKind.values:
        raise InvalidRequest(f"kind must be one of {', '.join(InstrumentKind.values)}.", field="kind")
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


def _reference_ticks(price: Decimal, *, units: TradingUnits) -> int:
    if price > REFERENCE_PRICE_MAX:
        raise InvalidRequest(f"reference_price must be at most {REFERENCE_PRICE_MAX:f}.", field="reference_price")
    try:
        return units.to_ticks(price)
    except (NotAMultiple, TooLarge) as error:
        raise InvalidRequest(
            f"reference_price must be a positive multiple of the tick size {units.tick_size} "
            f"and at most {limits.PRICE_TICKS_MAX} ticks.",
            field="reference_price",
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


def _save(instrument: Instrument, *, actor: Actor) -> None:
    try:
        with transaction.atomic(durable=True):
            instrument.save()
            Book.objects.create(
                instrument=instrument,
                epoch=uuid4(),
                engine_version=matching.ENGINE_VERSION,
                base_ticks=instrument.low_limit_ticks,
                levels=instrument.high_limit_ticks - instrument.low_limit_ticks + 1,
                digest=matching.GENESIS,
            )
            detail: dict[str, object] = {"name": instrument.name, "kind": instrument.kind}
            audit.record(actor=actor, action="instrument.add", subject=instrument.symbol, detail=detail)
    except IntegrityError as error:
        raise InvalidRequest(f"An instrument {instrument.symbol} exists already.", field="symbol") from error
