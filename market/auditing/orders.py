"""Laws of orders: their rows say what their tickets and the journal's events say, and hold back what they may cost."""

from market.auditing.law import Effect, SqlLaw
from vocabulary.commands import CommandKind, EventKind
from vocabulary.orders import OrdStatus, OrdType, Side
from vocabulary.rejects import RejectReason

NONE = RejectReason.NONE.value
IS_EXPORTED = "EXISTS (SELECT FROM market_journalexport x WHERE x.instrument_id = o.instrument_id)"
FIRST_COMMAND = """
  JOIN LATERAL (SELECT e.instrument_id, e.command_seq FROM market_journalevent e
                 WHERE e.order_id = o.id ORDER BY e.event_seq LIMIT 1) first ON true
  JOIN market_journalcommand c ON c.instrument_id = first.instrument_id AND c.command_seq = first.command_seq
"""

EVENTS = SqlLaw(
    name="orders-follow-events",
    promise="each order's state is that of its last event, and its sums are those of its fills",
    effect=Effect.THE_BOOK,
    over="market_order",
    rows=f"""
SELECT o.instrument_id, 'order ' || o.id,
       CASE WHEN e.order_id IS NOT NULL
            THEN (o.instrument_id, o.account_id, o.side) = (e.instrument_id, e.account_id, e.side)
                 AND (o.order_qty_lots, o.cum_qty_lots, o.leaves_qty_lots, o.hidden_qty_lots)
                     = (e.order_qty_lots, e.cum_qty_lots, e.leaves_qty_lots, e.hidden_qty_lots)
                 AND o.price_ticks IS NOT DISTINCT FROM NULLIF(e.price_ticks, -1)
                 AND o.is_open = (e.leaves_qty_lots > 0)
                 AND o.ord_status = CASE e.kind
                     WHEN {EventKind.NEW.value} THEN {OrdStatus.NEW.value}
                     WHEN {EventKind.CANCELED.value} THEN {OrdStatus.CANCELED.value}
                     WHEN {EventKind.REJECTED.value} THEN {OrdStatus.REJECTED.value}
                     WHEN {EventKind.EXPIRED.value} THEN {OrdStatus.EXPIRED.value}
                     WHEN {EventKind.TRADE.value}
                     THEN CASE WHEN e.leaves_qty_lots = 0 THEN {OrdStatus.FILLED.value}
                               ELSE {OrdStatus.PARTIALLY_FILLED.value} END
                     ELSE CASE WHEN e.cum_qty_lots = 0 THEN {OrdStatus.NEW.value}
                               ELSE {OrdStatus.PARTIALLY_FILLED.value} END END
                 AND o.reject_reason = CASE WHEN e.kind = {EventKind.RESTATED.value} THEN {NONE} ELSE e.reason END
                 AND (extract(epoch FROM o.transact_time) * 1000000)::bigint = e.transact_time_ns / 1000
                 AND ((COALESCE(f.lots, 0), COALESCE(f.tick_lots, 0)) = (o.cum_qty_lots, o.cum_tick_lots)
                      OR {IS_EXPORTED})
            WHEN o.ord_status = {OrdStatus.PENDING_NEW.value}
            THEN o.is_open AND o.reject_reason = {NONE} AND o.transact_time = o.created_at
                 AND (o.cum_qty_lots, o.leaves_qty_lots, o.cum_tick_lots, o.hidden_qty_lots)
                     = (0, o.order_qty_lots, 0, 0)
                 AND EXISTS (SELECT FROM market_inboxcommand w
                              WHERE w.order_id = o.id AND w.kind = {CommandKind.NEW_ORDER.value}
                                AND (w.instrument_id, w.account_id, w.side, w.ord_type, w.time_in_force,
                                     w.order_qty_lots)
                                    = (o.instrument_id, o.account_id, o.side, o.ord_type, o.time_in_force,
                                       o.order_qty_lots))
            WHEN o.ord_status = {OrdStatus.REJECTED.value}
            THEN NOT o.is_open AND o.reject_reason <> {NONE} AND o.transact_time = o.created_at
                 AND (o.cum_qty_lots, o.leaves_qty_lots, o.cum_tick_lots, o.hidden_qty_lots) = (0, 0, 0, 0)
            ELSE {IS_EXPORTED} END
  FROM market_order o
  LEFT JOIN LATERAL (SELECT * FROM market_journalevent e
                      WHERE e.order_id = o.id
                        AND e.kind NOT IN ({EventKind.CANCEL_REJECTED.value}, {EventKind.REPLACE_REJECTED.value})
                      ORDER BY e.event_seq DESC LIMIT 1) e ON true
  LEFT JOIN LATERAL (SELECT sum(f.last_qty_lots) AS lots, sum(f.last_px_ticks::numeric * f.last_qty_lots) AS tick_lots
                       FROM market_journalevent f
                      WHERE f.order_id = o.id AND f.kind = {EventKind.TRADE.value}) f ON true
 WHERE o.id BETWEEN %(first)s AND %(last)s
""",
)

