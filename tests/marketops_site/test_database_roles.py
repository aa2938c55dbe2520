"""Each kind of process works with the rights of its role, and can do nothing else in the database."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from decimal import Decimal

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from analytics.services import candles
from market.models import Book
from market.selectors import positions
from market.services import corporate_actions, expiries, movements, orders, payouts, trading
from marketops_site import auditing, database_roles
from marketops_site.celery import app as celery_app
from marketops_site.database_roles import KEEPER, MATCHER, READER, ROLES, WEB
from tests.market.auditing.busy import make_busy
from tests.market.services.test_options import listed_and_due
from tests.market.test_append_only import ONLY_GROW
from tests.market_place import MarketPlace

DELETED_ONCE_EXPORTED = {*database_roles.JOURNAL, "market_trade"}


@pytest.fixture
def market(market: MarketPlace) -> Iterator[MarketPlace]:
    """The market, in a database whose roles have their rights."""
    assert database_roles.grant()
    market.trade(10)
    yield market
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")


@contextmanager
def acting_as(role: str, *, instead_of: str = "") -> Iterator[None]:
    """The connection in a role, until it goes back to the one before."""
    with connection.cursor() as cursor:
        cursor.execute(f"SET ROLE {role}")
        yield
        cursor.execute(f"SET ROLE {instead_of}" if instead_of else "RESET ROLE")


def is_refused(statement: str) -> bool:
    """Whether the database refuses a statement for want of a right, and for no other reason."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    except ProgrammingError as error:
        return "permission denied" in str(error) or "must be owner" in str(error)
    except IntegrityError:
        return False  # it was allowed, and a trigger has refused it
    return False


def allowed(statements: Iterable[str]) -> list[str]:
    """Those of the statements that are not refused."""
    return [statement for statement in statements if not is_refused(statement)]


def test_a_day_of_trading_goes_on_with_each_process_in_its_role(market):
    with acting_as(WEB):
        bought = market.place("BUY", 20, "10.00")
        market.house_places("SELL", 5, "10.00")
        market.place("BUY", 10, "9.00", display_qty=5)
        trading.halt("ACME", reason="news", actor=market.operator)
        trading.resume("ACME", actor=market.operator)
        movements.deposit(market.account, amount=Decimal(5), reference="d-1", actor=market.staff)
    with acting_as(MATCHER):
        market.drain()
    with acting_as(WEB):
        orders.cancel(bought.order.order_id, actor=market.trader)
        orders.mass_cancel(market.account, actor=market.trader)
    with acting_as(MATCHER):
        market.drain()
    with acting_as(WEB):
        movements.reset(market.account, amount=Decimal(7), reference="r-1", actor=market.staff)
    with acting_as(KEEPER):
        candles.build_all()
        assert auditing.sample().broken == []
    with acting_as(READER):
        (position,) = positions.of_actor(market.trader)
    assert position.quantity == 0
    assert auditing.everything().broken == []
    assert Book.objects.get().status == "RUNNING"


def test_corporate_actions_and_options_take_no_more_rights_than_their_processes_have(market, monkeypatch):
    with acting_as(WEB):
        symbol = listed_and_due(market, monkeypatch)
    market.trade(100, "0.50", symbol=symbol)
    for _ in range(2):
        with acting_as(KEEPER):
            expiries.expire_due()
            payouts.go_on_with_all()
        with acting_as(MATCHER):
            market.drain(symbol)
    rest = {"new_units": 2, "old_units": 1, "reference": "s-1", "actor": market.staff}
    with acting_as(WEB):
        corporate_actions.pay_dividend("ACME", amount=Decimal(1), reference="d-1", actor=market.staff)
        trading.halt("ACME", reason="split", actor=market.operator)
        assert corporate_actions.split("ACME", **rest).status == "DONE"
    with acting_as(READER):
        assert [held.quantity for held in positions.of_actor(market.trader)] == [20, 0]
    assert auditing.everything().broken == []


