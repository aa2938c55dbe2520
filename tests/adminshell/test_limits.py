"""Strangers who are many, slow or loud do not keep an operator out, and nobody stays for ever."""

import socket
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import pytest
from django.db import connection

from access.models import SshKey
from access.services import ssh_keys
from adminshell import guests
from adminshell.server import Patience
from adminshell.waiting_room import Doorkeeper, WaitingRoom
from tests.adminshell.conftest import HOST, Door, commands_in_audit, wait_until
from tests.market_place import MarketPlace
from vocabulary import limits

HALF_OPEN = 100


def closed_by_the_server(sock: socket.socket) -> bool:
    """Whether the other side has closed; whatever it said before is read and forgotten."""
    sock.setblocking(False)
    try:
        while sock.recv(4096):
            pass
    except BlockingIOError:
        return False
    except ConnectionError:
        pass
    return True


def test_a_hundred_half_open_connections_do_not_keep_an_operator_out(door: Door):
    silent = [socket.create_connection((HOST, door.port)) for _ in range(HALF_OPEN)]
    try:
        assert door.ssh("status").returncode == 0
        wait_until(lambda: sum(map(closed_by_the_server, silent)) >= HALF_OPEN - limits.SSH_WAITING_CONNECTIONS_MAX)
        assert door.ssh("status").returncode == 0
    finally:
        for sock in silent:
            sock.close()
    assert [entry.detail.get("exit_status") for entry in commands_in_audit()] == [None, 0, None, 0]


def test_whoever_does_not_come_in_is_sent_away(open_door: Callable[..., Door]):
    door = open_door(patience=Patience(login_grace_s=0.5))
    silent = socket.create_connection((HOST, door.port))
    slow = socket.create_connection((HOST, door.port))
    slow.sendall(b"S")

    wait_until(lambda: closed_by_the_server(silent) and closed_by_the_server(slow))

    with door.paramiko_client() as transport:  # in, and then asks for nothing
        wait_until(lambda: not transport.is_active())


def test_garbage_in_the_place_of_a_banner_closes_the_connection(door: Door):
    for garbage in (
        b"GET / HTTP/1.1\r\n\r\n" * 40,
        b"\x00" * 4096 + b"\n" * 300,
        b"SSH-1.5-old\r\n",
        b"\xff\r\n" * 500,
    ):
        with socket.create_connection((HOST, door.port)) as loud:
            loud.sendall(garbage)
            wait_until(partial(closed_by_the_server, loud))
    with socket.create_connection((HOST, door.port)) as loud:
        loud.sendall(b"SSH-2.0-x\r\n" + b"\xff" * 2000)
        wait_until(lambda: closed_by_the_server(loud))
    assert door.ssh("status").returncode == 0


def test_an_idle_console_ends(open_door: Callable[..., Door]):
    door = open_door(patience=Patience(idle_s=0.3))
    with door.paramiko_client() as transport:
        channel = transport.open_session()
        channel.get_pty(width=80, height=24)
        channel.invoke_shell()
        assert channel.recv_exit_status() == 0


def test_one_session_too_many_is_told_so(door: Door):
    transports = [door.paramiko_client() for _ in range(limits.SSH_SESSIONS_MAX)]
    try:
        for transport in transports:
            transport.open_session().exec_command(b"watch ACME")
        wait_until(lambda: len(commands_in_audit()) == limits.SSH_SESSIONS_MAX)
        done = door.ssh("status")
        assert (done.returncode, done.stderr) == (9, "Too many sessions are open; close one.\n")
    finally:
        for transport in transports:
            transport.close()
    wait_until(lambda: len(commands_in_audit()) == 2 * limits.SSH_SESSIONS_MAX)
    assert door.ssh("status").returncode == 0


def test_eleven_failures_end_the_connection_and_each_takes_longer():
    doorkeeper = Doorkeeper()
    delays = [doorkeeper.delay_after_failure("203.0.113.9") for _ in range(11)]
    assert delays == [0, 0, 0, 0.25, 0.5, 1, 2, 4, 8, 8, 8]
    assert doorkeeper.delay_after_failure("203.0.113.10") == 0


@contextmanager
def nobody_connects_to_the_database() -> Iterator[None]:
    """Only the connections that are there already go on."""
    limit = f'ALTER DATABASE "{connection.settings_dict["NAME"]}" CONNECTION LIMIT %s'
    with connection.cursor() as cursor:
        cursor.execute(limit % 0)
        try:
            yield
        finally:
            cursor.execute(limit % -1)


def test_a_database_that_is_away_is_said_and_the_door_stays_open(door: Door):
    with door.paramiko_client() as transport:
        channel = transport.open_session()
        with nobody_connects_to_the_database():
            channel.exec_command(b"halt")
            assert channel.recv_exit_status() == 75
            assert channel.recv_stderr(1000) == b"The exchange's database is away. Ask again in a moment.\n"
            assert door.ssh("halt").returncode == 75
    assert door.ssh("status").returncode == 0


def test_whose_key_cannot_be_looked_up_reads_why_they_are_not_let_in(door: Door, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(guests, "_seen_before", OrderedDict())
    with nobody_connects_to_the_database():
        done = door.ssh("halt")
    assert done.returncode == 255
    assert done.stderr.startswith("The exchange's database is away. Ask again in a moment.\n")


def test_a_key_that_was_revoked_is_forgotten_at_the_next_knock(door: Door, market: MarketPlace):
    assert door.ssh("status").returncode == 0
    ssh_keys.revoke(SshKey.objects.get().fingerprint, actor=market.operator)
    assert door.ssh("status").returncode == 255
    with nobody_connects_to_the_database():
        assert door.ssh("halt").returncode == 255


class Newcomer:
    """A connection that waits to be let in."""

    def __init__(self, address: str, progress: int = 0) -> None:
        self.address = address
        self.progress = progress
        self.is_inside = True

    def turn_away(self) -> None:
        self.is_inside = False


def test_a_full_room_loses_the_silent_and_the_old_of_the_busiest_address():
    room = WaitingRoom(places=4)
    lone, busy_far, silent_old, silent_new = (
        Newcomer("a"), Newcomer("b", progress=2), Newcomer("b"), Newcomer("b"),
    )  # fmt: skip
    for waiting in (lone, busy_far, silent_old, silent_new):
        room.enter(waiting)

    room.enter(Newcomer("c"))
    assert [waiting.is_inside for waiting in (lone, busy_far, silent_old, silent_new)] == [True, True, False, True]
    room.enter(Newcomer("c"))
    assert [waiting.is_inside for waiting in (lone, busy_far, silent_old, silent_new)] == [True, True, False, False]
    room.leave(lone)
    room.enter(Newcomer("d"))
    assert busy_far.is_inside


def test_the_connection_of_an_operator_survives_the_flood_of_others(door: Door):
    with door.paramiko_client() as transport:
        channel = transport.open_session()
        channel.exec_command(b"watch ACME")
        wait_until(channel.recv_ready)
        for _ in range(30):
            socket.create_connection((HOST, door.port)).close()
        seen = channel.recv(10_000)
        started = time.monotonic()
        wait_until(channel.recv_ready)
        assert seen
        assert time.monotonic() - started < limits.SSH_IDLE_S