TICKETS = SqlLaw(
    name="orders-follow-tickets",
    promise="each order says what the command said by which its book took it",
    effect=Effect.THE_BOOK,
    over="market_order",
    rows=f"""
SELECT o.instrument_id, 'order ' || o.id,
       c.order_id = o.id AND (o.instrument_id, o.account_id, o.side, o.ord_type, o.time_in_force, o.contingency_type)
       = (c.instrument_id, c.account_id, c.side, c.ord_type, c.time_in_force, COALESCE(t.contingency_type, 0))
  FROM market_order o {FIRST_COMMAND}
  LEFT JOIN market_journalterms t ON t.instrument_id = c.instrument_id AND t.command_seq = c.command_seq
 WHERE o.id BETWEEN %(first)s AND %(last)s AND c.kind = {CommandKind.NEW_ORDER.value}
""",
)

SAME_TERMS = (
    "exec_inst",
    "self_trade_prevention",
    "peg_price_type",
    "peg_offset_type",
    "peg_offset",
    "display_qty_lots",
    "min_qty_lots",
    "expire_time_ns",
    "linked_order_id",
    "contingency_type",
)
TERMS = SqlLaw(
    name="terms-follow-tickets",
    promise="each order's terms are those of its command, or of the last replacement that named any",
    effect=Effect.THE_BOOK,
    over="market_orderterms",
    key="order_id",
    rows=f"""
SELECT o.instrument_id, 'terms of order ' || o.id,
       ({", ".join(f"m.{name}" for name in SAME_TERMS)})
       = ({", ".join(f"COALESCE(t.{name}, 0)" for name in SAME_TERMS)})
       AND m.stop_px_ticks = COALESCE(r.stop_px_ticks, t.stop_px_ticks, 0)
       AND m.limit_price_ticks IS NOT DISTINCT FROM
           CASE WHEN o.ord_type = {OrdType.PEGGED.value} THEN NULLIF(COALESCE(r.price_ticks, c.price_ticks), -1) END
       AND COALESCE(m.protection_px_ticks, COALESCE(r.price_ticks, c.price_ticks))
           = COALESCE(r.price_ticks, c.price_ticks)
  FROM market_orderterms m
  JOIN market_order o ON o.id = m.order_id {FIRST_COMMAND}
  LEFT JOIN market_journalterms t ON t.instrument_id = c.instrument_id AND t.command_seq = c.command_seq
  LEFT JOIN LATERAL (SELECT rc.price_ticks, NULLIF(rt.stop_px_ticks, 0) AS stop_px_ticks
                       FROM market_journalevent e
                       JOIN market_journalcommand rc ON (rc.instrument_id, rc.command_seq)
                                                      = (e.instrument_id, e.command_seq)
                       LEFT JOIN market_journalterms rt ON (rt.instrument_id, rt.command_seq)
                                                         = (e.instrument_id, e.command_seq)
                      WHERE e.order_id = o.id AND e.kind = {EventKind.REPLACED.value}
                        AND rc.kind = {CommandKind.REPLACE.value} AND rc.ord_type > 0
                      ORDER BY e.event_seq DESC LIMIT 1) r ON true
 WHERE m.order_id BETWEEN %(first)s AND %(last)s AND c.kind = {CommandKind.NEW_ORDER.value}
""",
)

