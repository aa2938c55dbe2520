"""What an operator reads who runs a command where the database is not as it should be."""

import os

import psycopg
import pytest

from launch.servers import ports
from tests.marketops_site.test_security import manage

EMPTY = "without_tables"


@pytest.fixture
def empty_database():
    """The URL of a database in which nothing was made yet."""
    admin = os.environ["MARKETOPS_POSTGRES_ADMIN_URL"]
    with psycopg.connect(admin, autocommit=True) as superuser:
        superuser.execute(f"CREATE DATABASE {EMPTY}")
        yield admin.rpartition("/")[0] + f"/{EMPTY}"
        superuser.execute(f"DROP DATABASE {EMPTY} WITH (FORCE)")


def test_a_command_without_a_database_says_where_it_looked_and_what_would_be_right():
    port = ports.any_free()
    told = manage("audit", DATABASE_URL=f"postgres://marketops:hidden@127.0.0.1:{port}/marketops")
    assert told.returncode == 1
    assert told.stderr.startswith(f"No PostgreSQL answers at 127.0.0.1:{port}, database marketops. `script/manage")
    assert "hidden" not in told.stderr


def test_a_command_on_a_database_without_tables_says_what_makes_them(empty_database):
    told = manage("audit", DATABASE_URL=empty_database)
    assert told.returncode == 1
    assert f"The database {EMPTY} at " in told.stderr
    assert told.stderr.endswith("`script/manage migrate` makes them.\n")


def test_whoever_asks_for_the_trace_gets_it():
    told = manage("audit", "--traceback", DATABASE_URL=f"postgres://marketops@127.0.0.1:{ports.any_free()}/marketops")
    assert told.returncode == 1
    assert "Traceback" in told.stderr
