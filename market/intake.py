"""The acknowledging transaction: what it reads under lock and what it writes.

Each statement serves one order or a thousand, so that a batch costs little more than a single order.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple
from uuid import UUID, uuid4

import structlog
from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction
from psycopg import errors as postgres_errors

from market import arrays
from market.command_terms import ORDER_FIELDS, PLAIN, CommandTerms, WrittenTerms
from market.errors import InProgress, OutcomeUnknown, Unavailable
from market.rows import LinkedOrder, ListedInstrument, Means, TradedAccount
from vocabulary import limits
from vocabulary.commands import CommandKind
from vocabulary.orders import ContingencyType, OrdStatus, Side
from vocabulary.phases import TradingPhase
from vocabulary.rejects import RejectReason
from vocabulary.roles import AccountKind
from vocabulary.units import TradingUnits, plain

NO_PRICE = -1


class ClOrdIdClaim(NamedTuple):
    """A ClOrdID that this request has just made its own, with its order id and the time of its transaction."""

    account_id: int
    cl_ord_id: str
    order_id: int
    used_at: datetime


class EarlierUse(NamedTuple):
    """An earlier use of a ClOrdID and what became of it."""

    content_hash: bytes
    order_id: int
    outcome: RejectReason
    outcome_text: str


class NewOrderRow(NamedTuple):
    """An order as intake writes it down. A rejected one carries its reason and is closed from the start."""

    order_id: int
    account_id: int
    instrument_id: int
    cl_ord_id: str
    side: int
    ord_type: int
    time_in_force: int
    price_ticks: int | None
    protection_ticks: int
    order_qty_lots: int
    reserved_amount: Decimal
    reject_reason: int
    reject_text: str
    terms: WrittenTerms | None = None


PLAIN_COLUMNS = NewOrderRow._fields[:-1]
TEXT_COLUMNS = ("cl_ord_id", "reject_text")


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


@contextmanager
def acknowledging_transaction() -> Iterator[None]:
    """The outermost transaction whose commit is the acknowledgement; bounded waits inside.

    Raises InProgress when another request holds what this one needs, Unavailable when the database is away before the
    commit, OutcomeUnknown when it goes away during it.
    """
    is_committing = False
    try:
        with transaction.atomic(durable=True):
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT set_config('lock_timeout', %s, true), set_config('statement_timeout', %s, true)",
                    [str(limits.INTAKE_LOCK_TIMEOUT_MS), str(limits.INTAKE_STATEMENT_TIMEOUT_MS)],
                )
            yield
            is_committing = True
    except (OperationalError, InterfaceError) as error:
        raise _refusal(error, is_committing=is_committing) from error


def _refusal(error: DatabaseError | InterfaceError, *, is_committing: bool) -> Exception:
    if isinstance(error.__cause__, postgres_errors.LockNotAvailable):
        return InProgress("Another request is working on the same account or cl_ord_id; ask again.")
    if is_committing:
        return OutcomeUnknown("The outcome is not known; ask again with the same cl_ord_id.")
    return Unavailable("The exchange's database is not available; try again.")


INSTRUMENTS = """
SELECT i.id, i.symbol, i.currency, i.tick_size, i.lot_size, i.reference_price, i.low_limit_ticks, i.high_limit_ticks,
       i.order_qty_lots_max, b.phase, b.phase_reason, b.bid_ticks, b.offer_ticks, b.last_px_ticks,
       b.reference_ticks
  FROM market_instrument i JOIN market_book b ON b.instrument_id = i.id
 WHERE i.symbol = ANY(%s)