RESERVATIONS = SqlLaw(
    name="reservations-exact",
    promise="what an open order holds back is the worst that it may still cost, fees included; a closed one nothing",
    effect=Effect.THE_BOOK,
    over="market_order",
    rows=f"""
SELECT o.instrument_id, 'order ' || o.id,
       o.reserved_amount = CASE WHEN NOT o.is_open OR o.side <> {Side.BUY.value} THEN 0
           ELSE ceil(100000000 * o.leaves_qty_lots
                     * (greatest(s.maker_per_lot, s.taker_per_lot, 0)
                        + i.tick_size * i.lot_size * (1 + greatest(s.maker_bps, s.taker_bps, 0) * 0.0001)
                          * CASE WHEN o.price_ticks IS NOT NULL AND o.ord_type <> {OrdType.PEGGED.value}
                                 THEN o.price_ticks ELSE COALESCE(m.limit_price_ticks, i.high_limit_ticks) END))
                / 100000000 END
  FROM market_order o
  JOIN market_account a ON a.id = o.account_id AND a.kind <> 'MARGIN'
  JOIN market_instrument i ON i.id = o.instrument_id
  JOIN market_book b ON b.instrument_id = o.instrument_id
  LEFT JOIN market_feeschedule s ON s.id = b.fee_schedule_id
  LEFT JOIN market_orderterms m ON m.order_id = o.id
 WHERE o.id BETWEEN %(first)s AND %(last)s
   AND NOT EXISTS (SELECT FROM market_inboxcommand w
                    WHERE w.order_id = o.id AND w.kind = {CommandKind.REPLACE.value})
""",
)

IDS = SqlLaw(
    name="ids-used-once",
    promise="each use of a ClOrdID names an order of its account, with the outcome and the time of that order",
    effect=Effect.ALL_BOOKS,
    over="market_clordiduse",
    rows=f"""
SELECT o.instrument_id, 'ClOrdID ' || u.cl_ord_id || ' of order ' || u.order_id,
       o.account_id = u.account_id
       AND CASE WHEN o.cl_ord_id <> u.cl_ord_id THEN u.used_at >= o.created_at
                WHEN u.outcome <> {NONE}
                THEN (u.outcome, u.outcome_text, u.used_at) = (o.reject_reason, o.reject_text, o.created_at)
                     AND o.ord_status = {OrdStatus.REJECTED.value}
                     AND NOT EXISTS (SELECT FROM market_journalevent e WHERE e.order_id = o.id)
                ELSE u.outcome_text = '' AND o.reject_text = '' AND u.used_at = o.created_at
                     AND (o.reject_reason = {NONE}
                          OR EXISTS (SELECT FROM market_journalevent e WHERE e.order_id = o.id) OR {IS_EXPORTED})
                END
  FROM market_clordiduse u LEFT JOIN market_order o ON o.id = u.order_id
 WHERE u.id BETWEEN %(first)s AND %(last)s
""",
)

KNOWN = SqlLaw(
    name="orders-known-by-their-ids",
    promise="each order's ClOrdID is one that its account has used for it",
    effect=Effect.ALL_BOOKS,
    over="market_order",
    rows="""
SELECT o.instrument_id, 'order ' || o.id,
       EXISTS (SELECT FROM market_clordiduse u
                WHERE (u.account_id, u.cl_ord_id, u.order_id) = (o.account_id, o.cl_ord_id, o.id))
  FROM market_order o
 WHERE o.id BETWEEN %(first)s AND %(last)s
""",
)

WAITING = SqlLaw(
    name="waiting-orders-known",
    promise="each order that waits in an inbox is one that is still to be taken by its book",
    effect=Effect.THE_BOOK,
    over="market_inboxcommand",
    rows=f"""
SELECT w.instrument_id, 'command ' || w.id || ' for order ' || w.order_id,
       w.kind <> {CommandKind.NEW_ORDER.value}
       OR EXISTS (SELECT FROM market_order o
                   WHERE o.id = w.order_id AND o.ord_status = {OrdStatus.PENDING_NEW.value}
                     AND (o.instrument_id, o.account_id) = (w.instrument_id, w.account_id))
  FROM market_inboxcommand w
 WHERE w.id BETWEEN %(first)s AND %(last)s
""",
)

LAWS = (EVENTS, TICKETS, TERMS, RESERVATIONS, KNOWN, IDS, WAITING)
