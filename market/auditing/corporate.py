"""Laws of corporate actions and of options: each is what the audit log says, and its transfers are what it says."""

from market.auditing.accounts import A_MINUTE
from market.auditing.law import Effect, SqlLaw

ACTIONS = SqlLaw(
    name="corporate-actions-as-recorded",
    promise="each corporate action is what the audit log says; what has ended has left no position",
    effect=Effect.ALL_BOOKS,
    over="market_corporateaction",
    rows=f"""
SELECT c.instrument_id, 'corporate action ' || c.reference,
       (c.status IN ('UNDERWAY', 'DONE')) = (done.id IS NOT NULL)
       AND (c.status = 'DECLINED') = (declined.id IS NOT NULL)
       AND (c.status = 'WAITING') = (c.decided_at IS NULL)
       AND (c.status = 'WAITING' OR c.proposed_by_id IS NULL AND c.kind = 'EXPIRY') = (c.decided_by_id IS NULL)
       AND (said.subject, said.detail ->> 'kind', said.detail ->> 'note') = (i.symbol, c.kind, c.note)
       AND said.actor_id IS NOT DISTINCT FROM c.proposed_by_id
       AND ((said.detail ->> 'new_units')::int, (said.detail ->> 'old_units')::int)
           IS NOT DISTINCT FROM (c.new_units, c.old_units)
       AND (last.detail ->> 'amount')::numeric IS NOT DISTINCT FROM c.amount
       AND ((done.detail ->> 'after_trade_seq')::bigint, (done.detail ->> 'after_transfer_id')::bigint)
           IS NOT DISTINCT FROM (c.after_trade_seq, c.after_transfer_id)
       AND c.proposed_at BETWEEN said.happened_at - {A_MINUTE} AND said.happened_at + {A_MINUTE}
       AND (c.status = 'WAITING'
            OR c.decided_by_id IS NOT DISTINCT FROM last.actor_id
               AND c.decided_at BETWEEN last.happened_at - {A_MINUTE} AND last.happened_at + {A_MINUTE})
       AND (proposed.id IS NULL OR c.decided_by_id IS DISTINCT FROM c.proposed_by_id)
       AND (c.kind NOT IN ('DELISTING', 'EXPIRY') OR c.status <> 'DONE'
            OR i.delisted_at IS NOT NULL
               AND NOT EXISTS (SELECT FROM market_position p
                                WHERE p.instrument_id = c.instrument_id AND p.quantity_lots <> 0))
  FROM market_corporateaction c
  JOIN market_instrument i ON i.id = c.instrument_id
  LEFT JOIN access_auditentry done ON done.detail ->> 'reference' = c.reference
                                  AND done.action = 'corporate.' || lower(c.kind)
  LEFT JOIN access_auditentry declined ON declined.detail ->> 'reference' = c.reference
                                      AND declined.action = 'corporate.decline'
  LEFT JOIN access_auditentry proposed ON proposed.detail ->> 'reference' = c.reference
                                      AND proposed.action = 'corporate.propose'
  LEFT JOIN access_auditentry said ON said.id = COALESCE(proposed.id, done.id)
  LEFT JOIN access_auditentry last ON last.id = COALESCE(done.id, declined.id, proposed.id)
 WHERE c.id BETWEEN %(first)s AND %(last)s
""",
)

TRANSFERS = SqlLaw(
    name="transfers-of-actions",
    promise="each transfer of a corporate action is one that its terms allow, with the exchange's own account",
    effect=Effect.THE_BOOK,
    over="market_positiontransfer",
    rows=f"""
SELECT p.instrument_id, 'transfer ' || p.id,
       (c.kind, c.instrument_id, c.after_trade_seq) = (p.kind, p.instrument_id, p.after_trade_seq)
       AND c.status IN ('UNDERWAY', 'DONE') AND p.id > c.after_transfer_id
       AND 'EXCHANGE-' || i.currency IN (giver.number, taker.number)
       AND CASE c.kind WHEN 'DIVIDEND' THEN (p.quantity_lots, p.lot_price) = (0, 0)
                       WHEN 'SPLIT' THEN p.lot_price = 0
                       ELSE (p.lot_price, p.amount) = (c.amount * i.lot_size, 0) END
       AND p.posted_at BETWEEN c.decided_at - {A_MINUTE}
                           AND CASE WHEN c.kind IN ('DELISTING', 'EXPIRY') THEN clock_timestamp()
                                    ELSE c.decided_at END + {A_MINUTE}
  FROM market_positiontransfer p
  JOIN market_corporateaction c ON c.id = p.corporate_action_id
  JOIN market_instrument i ON i.id = p.instrument_id
  LEFT JOIN market_account giver ON giver.id = p.from_account_id
  LEFT JOIN market_account taker ON taker.id = p.to_account_id
 WHERE p.id BETWEEN %(first)s AND %(last)s
""",
)

OPTIONS = SqlLaw(
    name="options-as-listed",
    promise="each option is what the audit log says was listed, and is settled by what the closing price makes of that",
    effect=Effect.THE_BOOK,
    over="market_optioncontract",
    key="instrument_id",
    rows="""
SELECT o.instrument_id, 'option ' || i.symbol,
       (l.detail ->> 'underlying', l.detail ->> 'put_or_call') = (u.symbol, (ARRAY['PUT', 'CALL'])[o.put_or_call + 1])
       AND ((l.detail ->> 'strike_price')::numeric, (l.detail ->> 'contract_multiplier')::numeric)
           = (o.strike_price, i.lot_size)
       AND (l.detail ->> 'expires_at')::timestamptz = o.expires_at
       AND ((done.detail ->> 'settlement_price')::numeric, COALESCE(done.detail ->> 'settlement_basis', ''))
           IS NOT DISTINCT FROM (o.settlement_price, o.settlement_basis)
       AND (i.delisted_at IS NULL) = (c.id IS NULL)
       AND c.amount IS NOT DISTINCT FROM
           greatest(CASE WHEN c.id IS NULL THEN NULL ELSE 0 END,
                    (o.settlement_price - o.strike_price) * CASE o.put_or_call WHEN 1 THEN 1 ELSE -1 END)
  FROM market_optioncontract o
  JOIN market_instrument i ON i.id = o.instrument_id
  LEFT JOIN market_instrument u ON u.id = o.underlying_id
  LEFT JOIN access_auditentry l ON l.action = 'instrument.add_option' AND l.subject = i.symbol
  LEFT JOIN market_corporateaction c ON c.instrument_id = o.instrument_id AND c.status IN ('UNDERWAY', 'DONE')
  LEFT JOIN access_auditentry done ON done.detail ->> 'reference' = c.reference AND done.action = 'corporate.expiry'
 WHERE o.instrument_id BETWEEN %(first)s AND %(last)s
""",
)

LAWS = (ACTIONS, TRANSFERS, OPTIONS)
