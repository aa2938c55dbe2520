"""Whoever changes a figure behind the exchange's back is found out, whichever figure it is."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction

from analytics.services import candles
from market import auditing
from market.models import (
    Account,
    AccountGrant,
    Batch,
    ClOrdIdUse,
    CorporateAction,
    FeeSchedule,
    JournalCommand,
    JournalEvent,
    JournalTerms,
    LedgerEntry,
    Movement,
    OptionContract,
    Order,
    OrderTerms,
    Position,
    PositionTransfer,
    Reservation,
    Trade,
)
from market.models.account_limits import LimitsOfAccount
from tests.market.auditing.busy import make_busy

ROWS = {
    Account: "number LIKE 'A%%' ORDER BY id",
    AccountGrant: "true ORDER BY id DESC",
    Batch: "true ORDER BY id",
    ClOrdIdUse: "outcome = -1 ORDER BY id",
    CorporateAction: "kind = 'SPLIT' ORDER BY id",
    FeeSchedule: "true ORDER BY id",
    JournalCommand: "kind = 1 ORDER BY id",
    JournalEvent: "kind = (SELECT max(kind) FROM market_journalevent WHERE trade_seq > 0) ORDER BY id",
    JournalTerms: "display_qty_lots > 0 ORDER BY id",
    LedgerEntry: "movement_id IS NOT NULL ORDER BY id",
    Movement: "true ORDER BY id",
    OptionContract: "settlement_price > 9 ORDER BY instrument_id",
    Order: "cum_qty_lots > 0 AND is_open AND side = 1 ORDER BY id",
    OrderTerms: "display_qty_lots > 0 ORDER BY order_id",
    Position: "quantity_lots <> 0 ORDER BY id",
    PositionTransfer: "true ORDER BY id",
    Reservation: "by_matcher ORDER BY id",
    Trade: "buy_fee_micros <> 0 ORDER BY id",
}
"""The tables that money stands in, and which row is tampered with."""

NO_MONEY = {
    "AccountEvent": "what befell an account, for people; no figure follows from it",
    "Attempt": "how often a batch was tried",
    "Book": "what stands in it follows from the journal, to which journals-replay holds it",
    "BookSnapshot": "a copy, compared whenever the journal is replayed",
    "CalendarTime": "when trading is open",
    "ClassMember": "who is in a class; the account and its grant are audited themselves",
    "ClassResult": "a copy of audited figures at one moment, which only grows",
    "EquitySample": "a sample of figures that are audited themselves",
    "Holiday": "when trading is open",
    "InboxCommand": "what waits for a moment",
    "Instrument": "the rules of trading",
    "JournalCheck": "how far the verification has come",
    "JournalExport": "proved by retention prove",
    "Quarantine": "what was kept from a book",
    "SessionLease": "who is connected",
    "TradingCalendar": "when trading is open",
    "TradingClass": "what the accounts of a class may do, and for how long",
}
RULE = "a rule of what the account may do from now on; no figure follows from it"
SEEN_BY_NOBODY = {
    **{f"market_account.{field.column}": RULE for field in LimitsOfAccount._meta.fields},
    **{f"market_account.{name}": RULE for name in ("killed_at", "kill_reason", "margin_call_at", "liquidating_at")},
    "market_accountgrant.id": "a number of the row's own, that nothing names",
    "market_batch.id": "a number of the row's own, that nothing names",
    "market_clordiduse.content_hash": "compared when the id is used again; no figure follows from it",
    "market_clordiduse.id": "a number of the row's own, that nothing names",
    "market_journalcommand.id": "a number of the row's own, that nothing names",
    "market_journalevent.id": "a number of the row's own, that nothing names",
    "market_journalterms.id": "a number of the row's own, that nothing names",
    "market_order.is_liquidation": "a mark for people; no figure follows from it",
    "market_position.id": "a number of the row's own, that nothing names",
    "market_reservation.id": "a number of the row's own, that nothing names",
    "market_trade.id": "a number of the row's own, that nothing names",
}
REFUSED = "the database itself refuses it"

COLUMNS = [(model, field) for model in ROWS for field in model._meta.concrete_fields]


@pytest.fixture
def busy(market):
    make_busy(market)
    candles.build_all()
    return market


def changed(field: models.Field) -> str:
    """Another value of the column, in SQL."""
    column = f'"{field.column}"'
    match field:
        case models.BooleanField():
            return f"NOT {column}"
        case models.DateTimeField():
            return f"COALESCE({column}, now()) + interval '1 day'"
        case models.BinaryField():
            return f"sha256(COALESCE({column}, ''))"
        case models.UUIDField():
            return "gen_random_uuid()"
        case models.CharField():
            return f"left('Z' || {column}, {field.max_length})"
        case models.AutoField():
            return f"{column} + 1000000"
        case models.DecimalField():
            return f"COALESCE({column}, 0) + {10**-field.decimal_places:.{field.decimal_places}f}"
        case _:
            return f"COALESCE({column}, 0) + 1"


@contextmanager
def unguarded(model: Any) -> Iterator[Any]:
    """A cursor for which none of the table's triggers applies."""
    table = model._meta.db_table
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield cursor
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def replace_value(model: Any, pk: Any, column: str, value: str, *parameters: Any) -> Any:
    """Write as the tables' owner can, with the triggers off; the row's key afterwards."""
    key = model._meta.pk.column
    with unguarded(model) as cursor:
        cursor.execute(
            f'UPDATE {model._meta.db_table} SET "{column}" = {value} WHERE "{key}" = %s RETURNING "{key}"',
            [*parameters, pk],
        )
        return cursor.fetchone()[0]


