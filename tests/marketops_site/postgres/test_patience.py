"""Waiting for the database has an end, and while it is away not everybody waits."""

from contextlib import suppress

import psycopg
import pytest
from django.db import OperationalError, connection

from marketops_site.postgres import patience
from marketops_site.postgres.patience import Breaker, PatientConnection


@pytest.fixture
def breaker(monkeypatch: pytest.MonkeyPatch) -> Breaker:
    """A breaker of the test's own, which rests for no time."""
    monkeypatch.setattr(patience, "REST_S", 0.0)
    own = Breaker()
    monkeypatch.setattr(patience, "breaker", own)
    return own


def fail(breaker: Breaker) -> None:
    with suppress(psycopg.OperationalError), breaker.attempt():
        breaker.note_failure()
        raise psycopg.OperationalError("refused")


def test_who_has_waited_long_enough_closes_the_connection_and_the_next_one_works(
    clean_database: None, breaker: Breaker
):
    connection.ensure_connection()
    assert isinstance(connection.connection, PatientConnection)
    connection.connection.patience_s = 0.1
    with pytest.raises(OperationalError, match="has not answered"), connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(60)")
    assert connection.connection.closed
    connection.close()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)


def test_while_one_finds_out_whether_the_database_is_back_the_others_are_told_at_once(breaker: Breaker):
    fail(breaker)
    with breaker.attempt(), pytest.raises(psycopg.OperationalError, match="away"), breaker.attempt():
        pass
    with breaker.attempt(), breaker.attempt():
        pass  # it is back


def test_after_a_trial_in_vain_somebody_else_tries(breaker: Breaker):
    fail(breaker)
    fail(breaker)
    with breaker.attempt():
        pass


def test_right_after_a_failure_nobody_waits_for_the_next(breaker: Breaker, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(patience, "REST_S", 60.0)
    fail(breaker)
    with pytest.raises(psycopg.OperationalError, match="away"), breaker.attempt():
        pass


def test_want_of_a_free_connection_is_not_taken_for_an_absent_database(breaker: Breaker):
    with pytest.raises(psycopg.OperationalError), breaker.attempt():
        raise psycopg.OperationalError("none was free in time")
    with breaker.attempt(), breaker.attempt():
        pass
