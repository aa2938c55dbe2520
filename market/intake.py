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
from market.errors import InProgress, OutcomeUnknown, Unavailable
from market.rows import ListedInstrument, Means, TradedAccount
from vocabulary import limits
from vocabulary.commands import CommandKind
from vocabulary.orders import OrdStatus, Side
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


TEXT_COLUMNS = ("cl_ord_id", "reject_text")


class InboxRow(NamedTuple):
    """A command for the matcher that concerns an order already written down."""

    kind: CommandKind
    instrument_id: int
    order_id: int
    account_id: int
    price_ticks: int = NO_PRICE
    order_qty_lots: int = 0
    reserved_amount: Decimal = Decimal(0)
    reserved_lots: int = 0


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
       i.order_qty_lots_max, b.phase, b.phase_reason, b.bid_ticks, b.offer_ticks, b.last_px_ticks
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
    instrument_id, symbol, currency, tick_size, lot_size, reference_price, *rules, phase, reason, bid, offer, last = row
    low_limit_ticks, high_limit_ticks, order_qty_lots_max = rules
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
                      AND o.is_open AND o.side = %s), 0)
       - COALESCE((SELECT sum(c.reserved_lots) FROM market_inboxcommand c
                    WHERE c.account_id = k.account_id AND c.instrument_id = k.instrument_id
                      AND (c.reserved_amount > 0 OR c.reserved_lots > 0)), 0)
  FROM unnest(%s::bigint[], %s::bigint[]) AS k (account_id, instrument_id)
"""


def means_of(account_ids: Sequence[int], *, sells: Sequence[tuple[int, int]]) -> dict[int, Means]:
    """What locked cash accounts can spend, and sell of the (account, instrument) pairs in ``sells``.

    Only intake takes means away, under the account's lock that the caller holds; a matcher only gives back or moves
    them. So a figure read here is never too high.
    """
    if not account_ids:
        return {}
    means = {
        row[0]: Means(buying_power=row[1], open_orders=row[2]) for row in _fetch(BUYING_POWER, [list(account_ids)])
    }
    if sells:
        columns = [list(column) for column in zip(*sells, strict=True)]
        for account_id, instrument_id, lots in _fetch(SELLABLE, [Side.SELL.value, *columns]):
            means[account_id].sellable_lots[instrument_id] = int(lots)
    return means


INSERT_ORDERS = """
WITH ticket AS (
    SELECT * FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::text[], %s::int[], %s::int[], %s::int[],
                         %s::bigint[], %s::bigint[], %s::bigint[], %s::numeric[], %s::int[], %s::text[])
             WITH ORDINALITY
        AS t (order_id, account_id, instrument_id, cl_ord_id, side, ord_type, time_in_force,
              price_ticks, protection_ticks, order_qty_lots, reserved_amount, reject_reason, reject_text, place)
), written AS (
    INSERT INTO market_order (id, account_id, instrument_id, cl_ord_id, side, ord_type, time_in_force, price_ticks,
                              order_qty_lots, cum_qty_lots, leaves_qty_lots, cum_tick_lots, ord_status, is_open,
                              reserved_amount, reject_reason, reject_text, created_at, transact_time)
    SELECT order_id, account_id, instrument_id, cl_ord_id, side, ord_type, time_in_force, price_ticks,
           order_qty_lots, 0, CASE WHEN reject_reason = -1 THEN order_qty_lots ELSE 0 END, 0,
           CASE WHEN reject_reason = -1 THEN %s ELSE %s END, reject_reason = -1,
           reserved_amount, reject_reason, reject_text, now(), now()
      FROM ticket
)
INSERT INTO market_inboxcommand (instrument_id, kind, order_id, account_id, side, ord_type, time_in_force, price_ticks,
                                 order_qty_lots, reserved_amount, reserved_lots, accepted_at, correlation_id)
SELECT instrument_id, %s, order_id, account_id, side, ord_type, time_in_force, protection_ticks,
       order_qty_lots, 0, 0, now(), %s
  FROM ticket
 WHERE reject_reason = -1
 ORDER BY place
"""


def insert_orders(rows: Sequence[NewOrderRow]) -> None:
    """Write orders down and put the accepted ones before the matcher, in the order given."""
    columns = [
        arrays.of_texts(column) if name in TEXT_COLUMNS else arrays.of_numbers(column)
        for name, column in zip(NewOrderRow._fields, zip(*rows, strict=True), strict=True)
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            INSERT_ORDERS,
            [*columns, OrdStatus.PENDING_NEW, OrdStatus.REJECTED, CommandKind.NEW_ORDER, correlation_id()],
        )


INSERT_INBOX = """
INSERT INTO market_inboxcommand (instrument_id, kind, order_id, account_id, side, ord_type, time_in_force, price_ticks,
                                 order_qty_lots, reserved_amount, reserved_lots, accepted_at, correlation_id)
VALUES (%s, %s, %s, %s, 0, 0, 0, %s, %s, %s, %s, now(), %s)
"""


def insert_inbox(row: InboxRow) -> None:
    """Put one command before the matcher."""
    with connection.cursor() as cursor:
        cursor.execute(
            INSERT_INBOX, [row.instrument_id, row.kind, row.order_id, row.account_id, *row[4:], correlation_id()]
        )


CANCELS_OF_BOOK = """
INSERT INTO market_inboxcommand (instrument_id, kind, order_id, account_id, side, ord_type, time_in_force, price_ticks,
                                 order_qty_lots, reserved_amount, reserved_lots, accepted_at, correlation_id)
SELECT o.instrument_id, %s, o.id, o.account_id, 0, 0, 0, %s, 0, 0, 0, now(), %s
  FROM market_order o
 WHERE o.instrument_id = %s AND o.is_open
 ORDER BY o.id
"""


def insert_cancels_of_book(instrument_id: int) -> int:
    """Put a cancel before the matcher for every order of a book that is open now; how many those are."""
    with connection.cursor() as cursor:
        cursor.execute(CANCELS_OF_BOOK, [CommandKind.CANCEL, NO_PRICE, correlation_id(), instrument_id])
        return int(cursor.rowcount)


def correlation_id() -> UUID:
    """The id that follows a command from its door to its fill: the request's own, or a new one outside a request."""
    bound = structlog.contextvars.get_contextvars().get("request_id")
    try:
        return UUID(str(bound))
    except ValueError:
        return uuid4()


def _fetch(sql: str, parameters: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())
