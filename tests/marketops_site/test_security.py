"""What the browser is told, what production demands, and what no request may do."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client

ROOT = Path(__file__).resolve().parents[2]
PAGES = ["/", "/sign-in/", "/help/", "/instruments/ACME/", "/instruments/NOPE/", "/nope/", "/api/v1/instruments/",
         "/api/v1/orders/", "/api/v1/nope/", "/healthz"]  # fmt: skip
PRODUCTION = {
    "MARKETOPS_DEMO": "0",
    "MARKETOPS_SECRET_KEY": "k9!fLw2@qPz7#vTn4$xRb8%yMd1^cHs6&jGa3*eUo5(iKt0)wBq",
    "MARKETOPS_ALLOWED_HOSTS": "exchange.example.org",
}


def manage(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run manage.py with these settings over the test run's own."""
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True, timeout=100, check=False,
    )  # fmt: skip


def test_production_settings_pass_djangos_deployment_check_without_a_warning():
    checked = manage("check", "--deploy", "--fail-level", "WARNING", **PRODUCTION)
    assert checked.returncode == 0, checked.stderr
    assert "no issues" in checked.stdout


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("MARKETOPS_SECRET_KEY", ""),
        ("MARKETOPS_ALLOWED_HOSTS", ""),
        ("MARKETOPS_ALLOWED_HOSTS", "*"),
    ],
)
def test_production_refuses_to_start_unsafe(setting, value):
    refused = manage("check", **{**PRODUCTION, setting: value})
    assert refused.returncode != 0
    assert setting in refused.stderr


@pytest.mark.parametrize("path", PAGES)
def test_every_answer_carries_the_security_headers(market, path):
    headers = Client().get(path).headers
    policy = headers["Content-Security-Policy"]
    assert "script-src 'self';" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"


def test_session_cookies_are_out_of_reach_of_scripts_and_of_other_sites(market):
    client = Client()
    client.post("/sign-in/", {"username": "tim", "password": market.password})
    cookies = {name: morsel for name, morsel in client.cookies.items() if "session" in name}
    assert len(cookies) == 1
    for cookie in cookies.values():
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"


@pytest.mark.parametrize("path", ["/sign-in/", "/sign-up/", "/sign-out/", "/operations/halt/", "/admin/login/"])
def test_a_form_without_its_token_is_refused(market, path):
    client = Client(enforce_csrf_checks=True)
    assert client.post(path, {"username": "tim", "password": market.password}).status_code in {403, 404, 405}


def test_a_body_above_the_limit_is_refused_before_it_is_read(market):
    answer = Client().post("/sign-in/", data=b"x" * 300_000, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 413


def test_ten_wrong_passwords_lock_that_name_from_that_address_and_no_other(market):
    stranger = Client(REMOTE_ADDR="10.0.0.7")
    for _ in range(10):
        stranger.post("/sign-in/", {"username": "tim", "password": "wrong-password-0"})
    locked = stranger.post("/sign-in/", {"username": "tim", "password": market.password})
    assert locked.status_code == 429
    own = Client(REMOTE_ADDR="10.0.0.8").post("/sign-in/", {"username": "tim", "password": market.password})
    assert own.status_code == 302
