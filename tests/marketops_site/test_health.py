"""Health, readiness and metrics."""

from datetime import timedelta

import pytest
import redis
from django.db import OperationalError, connection
from django.test import Client
from django.utils.timezone import now

from access.models import User
from market import redis_connection
from market.models import Book, InboxCommand
from market.models.book import BookStatus
from market.selectors import readiness


@pytest.fixture
def client() -> Client:
    return Client()


def test_a_living_process_says_so(client):
    assert client.get("/healthz").json() == {"status": "alive"}


def test_ready_when_database_and_redis_answer(market, client):
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "ready",
        "database": "up",
        "migrations": "applied",
        "redis": "up",
        "matching": "up",
        "oldest_command_s": 0.0,
    }


def test_without_redis_the_exchange_is_still_ready(market, client, settings):
    redis_connection.client.cache_clear()
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    try:
        answer = client.get("/readyz")
    finally:
        redis_connection.client.cache_clear()
    assert answer.status_code == 200
    assert (answer.json()["status"], answer.json()["redis"]) == ("degraded", "down")


def test_commands_that_wait_for_long_show_that_nobody_matches_and_orders_are_still_taken_on(market, client):
    market.place("BUY", 1, "9.00")
    InboxCommand.objects.update(accepted_at=now() - timedelta(seconds=60))
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert (answer.json()["status"], answer.json()["matching"]) == ("degraded", "behind")
    assert 60 <= answer.json()["oldest_command_s"] < 120


def test_what_waits_for_a_stopped_book_says_nothing_about_the_matchers(market, client):
    market.place("BUY", 1, "9.00")
    InboxCommand.objects.update(accepted_at=now() - timedelta(seconds=60))
    Book.objects.update(status=BookStatus.STOPPED)
    assert client.get("/readyz").json()["matching"] == "up"


def test_a_database_without_the_newest_tables_is_not_ready(market, client, monkeypatch):
    monkeypatch.setattr(readiness, "_known_to_be_migrated", set())
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'market' RETURNING app, name, applied")
        applied = cursor.fetchall()
        try:
            answer = client.get("/readyz")
        finally:
            cursor.executemany("INSERT INTO django_migrations (app, name, applied) VALUES (%s, %s, %s)", applied)
    assert answer.status_code == 503
    assert (answer.json()["status"], answer.json()["migrations"]) == ("unavailable", "missing")


def test_without_the_database_nothing_that_it_knows_is_told(clean_database, client, monkeypatch):
    def away(*_, **__):
        raise OperationalError("away")

    with monkeypatch.context() as patched:
        patched.setattr(connection, "cursor", away)
        answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json() == {
        "status": "unavailable",
        "database": "down",
        "migrations": "unknown",
        "redis": "up",
        "matching": "unknown",
        "oldest_command_s": None,
    }


def test_metrics_sum_the_counters_and_show_the_inbox(market, client):
    market.trade(10)
    market.place("BUY", 1, "9.00")
    text = client.get("/metrics").content.decode()
    assert 'marketops_inbox_depth{symbol="ACME"} 1' in text
    assert "marketops_trades_total" in text
    assert "marketops_commands_total" in text


def test_metrics_are_for_the_machine_itself_and_for_staff(market, client):
    assert client.get("/metrics", REMOTE_ADDR="10.0.0.7").status_code == 404
    assert client.get("/metrics", HTTP_X_FORWARDED_FOR="10.0.0.7").status_code == 404
    client.force_login(User.objects.get(username="tim"), backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/metrics", REMOTE_ADDR="10.0.0.7").status_code == 404


def test_the_flag_of_a_wake_up_is_in_redis_and_nothing_else_is(market):
    market.place("BUY", 1, "9.00")
    connection: redis.Redis = redis_connection.client()
    assert connection.get("marketops:wake:ACME") == b"1"
