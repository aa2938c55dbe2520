"""Laws of accounts: deposits are the ledger's sums, nobody spends what is not there, and staff's acts are recorded."""

from market.auditing.law import Effect, SqlLaw
from vocabulary.orders import Side

A_MINUTE = "interval '1 minute'"

DEPOSITS = SqlLaw(
    name="deposits-are-entries",
    promise="each account's deposits are the sum of its ledger entries",
    effect=Effect.ALL_BOOKS,
    over="market_account",
    rows="""
SELECT NULL::bigint, 'account ' || a.number,
       a.deposits = COALESCE((SELECT sum(e.amount) FROM market_ledgerentry e WHERE e.account_id = a.id), 0)
  FROM market_account a
 WHERE a.id BETWEEN %(first)s AND %(last)s
""",
)

SPENDING = SqlLaw(
    name="nobody-overspends",
    promise="what a cash account has, less what its open orders hold back, is never below zero, nor what it holds",
    effect=Effect.ALL_BOOKS,
    over="market_account",
    rows="""
SELECT NULL::bigint, 'account ' || a.number,
       a.deposits
       + COALESCE((SELECT sum(p.cash) FROM market_position p WHERE p.account_id = a.id), 0)
       - COALESCE((SELECT sum(o.reserved_amount) FROM market_order o WHERE o.account_id = a.id AND o.is_open), 0)
       - COALESCE((SELECT sum(c.reserved_amount) FROM market_inboxcommand c
                    WHERE c.account_id = a.id AND (c.reserved_amount > 0 OR c.reserved_lots > 0)), 0) >= 0
       AND NOT EXISTS (SELECT FROM market_position p WHERE p.account_id = a.id AND p.quantity_lots < 0)
  FROM market_account a
 WHERE a.id BETWEEN %(first)s AND %(last)s AND a.kind = 'CASH'
""",
)

RESERVATIONS = SqlLaw(
    name="reservations-are-sums",
    promise="what an account's running sums hold back is what its open orders do, instrument by instrument",
    effect=Effect.ALL_BOOKS,
    over="market_account",
    rows=f"""
SELECT NULL::bigint, 'account ' || a.number,
       NOT EXISTS (
           SELECT FROM (SELECT instrument_id, sum(reserved_amount) AS amount, count(*) AS order_count,
                               COALESCE(sum(leaves_qty_lots) FILTER (
                                   WHERE side = {Side.SELL.value} AND contingency_type = 0), 0) AS sell_lots
                          FROM market_order WHERE account_id = a.id AND is_open GROUP BY instrument_id) o
             FULL JOIN (SELECT instrument_id, sum(amount) AS amount, sum(order_count) AS order_count,
                               sum(sell_lots) AS sell_lots
                          FROM market_reservation WHERE account_id = a.id GROUP BY instrument_id) r
                 USING (instrument_id)
            WHERE (COALESCE(o.amount, 0), COALESCE(o.order_count, 0), COALESCE(o.sell_lots, 0))
               <> (COALESCE(r.amount, 0), COALESCE(r.order_count, 0), COALESCE(r.sell_lots, 0)))
  FROM market_account a
 WHERE a.id BETWEEN %(first)s AND %(last)s
""",
)

OPEN_ORDERS = SqlLaw(
    name="open-orders-within-limits",
    promise="no account has more orders open than its own limit allowed when the newest of them was taken on",
    effect=Effect.NOTHING,
    over="market_account",
    rows=f"""
SELECT NULL::bigint, 'account ' || a.number,
       o.open_orders <= a.open_orders_max
       OR EXISTS (SELECT FROM access_auditentry l
                   WHERE l.action = 'account.set_limits' AND l.subject = a.number
                     AND l.happened_at > o.newest - {A_MINUTE})
  FROM market_account a
 CROSS JOIN LATERAL (SELECT count(*) AS open_orders, max(created_at) AS newest FROM market_order
                      WHERE account_id = a.id AND is_open AND NOT is_liquidation) o
 WHERE a.id BETWEEN %(first)s AND %(last)s AND a.open_orders_max IS NOT NULL
""",
)

OPENED = SqlLaw(
    name="accounts-as-opened",
    promise="each account is of the kind and the currency that the audit log says it was opened with",
    effect=Effect.ALL_BOOKS,
    over="market_account",
    rows=f"""
SELECT NULL::bigint, 'account ' || a.number,
       (l.detail ->> 'kind', l.detail ->> 'currency') = (a.kind, a.currency)
       AND a.opened_at BETWEEN l.happened_at - {A_MINUTE} AND l.happened_at + {A_MINUTE}
  FROM market_account a
  LEFT JOIN LATERAL (SELECT * FROM access_auditentry l
                      WHERE l.action = 'account.open' AND l.subject = a.number ORDER BY l.id LIMIT 1) l ON true
 WHERE a.id BETWEEN %(first)s AND %(last)s
""",
)

