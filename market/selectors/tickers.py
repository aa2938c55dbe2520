"""Reading every instrument's market at a glance."""

from decimal import Decimal
from typing import Any

from django.db import connection

from market.errors import UnknownSymbol
from market.records import TickerRecord
from vocabulary.phases import TradingPhase
from vocabulary.units import TradingUnits, plain

TICKERS = """
SELECT i.symbol, i.name, i.kind, i.currency, i.tick_size, i.lot_size, i.reference_price,
       b.phase, b.phase_reason, b.last_px_ticks, b.bid_ticks, b.bid_lots, b.offer_ticks, b.offer_lots, b.event_seq,
       b.indicative_px_ticks, b.indicative_qty_lots, b.imbalance_lots, b.auction_ends_at,
       d.high_ticks, d.low_ticks, COALESCE(d.volume_lots, 0)
  FROM market_instrument i
  JOIN market_book b ON b.instrument_id = i.id
  LEFT JOIN LATERAL (SELECT max(t.price_ticks) AS high_ticks, min(t.price_ticks) AS low_ticks,
                            sum(t.quantity_lots) AS volume_lots
                       FROM market_trade t
                      WHERE t.instrument_id = i.id AND t.executed_at > now() - interval '24 hours') d ON true
"""
COLUMNS = (
    "symbol", "name", "kind", "currency", "tick_size", "lot_size", "reference_price", "phase", "phase_reason",
    "last_px_ticks", "bid_ticks", "bid_lots", "offer_ticks", "offer_lots", "event_seq", "indicative_px_ticks",
    "indicative_qty_lots", "imbalance_lots", "auction_ends_at", "high_ticks", "low_ticks", "volume_lots",
)  # fmt: skip
PERCENT_PLACES = Decimal("0.01")


def every() -> list[TickerRecord]:
    """The ticker of every instrument that is not closed for good, by symbol."""
    return _read(f"{TICKERS} WHERE i.delisted_at IS NULL ORDER BY i.symbol", [])


def of(symbol: str) -> TickerRecord:
    """One instrument's ticker. Raises NotFound."""
    found = _read(f"{TICKERS} WHERE i.symbol = %s", [symbol])
    if not found:
        raise UnknownSymbol(symbol)
    return found[0]


def _read(sql: str, parameters: list[str]) -> list[TickerRecord]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return [_record(dict(zip(COLUMNS, row, strict=True))) for row in cursor.fetchall()]


def _record(row: dict[str, Any]) -> TickerRecord:
    units = TradingUnits(plain(row["tick_size"]), plain(row["lot_size"]))
    prices = {name: _price(row[f"{name}_ticks"], units=units) for name in ("last_px", "bid", "offer", "high", "low")}
    last, bid, offer = prices["last_px"], prices["bid"], prices["offer"]
    reference = units.to_price(units.to_ticks(row["reference_price"]))
    change = None if last is None else last - reference
    phase = TradingPhase(row["phase"])
    return TickerRecord(
        symbol=row["symbol"],
        name=row["name"],
        kind=row["kind"],
        currency=row["currency"],
        phase=phase,
        phase_reason=row["phase_reason"],
        reference_price=reference,
        last_px=last,
        change=change,
        change_percent=None if change is None else (100 * change / reference).quantize(PERCENT_PLACES),
        bid_px=bid,
        bid_qty=None if bid is None else units.to_quantity(row["bid_lots"]),
        offer_px=offer,
        offer_qty=None if offer is None else units.to_quantity(row["offer_lots"]),
        spread=None if bid is None or offer is None else offer - bid,
        high_px=prices["high"],
        low_px=prices["low"],
        volume=units.to_quantity(int(row["volume_lots"])),
        indicative_px=_price(row["indicative_px_ticks"], units=units),
        indicative_qty=units.to_quantity(row["indicative_qty_lots"]) if phase.collects else None,
        imbalance_qty=units.to_quantity(row["imbalance_lots"]) if phase.collects else None,
        auction_ends_at=row["auction_ends_at"],
        last_sequence=row["event_seq"],
    )


def _price(ticks: int | None, *, units: TradingUnits) -> Decimal | None:
    return None if ticks is None else units.to_price(ticks)
