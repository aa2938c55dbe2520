"""The floor of the order path: the very rows that the exchange wrote, written again by the barest means there are.

The rows are read back from the exchange's tables as PostgreSQL's binary COPY and put by binary COPY into tables like
them (columns, constraints, indexes, storage), in as many commits: one for what intake wrote, one for what each book's
settlement did. Orders, positions, reservations and the book are updated by one set-based UPDATE each. Nothing is
checked, matched or computed.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from django.db import connection, transaction

from vocabulary.orders import OrdStatus, Side
from vocabulary.rejects import RejectReason

INTAKE = ("market_clordiduse", "market_order", "market_inboxcommand")
SETTLEMENT = ("market_journalcommand", "market_journalevent", "market_trade", "market_batch")
UPDATED = ("market_position", "market_reservation", "market_book")

AS_INTAKE_WROTE_IT = {
    "cum_qty_lots": "0::bigint",
    "leaves_qty_lots": "order_qty_lots",
    "hidden_qty_lots": "0::bigint",
    "cum_tick_lots": "0::numeric",
    "ord_status": f"{OrdStatus.PENDING_NEW.value}::smallint",
    "is_open": "true",
    "reserved_amount": f"CASE WHEN side = {Side.BUY.value} THEN price_ticks * order_qty_lots * 0.01 ELSE 0.0 END",
    "reject_reason": f"({RejectReason.NONE.value})::smallint",
    "transact_time": "created_at",
}
ORDER_STATE = {
    "ord_status": "int",
    "is_open": "boolean",
    "order_qty_lots": "bigint",
    "price_ticks": "bigint",
    "cum_qty_lots": "bigint",
    "leaves_qty_lots": "bigint",
    "hidden_qty_lots": "bigint",
    "cum_tick_lots": "numeric",
    "reserved_amount": "numeric",
    "reject_reason": "int",
    "transact_time": "timestamptz",
}
POSITION_STATE = {"quantity_lots": "bigint", "cash": "numeric", "fees": "numeric", "cost": "numeric"}
RESERVATION_STATE = {"amount": "numeric", "sell_lots": "numeric", "order_count": "bigint"}
BOOK_STATE = (
    "book_version",
    "command_seq",
    "event_seq",
    "digest",
    "last_time_ns",
    "trade_seq",
    "bid_ticks",
    "bid_lots",
    "offer_ticks",
    "offer_lots",
    "last_px_ticks",
    "phase",
    "reference_ticks",
    "resumes_plainly",
    "indicative_px_ticks",
    "indicative_qty_lots",
    "imbalance_lots",
)
INBOX = """
SELECT c.inbox_id, c.instrument_id, c.kind::smallint, c.order_id, c.account_id, c.side::smallint, c.ord_type::smallint,
       c.time_in_force::smallint, c.price_ticks, c.order_qty_lots, 0::numeric, 0::bigint, o.created_at,
       gen_random_uuid(), ''::varchar, NULL::bigint[]
  FROM market_journalcommand c JOIN market_order o ON o.id = c.order_id
 WHERE c.id > {after}
"""


class Settlement(NamedTuple):
    """What a book's settlement wrote: rows as binary COPY, and the new state of rows that it changed."""

    instrument_id: int
    copies: dict[str, bytes]
    orders: list[Any]
    positions: list[Any]
    reservations: list[Any]
    book: list[Any]


class Written(NamedTuple):
    """What the exchange wrote for some orders: intake's rows as binary COPY, what it then reserved, and what each book
    settled."""

    intake: dict[str, bytes]
    reserved: list[Any]
    settlements: list[Settlement]