GRANTS = SqlLaw(
    name="grants-as-given",
    promise="who may trade an account is its owner and whom staff granted it to, by the audit log",
    effect=Effect.ALL_BOOKS,
    over="market_accountgrant",
    rows=f"""
SELECT NULL::bigint, 'grant of ' || a.number || ' to ' || u.username,
       l.action IN ('account.open', 'account.grant')
       AND g.granted_at BETWEEN l.happened_at - {A_MINUTE} AND l.happened_at + {A_MINUTE}
  FROM market_accountgrant g
  JOIN market_account a ON a.id = g.account_id
  LEFT JOIN access_user u ON u.id = g.user_id
  LEFT JOIN LATERAL (SELECT * FROM access_auditentry l
                      WHERE l.subject = a.number
                        AND ((l.action = 'account.open' AND l.detail ->> 'owner' IN (u.username, u.guest_name))
                             OR (l.action IN ('account.grant', 'account.revoke')
                                 AND l.detail ->> 'username' IN (u.username, u.guest_name)))
                      ORDER BY l.id DESC LIMIT 1) l ON true
 WHERE g.id BETWEEN %(first)s AND %(last)s
""",
)

ENTRIES = SqlLaw(
    name="entries-as-recorded",
    promise="each ledger entry is what the audit log says was done, by whom, when and why",
    effect=Effect.ALL_BOOKS,
    over="market_ledgerentry",
    rows=f"""
SELECT NULL::bigint, 'ledger entry ' || e.id,
       CASE e.kind WHEN 'DEPOSIT' THEN e.amount > 0 WHEN 'WITHDRAWAL' THEN e.amount < 0 ELSE e.amount <> 0 END
       AND (m.id IS NULL OR (m.kind, m.account_id, m.note, m.status, m.decided_by_id)
                            = (e.kind, e.account_id, e.note, 'DONE', e.actor_id)
                            AND (m.kind = 'RESET' OR m.amount = abs(e.amount)))
       AND COALESCE((l.subject, (l.detail ->> 'amount')::numeric, l.detail ->> 'note', l.actor_id)
                    = (a.number, CASE WHEN m.id IS NULL THEN e.amount ELSE m.amount END, e.note, e.actor_id)
                    AND l.detail ->> 'reference' IS NOT DISTINCT FROM m.reference
                    AND l.action = 'account.' || lower(e.kind)
                    AND (e.kind <> 'RESET' OR (l.detail ->> 'posted')::numeric = e.amount)
                    AND e.posted_at BETWEEN l.happened_at - {A_MINUTE} AND l.happened_at + {A_MINUTE},
                    e.id < COALESCE(first.named, e.id + 1))
  FROM market_ledgerentry e
  JOIN market_account a ON a.id = e.account_id
  LEFT JOIN market_movement m ON m.id = e.movement_id
  LEFT JOIN access_auditentry l ON l.action IN ('account.deposit', 'account.withdrawal', 'account.reset')
                               AND (l.detail ->> 'entry')::bigint = e.id
 CROSS JOIN (SELECT min((detail ->> 'entry')::bigint) AS named FROM access_auditentry
              WHERE action IN ('account.deposit', 'account.withdrawal', 'account.reset')) first
 WHERE e.id BETWEEN %(first)s AND %(last)s
""",
)

