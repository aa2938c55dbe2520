"""The small market as the REST door sees it: callers with a key each, and one without."""

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from threading import Event, Thread
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from market.models import ClOrdIdUse, InboxCommand, Instrument, Order
from tests.market_place import MarketPlace


class Caller:
    """Somebody calling the API, with a key or without."""

    def __init__(self, key: str | None = None) -> None:
        self.headers = {} if key is None else {"Authorization": f"Bearer {key}"}
        # A bug must come out as the 500 that a client would see, and no request may need a browser's token.
        self._client = Client(raise_request_exception=False, enforce_csrf_checks=True)

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """Send a request to /api/v1/; a dict as JSON, bytes as they are."""
        data = json.dumps(body).encode() if isinstance(body, dict) else body or b""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        content_type = named.pop("content-type", "application/json" if data else "")
        sent = {**self.headers, **named, **({"Content-Type": content_type} if content_type else {})}
        return self._client.generic(method, f"/api/v1/{path}", data, content_type=content_type, headers=sent)

    def get(self, path: str, **headers: str) -> Any:
        """GET."""
        return self.send("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        """POST."""
        return self.send("POST", path, body, **headers)

    def put(self, path: str, body: Any = None, **headers: str) -> Any:
        """PUT a JSON body."""
        return self.send("PUT", path, body, **headers)

    def patch(self, path: str, body: Any = None, **headers: str) -> Any:
        """PATCH."""
        return self.send("PATCH", path, body, **headers)

    def delete(self, path: str, **headers: str) -> Any:
        """DELETE."""
        return self.send("DELETE", path, **headers)


@dataclass
class Exchange:
    """Who calls, and what the exchange holds."""

    trader: Caller
    other: Caller
    operator: Caller
    anonymous: Caller
    place: MarketPlace

    @property
    def account(self) -> str:
        """The trader's account."""
        return self.place.account

    def ticket(self, **changes: Any) -> dict[str, Any]:
        """A good order of the trader's with some fields changed; a field that is None here is left out."""
        ticket = {
            "cl_ord_id": "my-1",
            "account": self.account,
            "symbol": "ACME",
            "side": "BUY",
            "ord_type": "LIMIT",
            "order_qty": "100",
            "price": "10.05",
            "time_in_force": "DAY",
            **changes,
        }
        return {name: value for name, value in ticket.items() if value is not None}

    def drain(self) -> None:
        """Let the matcher sequence what waits."""
        self.place.drain()

    def recorded(self) -> tuple[int, int, int, int]:
        """How many orders, used ids, waiting commands and instruments there are."""
        return tuple(model.objects.count() for model in (Order, ClOrdIdUse, InboxCommand, Instrument))  # type: ignore[return-value]

    @contextmanager
    def matching(self, symbol: str = "ACME") -> Iterator[None]:
        """A matcher that works on one book beside the test, as a worker would."""
        over = Event()
        worker = Thread(target=self._match_until, args=[over, symbol])
        worker.start()
        try:
            yield
        finally:
            over.set()
            worker.join()

    def _match_until(self, over: Event, symbol: str) -> None:
        while not over.wait(0.01):
            self.place.drain(symbol)
        connections.close_all()


def _open(settings: Any) -> Exchange:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    place = MarketPlace.open()
    trader, other, operator = (Caller(place.key_of(actor)) for actor in (place.trader, place.house, place.operator))
    return Exchange(trader, other, operator, Caller(), place)


@pytest.fixture
def exchange(db: None, warm_kernel: None, settings: Any) -> Exchange:
    """The small exchange, inside a transaction that is rolled back."""
    return _open(settings)


@pytest.fixture
def committed_exchange(clean_database: None, warm_kernel: None, settings: Any) -> Exchange:
    """The small exchange, committed, for tests in which others look at it too."""
    return _open(settings)


@pytest.fixture
def nothing_recorded(exchange: Exchange) -> Callable[[], AbstractContextManager[None]]:
    """A context that ends with the exchange holding what it held before."""

    @contextmanager
    def unchanged() -> Iterator[None]:
        before = exchange.recorded()
        yield
        assert exchange.recorded() == before

    return unchanged


def assert_problem(response: Any, status: int, code: str) -> dict[str, Any]:
    """The response is a whole problem document of this status and code, which shows nothing of the inside."""
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    problem: dict[str, Any] = json.loads(response.content)
    assert problem["code"] == code
    assert problem["type"] == f"urn:marketops:problem:{code}"
    assert problem["status"] == status
    assert problem["title"]
    assert problem["detail"]
    assert "correlation_id" in problem
    for inside in ("Traceback", "psycopg", "SELECT", "/site-packages/"):
        assert inside not in response.content.decode()
    return problem