class BareWrites:
    """Tables like those of the exchange, and the position in the exchange's own from which rows are read back."""

    def __init__(self, instrument_ids: Sequence[int]) -> None:
        self._instrument_ids = list(instrument_ids)
        self._prefix = f"floor{instrument_ids[0]}_"
        self._last_ids: dict[str, int] = {}
        with connection.cursor() as cursor:
            for table in (*INTAKE, *SETTLEMENT, *UPDATED):
                _make_like(cursor, table, copy=self._prefix + table)
            described = connection.introspection.get_table_description(cursor, "market_order")
            self._order_columns = [column.name for column in described]
        self._advance()

    def read_back(self) -> Written:
        """The rows written since the last call, as they were inserted; those updated, as they are now."""
        order = ", ".join(AS_INTAKE_WROTE_IT.get(column, column) for column in self._order_columns)
        after = self._last_ids
        intake = {
            "market_clordiduse": _copied_out(
                f"SELECT * FROM market_clordiduse WHERE id > {after['market_clordiduse']}"
            ),
            "market_order": _copied_out(f"SELECT {order} FROM market_order WHERE id > {after['market_order']}"),
            "market_inboxcommand": _copied_out(INBOX.format(after=after["market_journalcommand"])),
        }
        accounts = f"SELECT account_id FROM market_clordiduse WHERE id > {after['market_clordiduse']}"
        of_books = f"instrument_id = ANY(ARRAY{self._instrument_ids})"
        reserved = _reservations(f"NOT by_matcher AND {of_books} AND account_id IN ({accounts})")
        written = Written(intake, reserved, [self._settled(instrument_id) for instrument_id in self._instrument_ids])
        self._advance()
        return written

    def _settled(self, instrument_id: int) -> Settlement:
        after = self._last_ids
        of_book = f"instrument_id = {instrument_id}"
        events = f"market_journalevent WHERE id > {after['market_journalevent']} AND {of_book}"
        return Settlement(
            instrument_id,
            copies={
                table: _copied_out(f"SELECT * FROM {table} WHERE id > {after[table]} AND {of_book}")
                for table in SETTLEMENT
            },
            orders=_row(f"SELECT {_arrays(ORDER_STATE)} FROM market_order WHERE id IN (SELECT order_id FROM {events})"),
            positions=_row(
                f"SELECT {_arrays(POSITION_STATE)} FROM market_position WHERE {of_book} "
                f"AND account_id IN (SELECT account_id FROM {events})"
            ),
            reservations=_reservations(f"by_matcher AND {of_book} AND account_id IN (SELECT account_id FROM {events})"),
            book=_row(f"SELECT {', '.join(BOOK_STATE)} FROM market_book WHERE {of_book}"),
        )

    def write(self, written: Written) -> None:
        """Write all of it, in one commit for intake and one for each book."""
        self.write_intake(written)
        for settlement in written.settlements:
            self._settle(settlement)

    def write_intake(self, written: Written) -> None:
        """Write what intake wrote, in one commit."""
        with transaction.atomic(durable=True):
            self._copy_in(written.intake, INTAKE)
            _execute(self._update("market_reservation", RESERVATION_STATE), written.reserved)

    def _settle(self, settlement: Settlement) -> None:
        with transaction.atomic(durable=True), connection.cursor() as cursor:
            cursor.execute(
                f"DELETE FROM {self._prefix}market_inboxcommand WHERE instrument_id = %s", [settlement.instrument_id]
            )
            self._copy_in(settlement.copies, SETTLEMENT)
            cursor.execute(self._update("market_order", ORDER_STATE), settlement.orders)
            cursor.execute(self._update("market_position", POSITION_STATE), settlement.positions)
            cursor.execute(self._update("market_reservation", RESERVATION_STATE), settlement.reservations)
            state = ", ".join(f"{column} = %s" for column in BOOK_STATE)
            cursor.execute(
                f"UPDATE {self._prefix}market_book SET {state} WHERE instrument_id = %s",
                [*settlement.book, settlement.instrument_id],
            )

    def _copy_in(self, copies: dict[str, bytes], tables: Iterable[str]) -> None:
        for table in tables:
            statement = f"COPY {self._prefix}{table} FROM STDIN (FORMAT BINARY)"
            with connection.cursor() as cursor, cursor.copy(statement) as copy:
                copy.write(copies[table])

    def _update(self, table: str, state: dict[str, str]) -> str:
        types = {"id": "bigint", **state}
        arrays = ", ".join(f"%s::{type_name}[]" for type_name in types.values())
        assignments = ", ".join(f"{column} = u.{column}" for column in state)
        return (
            f"UPDATE {self._prefix}{table} t SET {assignments} "
            f"FROM unnest({arrays}) AS u ({', '.join(types)}) WHERE t.id = u.id"
        )

    def _advance(self) -> None:
        for table in (*INTAKE, *SETTLEMENT):
            (last_id,) = _row(f"SELECT COALESCE(max(id), 0) FROM {table}")
            self._last_ids[table] = last_id


def _make_like(cursor: Any, table: str, *, copy: str) -> None:
    cursor.execute(f"CREATE TABLE {copy} (LIKE {table} INCLUDING ALL)")
    cursor.execute("SELECT array_to_string(reloptions, ', ') FROM pg_class WHERE oid = %s::regclass", [table])
    (storage,) = cursor.fetchone()
    if storage:
        cursor.execute(f"ALTER TABLE {copy} SET ({storage})")
    cursor.execute(f"INSERT INTO {copy} OVERRIDING SYSTEM VALUE SELECT * FROM {table}")


def _copied_out(query: str) -> bytes:
    with connection.cursor() as cursor, cursor.copy(f"COPY ({query}) TO STDOUT (FORMAT BINARY)") as copy:
        return b"".join(bytes(piece) for piece in copy)


def _reservations(condition: str) -> list[Any]:
    return _row(f"SELECT {_arrays(RESERVATION_STATE)} FROM market_reservation WHERE {condition}")


def _execute(statement: str, parameters: list[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def _row(query: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return list(cursor.fetchone())


def _arrays(state: dict[str, str]) -> str:
    """Whole columns as PostgreSQL's own array texts, so that writing them again costs the client nothing."""
    return ", ".join(f"array_agg({column})::text" for column in ("id", *state))