"""


def instruments(symbols: Iterable[str]) -> dict[str, ListedInstrument]:
    """The instruments with these symbols; unknown ones are left out."""
    rows = _fetch(INSTRUMENTS, [sorted(set(symbols))])
    return {row[1]: _listed(row) for row in rows}


def instrument_by_id(instrument_id: int) -> ListedInstrument:
    """One instrument by its id, which must exist."""
    rows = _fetch(INSTRUMENTS.replace("i.symbol = ANY(%s)", "i.id = %s"), [instrument_id])
    return _listed(rows[0])


def _listed(row: tuple[Any, ...]) -> ListedInstrument:
    instrument_id, symbol, currency, tick_size, lot_size, reference_price, *rules = row
    low_limit_ticks, high_limit_ticks, order_qty_lots_max, phase, reason, bid, offer, last, book_reference = rules
    units = TradingUnits(tick_size=plain(tick_size), lot_size=plain(lot_size))
    return ListedInstrument(
        instrument_id=instrument_id,
        symbol=symbol,
        currency=currency,
        units=units,
        reference_ticks=units.to_ticks(reference_price),
        low_limit_ticks=low_limit_ticks,
        high_limit_ticks=high_limit_ticks,
        order_qty_lots_max=order_qty_lots_max,
        phase=TradingPhase(phase),
        phase_reason=reason,
        bid_ticks=bid,
        offer_ticks=offer,
        last_px_ticks=last,
        book_reference_ticks=book_reference,
    )


LOCK_ACCOUNTS = """
SELECT a.id, a.number, a.kind, a.currency
  FROM market_account a JOIN market_accountgrant g ON g.account_id = a.id
 WHERE g.user_id = %s AND a.number = ANY(%s)
 ORDER BY a.id
   FOR NO KEY UPDATE OF a
"""


def lock_accounts(numbers: Iterable[str], *, user_id: int) -> dict[str, TradedAccount]:
    """Lock those of the accounts that the user may trade, in one order for everybody; others are left out."""
    rows = _fetch(LOCK_ACCOUNTS, [user_id, sorted(set(numbers))])
    return {row[1]: TradedAccount(row[0], row[1], AccountKind(row[2]), row[3]) for row in rows}


CLAIM = """
INSERT INTO market_clordiduse (account_id, cl_ord_id, content_hash, order_id, outcome, outcome_text, used_at)
SELECT u.account_id, u.cl_ord_id, u.content_hash,
       COALESCE(u.order_id, nextval('market_order_id_seq')), -1, '', now()
  FROM unnest(%s::bigint[], %s::text[], %s::bytea[], %s::bigint[])
       AS u (account_id, cl_ord_id, content_hash, order_id)
 ORDER BY u.account_id, u.cl_ord_id
    ON CONFLICT (account_id, cl_ord_id) DO NOTHING
RETURNING account_id, cl_ord_id, order_id, used_at
"""


def claim(uses: Sequence[tuple[int, str, bytes, int | None]]) -> list[ClOrdIdClaim]:
    """Claim ClOrdIDs; an order id of None gets the next one. Ids that were used before are left out.

    The claims are made in sorted order, so that two batches with the same ids cannot wait for each other in a ring.
    """
    account_ids, cl_ord_ids, hashes, order_ids = zip(*uses, strict=True)
    columns = [
        arrays.of_numbers(account_ids),
        arrays.of_texts(cl_ord_ids),
        arrays.of_bytes(hashes),
        arrays.of_numbers(order_ids),
    ]
    return [ClOrdIdClaim(*row) for row in _fetch(CLAIM, columns)]


EARLIER_USES = """
SELECT c.account_id, c.cl_ord_id, c.content_hash, c.order_id, c.outcome, c.outcome_text
  FROM market_clordiduse c
  JOIN unnest(%s::bigint[], %s::text[]) AS u (account_id, cl_ord_id)
    ON u.account_id = c.account_id AND u.cl_ord_id = c.cl_ord_id
"""


def earlier_uses(keys: Sequence[tuple[int, str]]) -> dict[tuple[int, str], EarlierUse]:
    """What these ClOrdIDs were used for before."""
    account_ids, cl_ord_ids = zip(*keys, strict=True)
    return {
        (row[0], row[1]): EarlierUse(bytes(row[2]), row[3], RejectReason(row[4]), row[5])
        for row in _fetch(EARLIER_USES, [arrays.of_numbers(account_ids), arrays.of_texts(cl_ord_ids)])
    }


def note_outcome(*, account_id: int, cl_ord_id: str, reason: RejectReason, text: str) -> None:
    """Record that the ticket with this ClOrdID was rejected, for ever."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE market_clordiduse SET outcome = %s, outcome_text = %s WHERE account_id = %s AND cl_ord_id = %s",
            [reason, text, account_id, cl_ord_id],
        )


