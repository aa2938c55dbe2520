"""What every test can ask for: a clean database and a small market with people in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import hypothesis
import pytest
import redis
from django.conf import settings
from django.db import Error, connection
from django.test.utils import setup_databases, teardown_databases

import matching
from tests.emptying import empty_every_table
from tests.market_place import MarketPlace

# What is fast is measured by benchmarks, and not by how long an example takes on a busy machine.
hypothesis.settings.register_profile("exchange", deadline=None)
hypothesis.settings.load_profile("exchange")

pytest_plugins = ["tests.plugins.tiers", "tests.running_system", "tests.web_process"]


def pytest_configure(config: pytest.Config) -> None:
    """Hash passwords cheaply, serve static files unhashed and let everybody ask as often as they like.

    What these cost is nothing that a test waits for; the tests that are about it ask for it.
    """
    settings.RATE_LIMITS = {}
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_modify_db_settings: None, django_db_blocker):
    """The test database, for whichever test asks first: pytest-django's own looks for marks, which fixtures lack."""
    with django_db_blocker.unblock():
        made = setup_databases(verbosity=0, interactive=False, aliases={"default"})
    yield
    with django_db_blocker.unblock():
        teardown_databases(made, verbosity=0)


@pytest.fixture
def clean_database(django_db_setup: None, django_db_blocker) -> Iterator[None]:
    """A database as after the migrations, with real commits; emptied again when the test is over."""
    with emptied_database(django_db_blocker):
        yield


@contextmanager
def emptied_database(django_db_blocker: Any) -> Iterator[None]:
    """A database that may be used within, with real commits, and is emptied in the end."""
    with django_db_blocker.unblock():
        yield
        try:
            empty_every_table()
        except Error:  # the test has left a broken connection, which is not to be the next one's
            connection.close()
            empty_every_table()


@pytest.fixture(scope="session")
def warm_kernel() -> None:
    """The core, compiled before anything is timed or locked."""
    matching.warm()


@pytest.fixture
def market(clean_database: None, warm_kernel: None) -> MarketPlace:
    """An exchange with ACME (tick 0.01, lot 1, band 5.00 to 15.00), a trader, a house and an operator."""
    redis.Redis.from_url(settings.REDIS_URL).delete("marketops:wake:ACME", "marketops:lease:ACME")
    return MarketPlace.open()
