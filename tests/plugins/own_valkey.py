"""A Valkey of its own for each further worker of a test run: wake-ups and messages of one must not reach another."""

import os
import tempfile
from contextlib import ExitStack
from pathlib import Path

import pytest

from launch.servers.embedded import embedded_valkey

FIRST_WORKER = "gw0"
_running = ExitStack()


def _start() -> None:
    folder = Path(_running.enter_context(tempfile.TemporaryDirectory(prefix="marketops-valkey-")))
    folder.chmod(0o711)
    valkey = _running.enter_context(embedded_valkey(folder))
    os.environ["REDIS_URL"] = valkey.url
    os.environ["MARKETOPS_REDIS_ADMIN_URL"] = valkey.admin_url


# At import, because Django's settings read the environment before any hook of a plugin is called.
if os.environ.get("PYTEST_XDIST_WORKER", FIRST_WORKER) != FIRST_WORKER:
    _start()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the worker's Valkey."""
    _running.close()
