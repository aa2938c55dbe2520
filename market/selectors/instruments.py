"""Reading instruments."""

from django.db.models import QuerySet

from market.errors import UnknownSymbol
from market.models import Instrument, OptionContract
from market.models.instrument import InstrumentKind
from market.records import InstrumentRecord, OptionRecord
from vocabulary.calendars import CalendarKind
from vocabulary.options import PutOrCall, SettlementBasis
from vocabulary.phases import AllocationRule, TradingPhase
from vocabulary.units import plain


def every() -> list[InstrumentRecord]:
    """Every instrument, by symbol."""
    return [_record(instrument) for instrument in _rows().order_by("symbol")]


def by_symbol(symbol: str) -> InstrumentRecord:
    """The instrument with this symbol. Raises NotFound."""
    instrument = _rows().filter(symbol=symbol).first()
    if instrument is None:
        raise UnknownSymbol(symbol)
    return _record(instrument)


def options_on(symbol: str) -> list[InstrumentRecord]:
    """The options on an instrument, the first to expire first, then by strike price. Raises NotFound."""
    if not Instrument.objects.filter(symbol=symbol).exists():
        raise UnknownSymbol(symbol)
    of_it = _rows().filter(option__underlying__symbol=symbol)
    return [
        _record(instrument)
        for instrument in of_it.order_by("option__expires_at", "option__strike_price", "option__put_or_call")
    ]


def _rows() -> "QuerySet[Instrument]":
    return Instrument.objects.select_related("book", "trading_calendar", "option__underlying")


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
        option=_option(instrument.option) if instrument.kind == InstrumentKind.OPTION else None,
    )


def _option(contract: OptionContract) -> OptionRecord:
    price, basis = contract.settlement_price, contract.settlement_basis
    return OptionRecord(
        underlying=contract.underlying.symbol,
        put_or_call=PutOrCall(contract.put_or_call),
        strike_price=plain(contract.strike_price),
        contract_multiplier=plain(contract.instrument.lot_size),
        expires_at=contract.expires_at,
        settlement_price=None if price is None else plain(price),
        settlement_basis=SettlementBasis(basis) if basis else None,
    )
