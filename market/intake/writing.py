"""What intake writes: orders, and commands for the matcher."""

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection

from market import arrays, prepared
from market.command_terms import ORDER_FIELDS, PLAIN, CommandTerms, WrittenTerms
from market.intake.transaction import correlation_id
from vocabulary.commands import CommandKind
from vocabulary.orders import OrdStatus, Side
from vocabulary.rejects import RejectReason

NO_PRICE = -1


class NewOrderRow(NamedTuple):
    """An order as intake writes it down. A rejected one carries its reason and is closed from the start.

    ``content_hash`` is what its ticket says, for whoever uses the ClOrdID again.
    """

    order_id: int
    account_id: int
    instrument_id: int
    cl_ord_id: str
    content_hash: bytes
    side: int
    ord_type: int
    time_in_force: int
    price_ticks: int | None
    protection_ticks: int
    order_qty_lots: int
    reserved_amount: Decimal
    reject_reason: RejectReason
    reject_text: str
    terms: WrittenTerms | None = None


PLAIN_COLUMNS = NewOrderRow._fields[:-1]
ARRAY_OF: dict[str, Callable[[Iterable[Any]], str]] = {
    "cl_ord_id": arrays.of_texts,
    "content_hash": arrays.of_bytes,
    "reject_text": arrays.of_texts,
}
"""How the columns become arrays that are not numbers."""


class InboxRow(NamedTuple):
    """A command for the matcher that enters no order."""

    kind: CommandKind
    instrument_id: int
    order_id: int = 0
    account_id: int = 0
    side: int = 0
    ord_type: int = 0
    time_in_force: int = 0
    price_ticks: int = NO_PRICE
    order_qty_lots: int = 0
    reserved_amount: Decimal = Decimal(0)
    reserved_lots: int = 0
    terms: CommandTerms = PLAIN
    reason: str = ""


INSERT_ORDERS = """
WITH ticket AS (
    SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::text[], %s::bytea[], %s::int[], %s::int[],
                         %s::int[], %s::bigint[], %s::bigint[], %s::bigint[], %s::numeric[], %s::int[],
                         %s::text[]{arrays})
             WITH ORDINALITY
        AS t (order_id, account_id, instrument_id, cl_ord_id, content_hash, side, ord_type, time_in_force,
              price_ticks, protection_ticks, order_qty_lots, reserved_amount, reject_reason, reject_text{names}, place)
), claimed AS (
    INSERT INTO market_clordiduse (account_id, cl_ord_id, content_hash, order_id, outcome, outcome_text, used_at)
    SELECT account_id, cl_ord_id, content_hash, order_id, reject_reason, reject_text, now() FROM ticket
), written AS (
    INSERT INTO market_order (id, account_id, instrument_id, cl_ord_id, side, ord_type, time_in_force, price_ticks,
                              order_qty_lots, cum_qty_lots, leaves_qty_lots, cum_tick_lots, ord_status, is_open,
                              reserved_amount, reject_reason, reject_text, created_at, transact_time, contingency_type)
    SELECT order_id, account_id, instrument_id, cl_ord_id, side, ord_type, time_in_force, price_ticks,
           order_qty_lots, 0, CASE WHEN reject_reason = -1 THEN order_qty_lots ELSE 0 END, 0,
           CASE WHEN reject_reason = -1 THEN %s ELSE %s END, reject_reason = -1,
           reserved_amount, reject_reason, reject_text, now(), now(), {contingency}
      FROM ticket
), reserved AS (
    INSERT INTO market_reservation AS r (account_id, instrument_id, by_matcher, amount, sell_lots, order_count)
    SELECT account_id, instrument_id, false, sum(reserved_amount),
           COALESCE(sum(order_qty_lots) FILTER (WHERE side = %s AND {contingency} = 0), 0), count(*)
      FROM ticket WHERE reject_reason = -1 GROUP BY account_id, instrument_id ORDER BY account_id, instrument_id
        ON CONFLICT (account_id, instrument_id, by_matcher) DO UPDATE
       SET amount = r.amount + excluded.amount, sell_lots = r.sell_lots + excluded.sell_lots,
           order_count = r.order_count + excluded.order_count
)
INSERT INTO market_inboxcommand (instrument_id, kind, order_id, account_id, side, ord_type, time_in_force, price_ticks,
                                 order_qty_lots, reserved_amount, reserved_lots, accepted_at, correlation_id, terms)
SELECT instrument_id, %s, order_id, account_id, side, ord_type, time_in_force, protection_ticks,
       order_qty_lots, 0, 0, now(), %s, {terms}
  FROM ticket
 WHERE reject_reason = -1
 ORDER BY place
"""


INSERT_PLAIN = INSERT_ORDERS.format(arrays="", names="", contingency="0", terms="NULL")


INSERT_WITH_TERMS = INSERT_ORDERS.format(
    arrays=", %s::text[], %s::int[]",
    names=", terms, contingency_type",
    contingency="contingency_type",
    terms="NULLIF(terms, '')::bigint[]",
)


INSERT_TERMS = f"""
INSERT INTO market_orderterms (order_id, limit_price_ticks, protection_px_ticks, {", ".join(ORDER_FIELDS)})
SELECT * FROM unnest({", ".join(["%s::bigint[]"] * (3 + len(ORDER_FIELDS)))})
"""