def test_whatever_people_do_and_the_clock_asks_for_is_done_in_the_roles(market, monkeypatch, settings, caplog):
    drain = market.drain

    def drained(symbol: str | None = None) -> int:
        with acting_as(MATCHER, instead_of=WEB):
            return int(drain(symbol))

    monkeypatch.setattr(market, "drain", drained)
    with acting_as(WEB):
        make_busy(market)
    celery_app.loader.import_default_modules()
    with acting_as(KEEPER):
        for entry in settings.CELERY_BEAT_SCHEDULE.values():
            celery_app.tasks[entry["task"]]()
    assert [message for message in caplog.messages if "permission denied" in message] == []
    assert auditing.everything().broken == []


@pytest.mark.parametrize("role", ROLES)
def test_nobody_changes_or_empties_what_only_grows(market, role):
    kept = [table for table in ONLY_GROW if role != KEEPER or table not in DELETED_ONCE_EXPORTED]
    with acting_as(role):
        assert allowed(f"UPDATE {table} SET id = id" for table in ONLY_GROW) == []
        assert allowed(f"TRUNCATE {table}" for table in ONLY_GROW) == []
        assert allowed(f"DELETE FROM {table}" for table in kept) == []


OWNERS_BUSINESS = [
    "CREATE TABLE mine (id int)",
    "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "ALTER TABLE market_trade DISABLE TRIGGER only_grows",
    "ALTER TABLE market_trade ADD COLUMN mine int",
    "DROP TRIGGER only_grows ON market_trade",
    "DROP TABLE market_trade",
    "DROP VIEW market_ledger",
    "CREATE INDEX mine ON market_trade (price_ticks)",
    "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'",
    "TRUNCATE market_order",
    "TRUNCATE market_account",
    "SET session_replication_role = replica",
    "INSERT INTO django_migrations (app, name, applied) VALUES ('market', '9999', now())",
]


@pytest.mark.parametrize("role", ROLES)
def test_nobody_but_the_owner_changes_tables_or_takes_triggers_off(market, role):
    with acting_as(role):
        assert allowed(OWNERS_BUSINESS) == []


BEYOND_ITS_WORK = {
    WEB: [
        "INSERT INTO market_trade SELECT * FROM market_trade",
        "UPDATE market_order SET leaves_qty_lots = 0",
        "DELETE FROM market_order",
        "DELETE FROM market_position",
        "DELETE FROM market_clordiduse",
        "UPDATE market_orderterms SET exec_inst = 0",
        "DELETE FROM access_audithead",
        "UPDATE analytics_candle SET volume_lots = 1",
    ],
    MATCHER: [
        "UPDATE market_account SET deposits = 0",
        "INSERT INTO market_ledgerentry SELECT * FROM market_ledgerentry",
        "INSERT INTO market_order SELECT * FROM market_order",
        "DELETE FROM market_order",
        "UPDATE market_clordiduse SET outcome = 1",
        "UPDATE access_user SET role = 'STAFF'",
        "UPDATE market_instrument SET tick_size = 1",
        "INSERT INTO market_accountgrant SELECT * FROM market_accountgrant",
    ],
    KEEPER: ["DELETE FROM market_order", "DELETE FROM market_clordiduse", "DELETE FROM access_audithead"],
    READER: [
        "UPDATE market_account SET deposits = 0",
        "INSERT INTO market_inboxcommand SELECT * FROM market_inboxcommand",
        "DELETE FROM market_position",
        "SELECT * FROM access_user",
        "SELECT * FROM access_apikey",
        "SELECT * FROM access_sshkey",
        "SELECT * FROM django_session",
    ],
}


@pytest.mark.parametrize("role", ROLES)
def test_a_role_does_nothing_beyond_its_work(market, role):
    with acting_as(role):
        assert allowed(BEYOND_ITS_WORK[role]) == []


def test_where_there_are_no_such_roles_nothing_is_granted(market, monkeypatch):
    monkeypatch.setattr(database_roles, "ROLES", ("marketops_of_another_server",))
    assert not database_roles.grant()
