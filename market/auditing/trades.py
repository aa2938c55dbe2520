"""Laws of trades: each is two events of its journal, costs what the schedule says, and none is missing or in a halt."""

from market.auditing.law import Effect, SqlLaw
from market.models.trade import NO_AGGRESSOR
from vocabulary.commands import EventKind
from vocabulary.orders import LiquiditySide, Side
from vocabulary.phases import TradingPhase

BUY, SELL, TRADE = Side.BUY.value, Side.SELL.value, EventKind.TRADE.value


def _fee(maker: int) -> str:
    """The fee in micro-units of the side that made the trade when ``maker`` is the aggressor's contra side."""
    kind = f"t.aggressor_side = {maker}"
    return (
        f"COALESCE(floor(t.price_ticks::numeric * t.quantity_lots * i.tick_size * i.lot_size * 100"
        f" * CASE WHEN {kind} THEN s.maker_bps ELSE s.taker_bps END)"
        f" + t.quantity_lots * 1000000 * CASE WHEN {kind} THEN s.maker_per_lot ELSE s.taker_per_lot END, 0)"
    )


TWO_EVENTS = SqlLaw(
    name="trades-are-two-events",
    promise="each trade is two fills of its journal, one of a purchase and one of a sale, and follows the one before",
    effect=Effect.THE_BOOK,
    over="market_trade",
    rows=f"""
SELECT t.instrument_id, 'trade ' || t.trade_seq || ' of book ' || t.instrument_id,
       (e.kind, f.kind, e.trade_seq, f.trade_seq, e.command_seq, f.command_seq)
       = ({TRADE}, {TRADE}, t.trade_seq, t.trade_seq, t.command_seq, t.command_seq)
       AND (e.last_px_ticks, e.last_qty_lots, f.last_px_ticks, f.last_qty_lots)
           = (t.price_ticks, t.quantity_lots, t.price_ticks, t.quantity_lots)
       AND e.side <> f.side
       AND CASE WHEN e.side = {BUY} THEN (e.order_id, e.account_id, f.order_id, f.account_id)
                ELSE (f.order_id, f.account_id, e.order_id, e.account_id) END
           = (t.buy_order_id, t.buy_account_id, t.sell_order_id, t.sell_account_id)
       AND t.aggressor_side = CASE WHEN e.liquidity = {LiquiditySide.TAKER.value} THEN e.side ELSE {NO_AGGRESSOR} END
       AND (extract(epoch FROM t.executed_at) * 1000000)::bigint = e.transact_time_ns / 1000
       AND (t.trade_seq = 1
            OR EXISTS (SELECT FROM market_trade p
                        WHERE p.instrument_id = t.instrument_id AND p.trade_seq = t.trade_seq - 1)
            OR EXISTS (SELECT FROM market_journalexport x WHERE x.instrument_id = t.instrument_id))
  FROM market_trade t
  LEFT JOIN market_journalevent e ON (e.instrument_id, e.event_seq) = (t.instrument_id, t.event_seq)
  LEFT JOIN market_journalevent f ON (f.instrument_id, f.event_seq) = (t.instrument_id, t.event_seq - 1)
 WHERE t.id BETWEEN %(first)s AND %(last)s
""",
)

FEES = SqlLaw(
    name="fees-by-schedule",
    promise="both fees of each trade are what the schedule in force makes of its price and quantity",
    effect=Effect.THE_BOOK,
    over="market_trade",
    rows=f"""
SELECT t.instrument_id, 'fees of trade ' || t.trade_seq || ' of book ' || t.instrument_id,
       (t.buy_fee_micros, t.sell_fee_micros) = ({_fee(SELL)}, {_fee(BUY)})
  FROM market_trade t
  JOIN market_instrument i ON i.id = t.instrument_id
  LEFT JOIN LATERAL (SELECT * FROM market_feeschedule s
                      WHERE s.instrument_id = t.instrument_id AND s.from_trade_seq < t.trade_seq
                      ORDER BY s.id DESC LIMIT 1) s ON true
 WHERE t.id BETWEEN %(first)s AND %(last)s
""",
)

HALTS = SqlLaw(
    name="nothing-trades-while-halted",
    promise="behind the command of a halt or a close, another phase comes before the next trade",
    effect=Effect.THE_BOOK,
    over="market_journalevent",
    rows=f"""
SELECT e.instrument_id, 'halt at event ' || e.event_seq || ' of book ' || e.instrument_id,
       (SELECT n.kind FROM market_journalevent n
         WHERE n.instrument_id = e.instrument_id AND n.event_seq > e.event_seq AND n.command_seq > e.command_seq
           AND n.kind IN ({TRADE}, {EventKind.PHASE_CHANGED.value})
         ORDER BY n.event_seq LIMIT 1) IS DISTINCT FROM {TRADE}
  FROM market_journalevent e
 WHERE e.id BETWEEN %(first)s AND %(last)s AND e.kind = {EventKind.PHASE_CHANGED.value}
   AND e.phase IN ({TradingPhase.HALTED.value}, {TradingPhase.CLOSED.value})
""",
)

LAWS = (TWO_EVENTS, FEES, HALTS)
