"""Reading the public trades."""

from datetime import datetime

from django.db.models import QuerySet

from market.errors import UnknownSymbol
from market.models import Book, Instrument, Trade
from market.models.trade import NO_AGGRESSOR
from market.records import TradeRecord
from vocabulary.orders import Side


def newest(symbol: str, *, count: int, before: int | None = None) -> list[TradeRecord]:
    """The newest ``count`` trades with a trade id below ``before``, newest first. Raises NotFound."""
    instrument = _instrument(symbol)
    trades = Trade.objects.filter(instrument_id=instrument.pk).order_by("-trade_seq")
    if before is not None:
        trades = trades.filter(trade_seq__lt=before)
    return _records(trades[:count], instrument=instrument)


def after(symbol: str, *, trade_id: int, count: int) -> list[TradeRecord]:
    """The ``count`` trades that follow ``trade_id``, oldest first, without a gap. Raises NotFound."""
    instrument = _instrument(symbol)
    trades = Trade.objects.filter(instrument_id=instrument.pk, trade_seq__gt=trade_id).order_by("trade_seq")
    return _records(trades[:count], instrument=instrument)


def newest_ids() -> dict[int, int]:
    """The id of the newest trade of every instrument, by the instrument's id; 0 for one without trades."""
    return dict(Book.objects.values_list("instrument_id", "trade_seq"))


def between(symbol: str, *, start: datetime, end: datetime, after: int = 0, count: int) -> list[TradeRecord]:
    """The ``count`` trades from ``start`` on and before ``end`` that follow trade ``after``, oldest first.

    Raises NotFound.
    """
    instrument = _instrument(symbol)
    trades = Trade.objects.filter(
        instrument_id=instrument.pk, executed_at__gte=start, executed_at__lt=end, trade_seq__gt=after
    )
    # By time first, which is also the order of the numbers: a book's time never runs backwards, and has the index.
    return _records(trades.order_by("executed_at", "trade_seq")[:count], instrument=instrument)


def _instrument(symbol: str) -> Instrument:
    instrument = Instrument.objects.filter(symbol=symbol).first()
    if instrument is None:
        raise UnknownSymbol(symbol)
    return instrument


def _records(trades: "QuerySet[Trade]", *, instrument: Instrument) -> list[TradeRecord]:
    columns = ("trade_seq", "price_ticks", "quantity_lots", "aggressor_side", "executed_at", "event_seq")
    units = instrument.units
    return [
        TradeRecord(
            trade_id=trade_seq,
            symbol=instrument.symbol,
            price=units.to_price(price_ticks),
            quantity=units.to_quantity(quantity_lots),
            aggressor_side=None if aggressor_side == NO_AGGRESSOR else Side(aggressor_side),
            executed_at=executed_at,
            event_sequence=event_seq,
        )
        for trade_seq, price_ticks, quantity_lots, aggressor_side, executed_at, event_seq in trades.values_list(
            *columns
        )
    ]
