"""The web as a process of one test's own, to be looked at from outside and stopped."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.db import connection

from launch.options import PROJECT
from tests.market_place import MarketPlace

START_S = 30
STOPPED_WITHIN_S = 20


@dataclass
class WebProcess:
    """A web process on the test's database."""

    port: int
    process: "subprocess.Popen[bytes]"

    @property
    def address(self) -> str:
        """Where it answers, without the scheme."""
        return f"127.0.0.1:{self.port}"

    def memory_bytes(self) -> int:
        """How much of it is in memory."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    def ask_to_stop(self) -> None:
        """Send SIGTERM; returns at once."""
        self.process.send_signal(signal.SIGTERM)

    def exit_status(self) -> int:
        """Wait for its end."""
        return self.process.wait(timeout=STOPPED_WITHIN_S)


@pytest.fixture
def web_process(market: MarketPlace, tmp_path: Path) -> Iterator[WebProcess]:
    """The web of this test's own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    test_database = os.environ["DATABASE_URL"].rpartition("/")[0] + "/" + connection.settings_dict["NAME"]
    env = {
        **os.environ,
        "DATABASE_URL": test_database,
        "DJANGO_SETTINGS_MODULE": "marketops_site.settings",
        "MARKETOPS_VAR_DIR": str(tmp_path),
        "MARKETOPS_PROCESS": "web",
    }
    del env["PROMETHEUS_MULTIPROC_DIR"]  # it counts what it does itself, not what all tests do
    command = [sys.executable, "manage.py", "runweb", "--bind", "127.0.0.1", "--port", str(port)]
    with subprocess.Popen(command, env=env, cwd=PROJECT) as process:
        try:
            _wait_for_port(port, process=process)
            yield WebProcess(port, process)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=STOPPED_WITHIN_S)


def _wait_for_port(port: int, *, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + START_S
    while time.monotonic() < until:
        assert process.poll() is None, "the process ended"
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.1)  # a bounded wait for another process, which cannot say that it is ready
    raise TimeoutError("the process does not listen")
