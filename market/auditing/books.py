"""Laws of books: the row stands where the journal does, which replays, and the orders at rest are those in rows."""

import matching
from market.auditing import snapshot
from market.auditing.law import DIFFERENCES_SHOWN, BookLaw, Effect, Found, SqlLaw
from market.journal import BrokenJournal
from market.matcher import restoring, verification
from market.models import Instrument
from vocabulary.orders import OrdStatus
from vocabulary.phases import TradingPhase

COUNTERS = SqlLaw(
    name="books-stand-where-journals-do",
    promise="each book's counters are its journal's last numbers, its fees the newest schedule, and it is not crossed",
    effect=Effect.THE_BOOK,
    over="market_book",
    key="instrument_id",
    piece_rows=50,
    rows=f"""
SELECT b.instrument_id, 'book ' || b.instrument_id,
       (b.command_seq, b.event_seq, b.book_version)
       = (greatest(COALESCE((SELECT max(c.command_seq) FROM market_journalcommand c
                              WHERE c.instrument_id = b.instrument_id), 0), x.last_command_seq),
          greatest(COALESCE((SELECT max(e.event_seq) FROM market_journalevent e
                              WHERE e.instrument_id = b.instrument_id), 0), x.last_event_seq),
          greatest(COALESCE((SELECT max(v.book_version) FROM market_batch v
                              WHERE v.instrument_id = b.instrument_id), 0), x.last_book_version))
       AND b.trade_seq = greatest(COALESCE((SELECT max(t.trade_seq) FROM market_trade t
                                             WHERE t.instrument_id = b.instrument_id), 0), x.last_trade_seq)
       AND b.fee_schedule_id IS NOT DISTINCT FROM
           (SELECT max(s.id) FROM market_feeschedule s WHERE s.instrument_id = b.instrument_id)
       AND (b.phase <> {TradingPhase.CONTINUOUS.value} OR COALESCE(b.bid_ticks < b.offer_ticks, true))
  FROM market_book b
 CROSS JOIN LATERAL (SELECT COALESCE(max(x.last_command_seq), 0) AS last_command_seq,
                            COALESCE(max(x.last_event_seq), 0) AS last_event_seq,
                            COALESCE(max(x.last_trade_seq), 0) AS last_trade_seq,
                            COALESCE(max(x.last_book_version), 0) AS last_book_version
                       FROM market_journalexport x WHERE x.instrument_id = b.instrument_id) x
 WHERE b.instrument_id BETWEEN %(first)s AND %(last)s
""",
)

AT_REST = f"""
SELECT id, account_id, side, COALESCE(price_ticks, {matching.NO_PRICE}), order_qty_lots, leaves_qty_lots
  FROM market_order
 WHERE instrument_id = %s AND is_open AND ord_status <> {OrdStatus.PENDING_NEW.value} ORDER BY id
"""
COLUMNS = ("order_id", "account_id", "side", "price_ticks", "order_qty_lots", "leaves_qty_lots")


def _check_orders_at_rest(instrument_id: int) -> Found:
    """Compare the open orders' rows with the book restored to the command at which they were read."""
    with snapshot.of_the_database():
        ((command_seq,),) = snapshot.fetch(
            "SELECT command_seq FROM market_book WHERE instrument_id = %s", [instrument_id]
        )
        in_rows = {row[0]: row for row in snapshot.fetch(AT_REST, [instrument_id])}
    try:
        book = restoring.at_command(instrument_id, command_seq=command_seq)
    except (BrokenJournal, ValueError) as error:
        return Found(1, 1, (str(error),), frozenset([instrument_id]))
    in_book = {int(row["order_id"]): tuple(int(row[name]) for name in COLUMNS) for row in book.orders()}
    order_ids = sorted(in_rows.keys() | in_book.keys())
    broken = [order_id for order_id in order_ids if in_rows.get(order_id) != in_book.get(order_id)]
    return Found(
        rows=len(order_ids),
        differing=len(broken),
        differences=tuple(f"order {one} at rest in book {instrument_id}" for one in broken[:DIFFERENCES_SHOWN]),
        instrument_ids=frozenset([instrument_id] if broken else []),
    )


def _check_journal(instrument_id: int) -> Found:
    verdict = verification.verify(Instrument.objects.get(pk=instrument_id))
    if not verdict.fault:
        return Found(rows=verdict.events)
    return Found(verdict.events, 1, (f"{verdict.symbol}: {verdict.fault}",), frozenset([instrument_id]))


ORDERS_AT_REST = BookLaw(
    name="books-hold-the-open-orders",
    promise="the orders at rest in the book, restored from its journal, are those whose rows are open",
    effect=Effect.THE_BOOK,
    check=_check_orders_at_rest,
)

JOURNALS = BookLaw(
    name="journals-replay",
    promise="replayed, each journal gives its events, trades, digests, seals and snapshots byte for byte",
    effect=Effect.THE_BOOK,
    check=_check_journal,
)

LAWS = (COUNTERS, ORDERS_AT_REST)
