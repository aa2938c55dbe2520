"""Pages of other sites may not open the market socket; programs, which send no Origin, may."""

import pytest

from ws_api.origins import is_allowed

HOSTS = ["localhost", "exchange.example"]
ORIGINS = ["https://partner.example"]


def allowed(origin: str | None, *, host: str = "localhost:8000") -> bool:
    headers = [(b"host", host.encode())]
    if origin is not None:
        headers.append((b"origin", origin.encode("latin-1")))
    return is_allowed(headers, hosts=HOSTS, origins=ORIGINS)


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        (None, "localhost:8000"),
        ("http://localhost:8000", "localhost:8000"),
        ("https://exchange.example", "exchange.example"),
        ("https://partner.example", "exchange.example"),
    ],
)
def test_no_origin_the_host_itself_and_configured_origins_may_come_in(origin, host):
    assert allowed(origin, host=host)


@pytest.mark.parametrize(
    ("origin", "host"),
    [
        ("http://evil.example", "localhost:8000"),
        ("null", "localhost:8000"),
        ("", "localhost:8000"),
        ("http://localhost:8001", "localhost:8000"),
        ("http://localhost", "localhost:8000"),
        ("http://sub.localhost:8000", "localhost:8000"),
        ("http://LOCALHOST:8000", "localhost:8000"),
        ("http://localhost.:8000", "localhost:8000"),
        ("ftp://localhost:8000", "localhost:8000"),
        ("http://localhost:8000/", "localhost:8000"),
        ("http://localhost:8000\x0b", "localhost:8000"),
        ("http://partner.example", "exchange.example"),
        ("https://sub.partner.example", "exchange.example"),
        ("http://rebound.example", "rebound.example"),
    ],
)
def test_everybody_else_is_refused(origin, host):
    assert not allowed(origin, host=host)


def test_two_origins_are_refused():
    headers = [(b"host", b"localhost"), (b"origin", b"http://localhost"), (b"origin", b"http://localhost")]
    assert not is_allowed(headers, hosts=HOSTS, origins=ORIGINS)