def found_by(*, replays: bool) -> str:
    """The first law that a look over everything finds broken; empty for none."""
    for law in (*auditing.LAWS, *((auditing.JOURNALS,) if replays else ())):
        if any(law.look(piece).differing for piece in law.pieces()):
            return str(law.name)
    return ""


def tamper_with(model: Any, field: models.Field) -> str:
    """Change one value, look, and put it back: what found it."""
    table, key, column = model._meta.db_table, model._meta.pk.column, field.column
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT "{key}", "{column}" FROM {table} WHERE {ROWS[model]} LIMIT 1'.replace("%%", "%"))
        pk, before = cursor.fetchone()
    try:
        moved = replace_value(model, pk, column, changed(field))
    except IntegrityError:
        return REFUSED
    try:
        return found_by(replays=model in (Batch, JournalCommand, JournalEvent, JournalTerms))
    finally:
        replace_value(model, moved, column, "%s", before)


def outcomes() -> Iterator[tuple[str, str]]:
    for model, field in COLUMNS:
        yield f"{model._meta.db_table}.{field.column}", tamper_with(model, field)


def test_every_table_of_the_market_is_tampered_with_or_says_why_not():
    every = {model.__name__ for model in apps.get_app_config("market").get_models()}
    assert every == {model.__name__ for model in ROWS} | set(NO_MONEY)


def test_a_change_of_any_column_of_any_table_that_money_stands_in_is_found(busy):
    assert found_by(replays=True) == ""
    told = dict(outcomes())
    unseen = {column for column, law in told.items() if not law}
    assert (sorted(unseen - set(SEEN_BY_NOBODY)), sorted(set(SEEN_BY_NOBODY) - unseen)) == ([], [])
    assert found_by(replays=True) == "", "everything was put back"


DELETED = {
    ClOrdIdUse: "orders-known-by-their-ids",
    JournalCommand: "journals-replay",
    LedgerEntry: "deposits-are-entries",
    Order: "ids-used-once",
    Position: "positions-sum-to-zero",
    PositionTransfer: "positions-follow-trades",
    Trade: "trades-are-two-events",
}


@pytest.mark.parametrize("model", DELETED)
def test_a_row_that_is_gone_is_missed(busy, model):
    key = model._meta.pk.column
    with unguarded(model) as cursor:
        where = ROWS[model].replace("%%", "%")
        cursor.execute(
            f"DELETE FROM {model._meta.db_table} WHERE {key} = (SELECT {key} FROM {model._meta.db_table} WHERE {where}"
            " LIMIT 1)"
        )
    assert found_by(replays=True)