BUYING_POWER = """
SELECT a.id,
       a.deposits
       + COALESCE((SELECT sum(p.cash) FROM market_position p WHERE p.account_id = a.id), 0)
       - COALESCE(o.reserved, 0)
       - COALESCE((SELECT sum(c.reserved_amount) FROM market_inboxcommand c
                    WHERE c.account_id = a.id AND (c.reserved_amount > 0 OR c.reserved_lots > 0)), 0),
       COALESCE(o.open_orders, 0)
  FROM market_account a
  LEFT JOIN LATERAL (SELECT sum(reserved_amount) AS reserved, count(*) AS open_orders
                       FROM market_order WHERE account_id = a.id AND is_open) o ON true
 WHERE a.id = ANY(%s)
"""
SELLABLE = """
SELECT k.account_id, k.instrument_id,
       COALESCE((SELECT p.quantity_lots FROM market_position p
                  WHERE p.account_id = k.account_id AND p.instrument_id = k.instrument_id), 0)
       - COALESCE((SELECT sum(o.leaves_qty_lots) FROM market_order o
                    WHERE o.account_id = k.account_id AND o.instrument_id = k.instrument_id
                      AND o.is_open AND o.side = %(sell)s AND o.contingency_type = 0), 0)
       - COALESCE((SELECT sum(g.lots) FROM (
                   SELECT max(CASE WHEN o.contingency_type = %(one_cancels)s
                                   THEN greatest(0, o.leaves_qty_lots - CASE WHEN p.is_open THEN p.leaves_qty_lots
                                                                             ELSE 0 END)
                                   WHEN p.is_open AND p.side <> %(sell)s
                                   THEN least(o.leaves_qty_lots, p.cum_qty_lots)
                                   ELSE o.leaves_qty_lots END) AS lots
                     FROM market_order o
                     JOIN market_orderterms t ON t.order_id = o.id
                     JOIN market_order p ON p.id = t.linked_order_id
                    WHERE o.account_id = k.account_id AND o.instrument_id = k.instrument_id
                      AND o.is_open AND o.side = %(sell)s AND o.contingency_type > 0
                    GROUP BY t.linked_order_id, o.contingency_type) g), 0)
       - COALESCE((SELECT sum(c.reserved_lots) FROM market_inboxcommand c
                    WHERE c.account_id = k.account_id AND c.instrument_id = k.instrument_id
                      AND (c.reserved_amount > 0 OR c.reserved_lots > 0)), 0)
  FROM unnest(%(account_ids)s::bigint[], %(instrument_ids)s::bigint[]) AS k (account_id, instrument_id)
"""


def means_of(account_ids: Sequence[int], *, sells: Sequence[tuple[int, int]]) -> dict[int, Means]:
    """What locked cash accounts can spend, and sell of the (account, instrument) pairs in ``sells``.

    Only intake takes means away, under the account's lock that the caller holds; a matcher only gives back or moves
    them. So a figure read here is never too high. Of linked orders to sell, those of which one cancels the other count
    once, with the larger; those held until a purchase is done count with what it has bought so far.
    """
    if not account_ids:
        return {}
    means = {
        row[0]: Means(buying_power=row[1], open_orders=row[2]) for row in _fetch(BUYING_POWER, [list(account_ids)])
    }
    if sells:
        accounts_of, instruments_of = (list(column) for column in zip(*sells, strict=True))
        wanted = {
            "sell": Side.SELL.value,
            "one_cancels": ContingencyType.ONE_CANCELS_THE_OTHER.value,
            "account_ids": accounts_of,
            "instrument_ids": instruments_of,
        }
        for account_id, instrument_id, lots in _fetch(SELLABLE, wanted):
            means[account_id].sellable_lots[instrument_id] = int(lots)
    return means