MOVEMENTS = SqlLaw(
    name="movements-as-recorded",
    promise="each movement that is done has its entries and stands in the audit log; any other has moved nothing",
    effect=Effect.ALL_BOOKS,
    over="market_movement",
    rows=f"""
SELECT NULL::bigint, 'movement ' || m.reference,
       (m.status = 'DONE') = (done.id IS NOT NULL) AND (m.status = 'DECLINED') = (declined.id IS NOT NULL)
       AND (m.status = 'WAITING') = (m.decided_by_id IS NULL) AND (m.status = 'WAITING') = (m.decided_at IS NULL)
       AND (SELECT count(*) FROM market_ledgerentry e WHERE e.movement_id = m.id)
           <= CASE WHEN m.status = 'DONE' THEN 1 ELSE 0 END
       AND (m.status <> 'DONE' OR m.kind = 'RESET'
            OR EXISTS (SELECT FROM market_ledgerentry e WHERE e.movement_id = m.id))
       AND (m.status = 'DONE' OR NOT EXISTS (SELECT FROM market_positiontransfer p WHERE p.movement_id = m.id))
       AND (said.subject, said.detail ->> 'kind', (said.detail ->> 'amount')::numeric, said.detail ->> 'note',
            said.actor_id) = (a.number, m.kind, m.amount, m.note, m.proposed_by_id)
       AND m.proposed_at BETWEEN said.happened_at - {A_MINUTE} AND said.happened_at + {A_MINUTE}
       AND COALESCE(m.decided_by_id = decided.actor_id
                    AND m.decided_at BETWEEN decided.happened_at - {A_MINUTE} AND decided.happened_at + {A_MINUTE},
                    m.status = 'WAITING')
       AND (proposed.id IS NULL OR m.decided_by_id IS DISTINCT FROM m.proposed_by_id)
  FROM market_movement m
  JOIN market_account a ON a.id = m.account_id
  LEFT JOIN access_auditentry done ON done.detail ->> 'reference' = m.reference
                                  AND done.action = 'account.' || lower(m.kind)
  LEFT JOIN access_auditentry declined ON declined.detail ->> 'reference' = m.reference
                                      AND declined.action = 'account.decline'
  LEFT JOIN access_auditentry proposed ON proposed.detail ->> 'reference' = m.reference
                                      AND proposed.action = 'account.propose'
  LEFT JOIN access_auditentry said ON said.id = COALESCE(proposed.id, done.id)
  LEFT JOIN access_auditentry decided ON decided.id = COALESCE(done.id, declined.id)
 WHERE m.id BETWEEN %(first)s AND %(last)s
""",
)

TRANSFERS = SqlLaw(
    name="transfers-as-recorded",
    promise="each transfer of a movement is of one that is done, and stands behind a trade of its book",
    effect=Effect.THE_BOOK,
    over="market_positiontransfer",
    rows=f"""
SELECT p.instrument_id, 'transfer ' || p.id,
       (m.kind, m.status) = (p.kind, 'DONE') AND m.account_id IN (p.from_account_id, p.to_account_id)
       AND p.posted_at BETWEEN m.decided_at - {A_MINUTE} AND m.decided_at + {A_MINUTE}
       AND p.amount = 0
       AND p.lot_price = (l.detail #>> ARRAY['transfers', p.id::text, 'lot_price'])::numeric
       AND p.after_trade_seq = (l.detail #>> ARRAY['transfers', p.id::text, 'after_trade_seq'])::bigint
  FROM market_positiontransfer p
  LEFT JOIN market_movement m ON m.id = p.movement_id
  LEFT JOIN access_auditentry l ON l.detail ->> 'reference' = m.reference AND l.action = 'account.' || lower(m.kind)
 WHERE p.id BETWEEN %(first)s AND %(last)s AND p.corporate_action_id IS NULL
""",
)

SCHEDULES = SqlLaw(
    name="fees-as-decided",
    promise="each fee schedule is what the audit log says an operator decided",
    effect=Effect.THE_BOOK,
    over="market_feeschedule",
    rows=f"""
SELECT s.instrument_id, 'fee schedule ' || s.id,
       COALESCE((l.subject, (l.detail ->> 'from_trade_seq')::bigint, (l.detail ->> 'maker_bps')::numeric,
                 (l.detail ->> 'taker_bps')::numeric, (l.detail ->> 'maker_per_lot')::numeric,
                 (l.detail ->> 'taker_per_lot')::numeric)
                = (i.symbol, s.from_trade_seq, s.maker_bps, s.taker_bps, s.maker_per_lot, s.taker_per_lot)
                AND s.decided_at BETWEEN l.happened_at - {A_MINUTE} AND l.happened_at + {A_MINUTE},
                s.id < COALESCE(first.named, s.id + 1))
  FROM market_feeschedule s
  LEFT JOIN market_instrument i ON i.id = s.instrument_id
  LEFT JOIN access_auditentry l ON l.action IN ('instrument.set_fees', 'instrument.add')
                               AND (l.detail ->> 'fee_schedule')::bigint = s.id
 CROSS JOIN (SELECT min((detail ->> 'fee_schedule')::bigint) AS named FROM access_auditentry
              WHERE action IN ('instrument.set_fees', 'instrument.add')) first
 WHERE s.id BETWEEN %(first)s AND %(last)s
""",
)

LAWS = (DEPOSITS, SPENDING, RESERVATIONS, OPEN_ORDERS, OPENED, GRANTS, ENTRIES, MOVEMENTS, TRANSFERS, SCHEDULES)
