"""``manage.py runadminshell`` as a process of its own, beside nothing but PostgreSQL."""

import io
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from access.services import ssh_keys
from launch.options import PROJECT
from launch.servers import ports
from market.selectors import instruments
from tests.adminshell.conftest import HOST, Door, KeyPair, commands_in_audit, wait_until
from tests.market_place import MarketPlace

NOBODY_LISTENS = "redis://127.0.0.1:1/0"


@contextmanager
def running(
    folder: Path, key: KeyPair, *, port: int = 0, **more: str
) -> Iterator[tuple[Door, "subprocess.Popen[str]"]]:
    """A process without Redis, web and workers; stopped with SIGTERM."""
    (folder / "ready").unlink(missing_ok=True)
    port = port or ports.remembered(folder / "port")
    env = {
        **os.environ,
        "DATABASE_URL": f"{os.environ['DATABASE_URL'].rpartition('/')[0]}/{connection.settings_dict['NAME']}",
        "REDIS_URL": NOBODY_LISTENS,
        "MARKETOPS_VAR_DIR": str(folder),
        "MARKETOPS_READY_FILE": str(folder / "ready"),
        "MARKETOPS_PULSE_FILE": str(folder / "pulse"),
        "MARKETOPS_SSH_PORT": str(port),
        **more,
    }
    command = [sys.executable, "manage.py", "runadminshell"]
    with subprocess.Popen(command, env=env, cwd=PROJECT, stdout=subprocess.PIPE, text=True) as process:
        try:
            wait_until(lambda: (folder / "ready").exists() or process.poll() is not None)
            assert process.poll() is None
            yield Door(port, folder, key), process
        finally:
            process.send_signal(signal.SIGTERM)
            assert process.wait(10) == 0


def test_with_nothing_but_postgres_a_halt_is_carried_out_at_once(market: MarketPlace, key: KeyPair, tmp_path: Path):
    ssh_keys.add(username="olivia", public_key=key.public)
    commands_file = tmp_path / "shared" / "admin_commands.txt"
    accept_new = ("-oStrictHostKeyChecking=accept-new",)
    with running(tmp_path, key, MARKETOPS_ADMIN_COMMANDS_FILE=str(commands_file)) as (door, _process):
        started = time.monotonic()
        done = door.ssh('halt ACME "all else is down"', options=accept_new)
        took_s = time.monotonic() - started
        assert (done.returncode, done.stdout) == (0, "ACME halted: all else is down.\n")
        assert took_s < 3
        assert instruments.by_symbol("ACME").phase_reason == "all else is down"
        assert '"redis": "down"' in door.ssh("status --json").stdout
        assert "Redis does not answer" in door.ssh("workers").stdout
        order = market.place("BUY", 1, "9.00")
        assert not order.is_accepted
        assert (tmp_path / "pulse").exists()
        with commands_file.open("a") as file:
            file.write("resume ACME\n")
        wait_until(lambda: instruments.by_symbol("ACME").phase_reason == "")
        wait_until(lambda: len(commands_in_audit()) == 8)
    assert stat.S_IMODE((tmp_path / "ssh_host_ed25519_key").stat().st_mode) == 0o600

    with running(tmp_path, key, port=door.port) as (again, process):
        # The client has noted the key of the first run, and accepts no other.
        assert again.ssh("status").returncode == 0
        assert process.stdout is not None
        assert re.match(r"adminshell: host key SHA256:\S+\n", process.stdout.readline())
        assert process.stdout.readline() == f"adminshell: listening on 127.0.0.1:{door.port}\n"


def test_a_database_that_is_away_is_said_and_nobody_comes_in(market: MarketPlace, key: KeyPair, tmp_path: Path):
    ssh_keys.add(username="olivia", public_key=key.public)
    nowhere = "postgres://nobody@127.0.0.1:1/nothing"
    with running(tmp_path, key, DATABASE_URL=nowhere) as (door, _process):
        done = door.ssh("halt", options=("-oStrictHostKeyChecking=accept-new",))
        assert done.returncode == 255
        assert "Permission denied (publickey,password)" in done.stderr


def test_a_host_key_that_others_can_read_is_refused(tmp_path: Path, settings):
    settings.VAR_DIR = tmp_path
    (tmp_path / "ssh_host_ed25519_key").write_text("x")
    (tmp_path / "ssh_host_ed25519_key").chmod(0o644)
    with pytest.raises(CommandError, match="must be readable by its owner alone"):
        call_command("runadminshell", port=0)


def test_a_port_in_use_is_said_in_one_line(tmp_path: Path, settings):
    settings.VAR_DIR = tmp_path
    with socket.create_server((HOST, 0)) as occupant:
        port = occupant.getsockname()[1]
        with pytest.raises(CommandError, match=f"^Cannot listen on 127.0.0.1:{port}: Address already in use"):
            call_command("runadminshell", port=port)


def test_addsshkey_registers_a_key_and_says_what_is_wrong_with_another(
    market: MarketPlace, key: KeyPair, tmp_path: Path
):
    file = tmp_path / "id.pub"
    file.write_text(f"{key.public} olivia@laptop\n")
    said = io.StringIO()

    call_command("addsshkey", "olivia", str(file), stdout=said)

    assert re.fullmatch(r"SHA256:\S{43} may come in as olivia\.\n", said.getvalue())
    for arguments, complaint in (
        (("olivia", str(file)), "is registered already"),
        (("tim", str(file)), "There is no operator named tim"),
        (("olivia", str(tmp_path / "none")), "Cannot read"),
    ):
        with pytest.raises(CommandError, match=complaint):
            call_command("addsshkey", *arguments)
