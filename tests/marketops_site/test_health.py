"""Health, readiness and metrics."""

import pytest
import redis
from django.test import Client

from access.models import User
from market import redis_connection


@pytest.fixture
def client() -> Client:
    return Client()


def test_a_living_process_says_so(client):
    assert client.get("/healthz").json() == {"status": "alive"}


def test_ready_when_database_and_redis_answer(market, client):
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ready", "database": "up", "redis": "up"})


def test_without_redis_the_exchange_is_still_ready(market, client, settings):
    redis_connection.client.cache_clear()
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    try:
        answer = client.get("/readyz")
    finally:
        redis_connection.client.cache_clear()
    assert (answer.status_code, answer.json()["redis"]) == (200, "down")


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