INSERT_ORDERS = """
WITH ticket AS (
    SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::text[], %s::int[], %s::int[], %s::int[],
                         %s::bigint[], %s::bigint[], %s::bigint[], %s::numeric[], %s::int[], %s::text[]{arrays})
             WITH ORDINALITY
        AS t (order_id, account_id, instrument_id, cl_ord_id, side, ord_type, time_in_force,
              price_ticks, protection_ticks, order_qty_lots, reserved_amount, reject_reason, reject_text{names}, place)
), written AS (
    INSERT INTO market_order (id, account_id, instrument_id, cl_ord_id, side, ord_type, time_in_force, price_ticks,
                              order_qty_lots, cum_qty_lots, leaves_qty_lots, cum_tick_lots, ord_status, is_open,
                              reserved_amount, reject_reason, reject_text, created_at, transact_time, contingency_type)
    SELECT order_id, account_id, instrument_id, cl_ord_id, side, ord_type, time_in_force, price_ticks,
           order_qty_lots, 0, CASE WHEN reject_reason = -1 THEN order_qty_lots ELSE 0 END, 0,
           CASE WHEN reject_reason = -1 THEN %s ELSE %s END, reject_reason = -1,
           reserved_amount, reject_reason, reject_text, now(), now(), {contingency}
      FROM ticket
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
    """Write orders down and put the accepted ones before the matcher, in the order given."""
    columns = [
        arrays.of_texts(column) if name in TEXT_COLUMNS else arrays.of_numbers(column)
        for name, column in zip(PLAIN_COLUMNS, list(zip(*rows, strict=True))[:-1], strict=True)
    ]
    with_terms = [row for row in rows if row.terms is not None]
    if with_terms:
        columns += [
            arrays.of_texts(_terms_array(row.terms) for row in rows),
            arrays.of_numbers(0 if row.terms is None else row.terms.command.contingency_type for row in rows),
        ]
    with connection.cursor() as cursor:
        cursor.execute(
            INSERT_WITH_TERMS if with_terms else INSERT_PLAIN,
            [*columns, OrdStatus.PENDING_NEW, OrdStatus.REJECTED, CommandKind.NEW_ORDER, correlation_id()],
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
    """The terms that the core is told, as the text of an array; empty for none."""
    return "" if terms is None or terms.command == PLAIN else arrays.of_numbers(int(term) for term in terms.command)


LINKABLE = """
SELECT c.account_id, c.cl_ord_id, o.id, o.instrument_id, o.side, o.ord_type, o.cum_qty_lots, o.leaves_qty_lots
  FROM market_clordiduse c
  JOIN unnest(%s::bigint[], %s::text[]) AS u (account_id, cl_ord_id)
    ON u.account_id = c.account_id AND u.cl_ord_id = c.cl_ord_id
  JOIN market_order o ON o.id = c.order_id AND o.is_open
"""


def linkable(keys: Sequence[tuple[int, str]]) -> dict[tuple[int, str], LinkedOrder]:
    """The open orders that these ClOrdIDs name."""
    account_ids, cl_ord_ids = zip(*keys, strict=True)
    rows = _fetch(LINKABLE, [arrays.of_numbers(account_ids), arrays.of_texts(cl_ord_ids)])
    return {(row[0], row[1]): LinkedOrder(*row[2:]) for row in rows}


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


def waits(inbox_id: int) -> bool:
    """Whether a command still waits for the matcher."""
    return bool(_fetch("SELECT EXISTS (SELECT FROM market_inboxcommand WHERE id = %s)", [inbox_id])[0][0])


OPEN_OF_ACCOUNT = """
SELECT i.symbol, o.instrument_id, count(*)
  FROM market_order o JOIN market_instrument i ON i.id = o.instrument_id
 WHERE o.account_id = %s AND o.is_open AND (%s::text IS NULL OR i.symbol = %s) AND (%s = 0 OR o.side = %s)
 GROUP BY i.symbol, o.instrument_id
 ORDER BY o.instrument_id
"""


def open_orders_of_account(account_id: int, *, symbol: str | None, side: int) -> list[tuple[str, int, int]]:
    """The books in which an account has open orders of a side (0: of either), as symbol, id and number of orders."""
    return [(row[0], row[1], row[2]) for row in _fetch(OPEN_OF_ACCOUNT, [account_id, symbol, symbol, side, side])]


def open_orders_of_book(instrument_id: int) -> int:
    """How many orders of a book are open now."""
    rows = _fetch("SELECT count(*) FROM market_order WHERE instrument_id = %s AND is_open", [instrument_id])
    return int(rows[0][0])


def correlation_id() -> UUID:
    """The id that follows a command from its door to its fill: the request's own, or a new one outside a request."""
    bound = structlog.contextvars.get_contextvars().get("request_id")
    try:
        return UUID(str(bound))
    except ValueError:
        return uuid4()


def _fetch(sql: str, parameters: list[Any] | dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())
