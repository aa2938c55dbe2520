"""Reading instruments."""

from market.errors import UnknownSymbol
from market.models import Instrument
from market.records import InstrumentRecord
from vocabulary.calendars import CalendarKind
from vocabulary.phases import AllocationRule, TradingPhase


def every() -> list[InstrumentRecord]:
    """Every instrument, by symbol."""
    return [
        _record(instrument)
        for instrument in Instrument.objects.select_related("book", "trading_calendar").order_by("symbol")
    ]


def by_symbol(symbol: str) -> InstrumentRecord:
    """The instrument with this symbol. Raises NotFound."""
    instrument = Instrument.objects.select_related("book", "trading_calendar").filter(symbol=symbol).first()
    if instrument is None:
        raise UnknownSymbol(symbol)
    return _record(instrument)


def _record(instrument: Instrument) -> InstrumentRecord:
    units, calendar = instrument.units, instrument.trading_calendar
    return InstrumentRecord(
        instrument_id=instrument.pk,
        symbol=instrument.symbol,
        name=instrument.name,
        kind=instrument.kind,
        currency=instrument.currency,
        tick_size=units.tick_size,
        lot_size=units.lot_size,
        reference_price=units.to_price(units.to_ticks(instrument.reference_price)),
        low_limit_price=units.to_price(instrument.low_limit_ticks),
        high_limit_price=units.to_price(instrument.high_limit_ticks),
        order_qty_max=units.to_quantity(instrument.order_qty_lots_max),
        phase=TradingPhase(instrument.book.phase),
        phase_reason=instrument.book.phase_reason,
        static_band_bps=instrument.static_band_bps,
        dynamic_band_bps=instrument.dynamic_band_bps,
        volatility_auction_s=instrument.volatility_auction_s,
        allocation=AllocationRule(instrument.allocation),
        auction_ends_at=instrument.book.auction_ends_at,
        calendar=CalendarKind(calendar.kind),
        next_phase=None if calendar.next_phase is None else TradingPhase(calendar.next_phase),
        next_phase_at=calendar.next_phase_at,
        delisted_at=instrument.delisted_at,
    )
