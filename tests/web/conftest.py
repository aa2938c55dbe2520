"""People in front of their browsers, with scripts off."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.db import connections
from django.test import Client

from access.records import Actor
from tests.market_place import MarketPlace
from web.forms.ticket import mint_cl_ord_id

Visit = Callable[[Actor | None], Client]


@pytest.fixture(autouse=True)
def _plain_static_files(settings: Any) -> None:
    """Pages name static files as they lie in the repository; nothing needs to be collected."""
    backend = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": backend}


@pytest.fixture
def visit() -> Visit:
    """A browser in which the actor is signed in; nobody's when there is no actor."""

    def browser_of(actor: Actor | None) -> Client:
        client = Client(raise_request_exception=False)
        if actor is not None:
            user = get_user_model().objects.get(pk=actor.user_id)
            client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return browser_of


@pytest.fixture
def anybody(market: MarketPlace, visit: Visit) -> Client:
    """A visitor who has not signed in."""
    return visit(None)


@pytest.fixture
def trader(market: MarketPlace, visit: Visit) -> Client:
    """Tim's browser."""
    return visit(market.trader)


@pytest.fixture
def operator(market: MarketPlace, visit: Visit) -> Client:
    """Olivia's browser."""
    return visit(market.operator)


@contextmanager
def matching(market: MarketPlace) -> Iterator[None]:
    """A matcher that works beside the test, as a worker would."""
    over = Event()

    def drain_until_over() -> None:
        while not over.wait(0.01):
            market.drain()
        connections.close_all()

    worker = Thread(target=drain_until_over)
    worker.start()
    try:
        yield
    finally:
        over.set()
        worker.join()


def filled_in(market: MarketPlace, **changes: str) -> dict[str, str]:
    """The ticket as Tim fills it in, with some fields changed."""
    return {
        "cl_ord_id": mint_cl_ord_id(),
        "account": market.account,
        "side": "BUY",
        "ord_type": "LIMIT",
        "order_qty": "100",
        "price": "10.05",
        "time_in_force": "DAY",
        **changes,
    }
