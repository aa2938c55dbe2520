"""Listening for operators, letting them in, and one thread for each who is here."""

import contextlib
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import paramiko
import structlog

from adminshell import algorithms, session
from adminshell.interface import OperatorsOnly
from adminshell.waiting_room import Doorkeeper, WaitingRoom
from vocabulary import limits

ACCEPT_S = 0.2
POLL_S = 0.05
KEEPALIVE_S = 30
WINDOW_BYTES = 64 * 1024
BACKLOG = 128
FAREWELL_S = 5

logger = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Patience:
    """How long the server waits for people."""

    login_grace_s: float = limits.SSH_LOGIN_GRACE_S
    idle_s: float = limits.SSH_IDLE_S


class AdminShell:
    """The SSH server. It listens from its making on, and serves while ``serve`` runs."""

    def __init__(
        self,
        *,
        address: tuple[str, int],
        host_key: paramiko.PKey,
        takes_passwords: bool,
        patience: Patience | None = None,
    ) -> None:
        family = socket.AF_INET6 if ":" in address[0] else socket.AF_INET
        self._listener = socket.create_server(address, family=family, backlog=BACKLOG)
        self._listener.settimeout(ACCEPT_S)
        self._host_key = host_key
        self._takes_passwords = takes_passwords
        self.patience = patience or Patience()
        self.waiting_room = WaitingRoom()
        self._doorkeeper = Doorkeeper()
        self._sessions = threading.BoundedSemaphore(limits.SSH_SESSIONS_MAX)
        self._connections: set[Connection] = set()
        self._lock = threading.Lock()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._listener.getsockname()[1])

    def serve(self, stop: threading.Event, *, pulse: Path | None = None) -> None:
        """Serve until ``stop`` is set, touching ``pulse`` on the way; then close every connection.

        A command that has begun is given a few seconds to come to its end, though nobody hears of it any more.
        """
        try:
            while not stop.is_set():
                if pulse is not None:
                    pulse.touch()
                self._accept()
        finally:
            self._listener.close()
            self._say_farewell()

    def try_session(self) -> contextlib.AbstractContextManager[bool]:
        """A place among those who are in; the context says whether there was one."""
        return _place(self._sessions)

    def greet(self, sock: socket.socket, address: str) -> tuple[paramiko.Transport, OperatorsOnly]:
        """The two ends of the protocol for one client, not yet speaking."""
        transport = paramiko.Transport(
            sock, disabled_algorithms=algorithms.kept_out(), default_window_size=WINDOW_BYTES, strict_kex=True
        )
        transport.banner_timeout = transport.handshake_timeout = self.patience.login_grace_s
        transport.add_server_key(self._host_key)
        manners = OperatorsOnly(address=address, doorkeeper=self._doorkeeper, takes_passwords=self._takes_passwords)
        return transport, manners

    def forget(self, connection: "Connection") -> None:
        """A connection has come to its end."""
        self.waiting_room.leave(connection)
        with self._lock:
            self._connections.discard(connection)

    def _say_farewell(self) -> None:
        with self._lock:
            left = list(self._connections)
        for connection in left:
            connection.turn_away()
        until = time.monotonic() + FAREWELL_S
        for connection in left:
            connection.join(max(0.0, until - time.monotonic()))

    def _accept(self) -> None:
        try:
            sock, peer = self._listener.accept()
        except TimeoutError:
            return
        except OSError as error:
            # Out of file handles, most likely: those who are here must be able to finish.
            logger.warning("ssh_accept_failed", error=os.strerror(error.errno or 0))
            time.sleep(ACCEPT_S)
            return
        try:
            self._receive(sock, address=str(peer[0]))
        except (OSError, RuntimeError) as error:
            # Gone before it could be greeted, or this process may start no more threads: the next one may do better.
            logger.warning("ssh_connection_dropped", error=repr(error))
            sock.close()

    def _receive(self, sock: socket.socket, *, address: str) -> None:
        connection = Connection(self, sock, address=address)
        with self._lock:
            self._connections.add(connection)
        self.waiting_room.enter(connection)
        try:
            connection.start()
        except RuntimeError:
            self.forget(connection)
            raise


class Connection(threading.Thread):
    """One client from its first byte to its last."""

    def __init__(self, server: AdminShell, sock: socket.socket, *, address: str) -> None:
        super().__init__(name=f"ssh-{address}", daemon=True)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, limits.SSH_STALL_S_MAX * 1000)
        self.address = address
        self._server = server
        self._sock = sock
        self._transport, self._manners = server.greet(sock, address)

    @property
    def progress(self) -> int:
        """Nothing said, a version said, keys agreed on."""
        if self._transport.initial_kex_done:
            return 2
        return 1 if self._transport.remote_version else 0

    def turn_away(self) -> None:
        """Close the connection under everybody who uses it."""
        with contextlib.suppress(OSError):
            self._sock.shutdown(socket.SHUT_RDWR)

    def run(self) -> None:
        """Wait for a proof of who this is, then for what they want, and do it."""
        try:
            # With an event it returns at once; a client that cannot negotiate shows as an inactive transport.
            self._transport.start_server(event=threading.Event(), server=self._manners)
            deadline = time.monotonic() + self._server.patience.login_grace_s
            if self._comes(self._transport.is_authenticated, deadline=deadline):
                self._server.waiting_room.leave(self)
                self._transport.set_keepalive(KEEPALIVE_S)
                if self._comes(self._manners.is_asked.is_set, deadline=deadline):
                    self._serve()
        except (paramiko.SSHException, EOFError, OSError) as error:
            logger.info("ssh_connection_lost", address=self.address, error=repr(error))
        except Exception:
            logger.exception("ssh_session_failed", address=self.address)
        finally:
            self._transport.close()
            self._sock.close()
            self._server.forget(self)

    def _comes(self, condition: Callable[[], bool], *, deadline: float) -> bool:
        while not condition():
            if not self._transport.is_active() or time.monotonic() > deadline:
                return False
            time.sleep(POLL_S)
        return True

    def _serve(self) -> None:
        guest, channel = self._manners.guest, self._manners.channel
        assert guest is not None, "only an authenticated client is served"
        assert channel is not None, "a request comes over a channel"
        logger.info("ssh_session_opened", username=guest.username, address=self.address)
        with self._server.try_session() as has_place:
            session.hold(
                channel,
                guest=guest,
                terminal=self._manners.terminal,
                command=self._manners.command,
                idle_s=self._server.patience.idle_s,
                has_place=has_place,
            )
        # A client that is given the time to close first gets all of its output.
        self._transport.join(FAREWELL_S)
        logger.info("ssh_session_closed", username=guest.username, address=self.address)


@contextlib.contextmanager
def _place(places: threading.BoundedSemaphore) -> Iterator[bool]:
    has_place = places.acquire(blocking=False)
    try:
        yield has_place
    finally:
        if has_place:
            places.release()