def insert_orders(rows: Sequence[NewOrderRow]) -> None:
    """Claim the ClOrdIDs of orders, write these down and put the accepted ones before the matcher, in the order given.

    None of the ClOrdIDs may have been used before.
    """
    columns = [
        ARRAY_OF.get(name, arrays.of_numbers)(column)
        for name, column in zip(PLAIN_COLUMNS, list(zip(*rows, strict=True))[:-1], strict=True)
    ]
    with_terms = [row for row in rows if row.terms is not None]
    if with_terms:
        columns += [
            arrays.of_texts(_terms_array(row.terms) for row in rows),
            arrays.of_numbers(0 if row.terms is None else row.terms.command.contingency_type for row in rows),
        ]
    with prepared.cursor() as cursor:
        cursor.execute(
            INSERT_WITH_TERMS if with_terms else INSERT_PLAIN,
            [*columns, OrdStatus.PENDING_NEW, OrdStatus.REJECTED, Side.SELL, CommandKind.NEW_ORDER, correlation_id()],
        )
        if with_terms:
            cursor.execute(INSERT_TERMS, _terms_columns(with_terms))


def _terms_columns(rows: Sequence[NewOrderRow]) -> list[str]:
    written = []
    for row in rows:
        assert row.terms is not None, "only orders with terms have a row of them"
        of_order = row.terms.command[: len(ORDER_FIELDS)]
        written.append((row.order_id, row.terms.limit_price_ticks, row.terms.protection_px_ticks, *of_order))
    return [arrays.of_numbers(column) for column in zip(*written, strict=True)]


def _terms_array(terms: WrittenTerms | None) -> str:
    return "" if terms is None else _array_of(terms.command)


def _array_of(terms: CommandTerms) -> str:
    """The terms that the core is told, as the text of an array; empty for none."""
    return "" if terms == PLAIN else arrays.of_numbers(int(term) for term in terms)


INSERT_INBOX = """
INSERT INTO market_inboxcommand (kind, instrument_id, order_id, account_id, side, ord_type, time_in_force, price_ticks,
                                 order_qty_lots, reserved_amount, reserved_lots, terms, reason, accepted_at,
                                 correlation_id)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, now(), %s)
RETURNING id
"""


def insert_inbox(row: InboxRow) -> int:
    """Put one command before the matcher; its place in the inbox."""
    terms = None if row.terms == PLAIN else [int(term) for term in row.terms]
    with connection.cursor() as cursor:
        cursor.execute(INSERT_INBOX, [*row[:-2], terms, row.reason, correlation_id()])
        return int(cursor.fetchone()[0])


INSERT_REPLACEMENTS = """
INSERT INTO market_inboxcommand (kind, instrument_id, order_id, account_id, side, ord_type, time_in_force, price_ticks,
                                 order_qty_lots, reserved_amount, reserved_lots, terms, reason, accepted_at,
                                 correlation_id)
SELECT kind, instrument_id, order_id, account_id, side, ord_type, time_in_force, price_ticks,
       order_qty_lots, reserved_amount, reserved_lots, NULLIF(terms, '')::bigint[], '', now(), %s
  FROM unnest(%s::int[], %s::bigint[], %s::bigint[], %s::bigint[], %s::int[], %s::int[], %s::int[],
              %s::bigint[], %s::bigint[], %s::numeric[], %s::bigint[], %s::text[])
       WITH ORDINALITY
    AS r (kind, instrument_id, order_id, account_id, side, ord_type, time_in_force, price_ticks,
          order_qty_lots, reserved_amount, reserved_lots, terms, place)
 ORDER BY place
"""


def insert_replacements(rows: Sequence[InboxRow]) -> None:
    """Put replacements before the matcher, in this order."""
    if rows:
        *numbers, terms, _ = zip(*rows, strict=True)
        columns = [*map(arrays.of_numbers, numbers), arrays.of_texts(map(_array_of, terms))]
        with connection.cursor() as cursor:
            cursor.execute(INSERT_REPLACEMENTS, [correlation_id(), *columns])


EXPIRE_OPEN = """
INSERT INTO market_inboxcommand (kind, instrument_id, order_id, account_id, side, ord_type, time_in_force, price_ticks,
                                 order_qty_lots, reserved_amount, reserved_lots, reason, accepted_at, correlation_id)
SELECT %s, instrument_id, id, account_id, 0, 0, 0, -1, 0, 0, 0, '', now(), %s
  FROM market_order WHERE instrument_id = %s AND is_open ORDER BY id
"""


def expire_open_orders(instrument_id: int) -> None:
    """Let every order of a book that is open now expire, whatever its time in force."""
    with connection.cursor() as cursor:
        cursor.execute(EXPIRE_OPEN, [CommandKind.EXPIRE, correlation_id(), instrument_id])


INSERT_CANCELS = """
INSERT INTO market_inboxcommand (kind, instrument_id, order_id, account_id, side, ord_type, time_in_force, price_ticks,
                                 order_qty_lots, reserved_amount, reserved_lots, reason, accepted_at, correlation_id)
SELECT %s, instrument_id, order_id, account_id, 0, 0, 0, %s, 0, 0, 0, '', now(), %s
  FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[])
       WITH ORDINALITY AS c (instrument_id, order_id, account_id, place)
 ORDER BY place
"""


def insert_cancels(orders: Sequence[tuple[int, int, int]]) -> None:
    """Put cancels of orders, each its instrument's, its own and its account's id, before the matcher in this order."""
    if orders:
        columns = [arrays.of_numbers(column) for column in zip(*orders, strict=True)]
        with connection.cursor() as cursor:
            cursor.execute(INSERT_CANCELS, [CommandKind.CANCEL, NO_PRICE, correlation_id(), *columns])


def mark_liquidation(order_id: int) -> None:
    """Mark an order, in the transaction that writes it down, as one by which the exchange closes a position."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE market_order SET is_liquidation = true WHERE id = %s", [order_id])
