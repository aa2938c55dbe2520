"""Instruments, trades and candles for tests, drawn from few numbers."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from terminal.records import Candle, Instrument, Ticker, Trade
from vocabulary.orders import Side
from vocabulary.phases import TradingPhase

MONDAY = datetime(2026, 1, 5, 12, tzinfo=UTC)
ACME = Instrument(
    symbol="ACME",
    name="Acme Industries",
    kind="SHARE",
    currency="USD",
    tick_size=Decimal("0.01"),
    lot_size=Decimal(1),
    reference_price=Decimal("10.00"),
    low_limit_price=Decimal("5.00"),
    high_limit_price=Decimal("15.00"),
    order_qty_max=Decimal(1_000_000),
    phase=TradingPhase.CONTINUOUS,
    phase_reason="",
)


def trade(trade_id: int, price: str, quantity: int = 1, *, after_s: int = 0, side: Side = Side.BUY) -> Trade:
    """A trade some seconds after noon."""
    moment = MONDAY + timedelta(seconds=after_s)
    return Trade(trade_id, Decimal(price), Decimal(quantity), side, moment, trade_id)


def candle(prices: str, volume: int = 1, *, after_s: int = 0, trade_count: int = 1) -> Candle:
    """A candle from its open, high, low and close."""
    open_px, high_px, low_px, close_px = map(Decimal, prices.split())
    open_time = MONDAY + timedelta(seconds=after_s)
    return Candle(open_time, open_px, high_px, low_px, close_px, Decimal(volume), trade_count)


def ticker(last_px: str | None = "10.05", *, change_percent: str = "0.50", reason: str | None = None) -> Ticker:
    """A ticker, of a market that is halted if a reason is given."""
    return Ticker(
        phase=TradingPhase.CONTINUOUS if reason is None else TradingPhase.HALTED,
        phase_reason=reason or "",
        reference_price=Decimal("10.00"),
        last_px=None if last_px is None else Decimal(last_px),
        change=None if last_px is None else Decimal(last_px) - 10,
        change_percent=None if last_px is None else Decimal(change_percent),
        bid_px=Decimal("10.04"),
        bid_qty=Decimal(100),
        offer_px=Decimal("10.06"),
        offer_qty=Decimal(250),
        spread=Decimal("0.02"),
        high_px=Decimal("10.20"),
        low_px=Decimal("9.80"),
        volume=Decimal(12_345),
    )
