"""Signed requests: the secret never travels, and what was signed is taken once, as it was signed, in its time."""

import json
import time
from typing import Any

import pytest
from django.test import Client

from access.models import SignatureUse
from access.services import api_keys
from access.signing import SignedRequest, signature_of
from market.models import Order
from tests.rest_api.conftest import assert_problem


class Signer:
    """A caller who signs, and whose requests can be changed after that."""

    def __init__(self, issued: Any) -> None:
        self.issued = issued

    def header(self, method: str, path: str, body: bytes = b"", *, query: str = "", **changes: Any) -> str:
        """The Authorization header of a request, some of it changed before it is signed."""
        window_ms = changes.get("window_ms", 5_000)
        timestamp_ms = changes.get("timestamp_ms", time.time_ns() // 1_000_000)
        secret = changes.get("secret", self.issued.signing_secret)
        signed = SignedRequest(self.issued.prefix, timestamp_ms, window_ms, "", method, path, query, body)
        signature = signature_of(signed.text, secret=secret)
        return (
            f"HMAC-SHA256 key={self.issued.prefix}, timestamp={timestamp_ms}, window={window_ms}, signature={signature}"
        )


def send(method: str, path: str, header: str, body: bytes = b"") -> Any:
    """Send a request with this Authorization header."""
    content_type = "application/json" if body else ""
    return Client(raise_request_exception=False).generic(
        method, path, body, content_type=content_type, headers={"Authorization": header}
    )


@pytest.fixture
def signer(exchange) -> Signer:
    """The trader, who signs."""
    return Signer(api_keys.issue(actor=exchange.place.trader, name="signing"))


def test_a_signed_order_is_taken_on(exchange, signer):
    body = json.dumps(exchange.ticket()).encode()
    answer = send("POST", "/api/v1/orders/", signer.header("POST", "/api/v1/orders/", body), body)
    assert (answer.status_code, answer.json()["cl_ord_id"]) == (201, "my-1")


def test_a_query_is_signed_as_it_is_sent(exchange, signer):
    header = signer.header("GET", "/api/v1/orders/", query="count=5&open=true")
    assert send("GET", "/api/v1/orders/?count=5&open=true", header).status_code == 200


def test_the_very_same_request_is_taken_once(exchange, signer):
    body = json.dumps(exchange.ticket()).encode()
    header = signer.header("POST", "/api/v1/orders/", body)
    assert send("POST", "/api/v1/orders/", header, body).status_code == 201
    assert_problem(send("POST", "/api/v1/orders/", header, body), 401, "signature_reused")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("DELETE", "/api/v1/orders/?account=A1", b"{}"),
        ("POST", "/api/v1/keys/", b"{}"),
        ("POST", "/api/v1/orders/?x=1", b"{}"),
        ("POST", "/api/v1/orders/", b"{} "),
    ],
)
def test_a_request_changed_after_it_was_signed_is_refused(exchange, signer, method, path, body):
    header = signer.header("POST", "/api/v1/orders/", b"{}")
    assert_problem(send(method, path, header, body), 401, "invalid_signature")
    assert (Order.objects.count(), SignatureUse.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("shift_ms", "window_ms", "code"),
    [
        (-6_000, 5_000, "outside_window"),
        (5_000, 5_000, "outside_window"),
        (0, 60_001, "invalid_window"),
        (0, 0, "invalid_window"),
    ],
)
def test_a_request_outside_its_time_is_refused(exchange, signer, shift_ms, window_ms, code):
    timestamp_ms = time.time_ns() // 1_000_000 + shift_ms
    header = signer.header("GET", "/api/v1/orders/", timestamp_ms=timestamp_ms, window_ms=window_ms)
    assert_problem(send("GET", "/api/v1/orders/", header), 401, code)


def test_the_key_itself_signs_nothing(exchange, signer):
    header = signer.header("GET", "/api/v1/orders/", secret=signer.issued.secret)
    assert_problem(send("GET", "/api/v1/orders/", header), 401, "invalid_signature")


def test_a_revoked_key_signs_nothing(exchange, signer):
    api_keys.revoke(actor=exchange.place.trader, key_id=signer.issued.key_id)
    header = signer.header("GET", "/api/v1/orders/")
    assert_problem(send("GET", "/api/v1/orders/", header), 401, "invalid_signature")


def test_signing_secrets_outlive_a_change_of_the_exchanges_secret_key(exchange, signer, settings):
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "another secret key of the exchange"
    header = signer.header("GET", "/api/v1/orders/")
    assert send("GET", "/api/v1/orders/", header).status_code == 200


def test_used_signatures_are_forgotten_once_their_requests_would_be_refused(exchange, signer):
    SignatureUse.objects.create(digest=b"old", expires_at="2026-01-01T00:00:00Z")
    assert send("GET", "/api/v1/orders/", signer.header("GET", "/api/v1/orders/")).status_code == 200
    assert [bytes(use.digest) == b"old" for use in SignatureUse.objects.all()] == [False]
