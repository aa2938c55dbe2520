"""Laws of what waits: no command is passed over, and no session outlives its time, while their books go on.

Nothing is held against a clock: where nobody matches, everything may wait.
"""

from market.auditing.law import Effect, SqlLaw
from vocabulary.commands import CommandKind

A_MINUTE = "interval '1 minute'"

PASSED_OVER = SqlLaw(
    name="nobody-is-passed-over",
    promise="the newest order that a book has taken is not a minute younger than what still waits for it",
    effect=Effect.NOTHING,
    over="market_inboxcommand",
    rows=f"""
SELECT w.instrument_id, 'command ' || w.id || ' of book ' || w.instrument_id,
       COALESCE((SELECT o.created_at FROM market_order o
                  WHERE o.id = (SELECT c.order_id FROM market_journalcommand c
                                 WHERE c.instrument_id = w.instrument_id AND c.kind = {CommandKind.NEW_ORDER.value}
                                 ORDER BY c.command_seq DESC LIMIT 1)) <= w.accepted_at + {A_MINUTE}, true)
  FROM market_inboxcommand w
 WHERE w.id BETWEEN %(first)s AND %(last)s
""",
)

SESSIONS = SqlLaw(
    name="sessions-end-in-time",
    promise="no session whose time is over is still there a minute later while books take commands",
    effect=Effect.NOTHING,
    over="market_sessionlease",
    rows=f"""
SELECT NULL::bigint, 'session ' || s.session || ' of account ' || s.account_id,
       COALESCE(newest.committed_at <= s.expires_at + {A_MINUTE}, true)
  FROM market_sessionlease s
 CROSS JOIN (SELECT max(v.committed_at) AS committed_at
               FROM market_book b
               JOIN market_batch v ON (v.instrument_id, v.book_version) = (b.instrument_id, b.book_version)
               JOIN market_journalcommand c ON (c.instrument_id, c.command_seq) = (v.instrument_id, v.last_command_seq)
              WHERE c.inbox_id > 0) newest
 WHERE s.id BETWEEN %(first)s AND %(last)s
""",
)

LAWS = (PASSED_OVER, SESSIONS)
