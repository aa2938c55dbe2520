"""A relay before the database that cuts a connection at a COMMIT: before it passes, as it passes, or instead of its
answer.
"""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import StrEnum

COMMIT = b"COMMIT\0"
PIECE_BYTES = 1 << 16
RESET = struct.pack("ii", 1, 0)
"""A socket that is closed so resets its connection instead of ending it in order (SO_LINGER of no time)."""


class Cut(StrEnum):
    """Where a connection is cut, as seen from the COMMIT."""

    BEFORE = "before"
    DURING = "during"
    AFTER = "after"


class CuttingProxy:
    """Relays connections to the database until it has cut one at the COMMIT that it was armed for."""

    def __init__(self, target: tuple[str, int]) -> None:
        self._target = target
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._lock = threading.Lock()
        self._cut: Cut | None = None
        self._commits_to_come = 0
        self.cuts = 0

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._listening.getsockname()[1])

    def arm(self, cut: Cut, *, nth: int = 1) -> None:
        """Cut at the n-th COMMIT from now, whichever connection it comes by; once."""
        with self._lock:
            self._cut, self._commits_to_come = cut, nth

    def disarm(self) -> None:
        """Cut nothing."""
        with self._lock:
            self._cut = None

    def serve(self) -> None:
        """Relay until closed."""
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._relay, args=[client], daemon=True).start()

    def close(self) -> None:
        """Take no more connections."""
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def _relay(self, client: socket.socket) -> None:
        server = socket.create_connection(self._target)
        answers = threading.Thread(target=_pass_on, args=[server, client], daemon=True)
        answers.start()
        with suppress(OSError):
            while data := client.recv(PIECE_BYTES):
                cut = self._due(data)
                if cut is Cut.AFTER:
                    _mute(client)
                if cut is not Cut.BEFORE:
                    server.sendall(data)
                if cut is not None:
                    if cut is Cut.AFTER:
                        answers.join(timeout=0.2)
                    break
        _end(client)
        _end(server)

    def _due(self, data: bytes) -> Cut | None:
        if COMMIT not in data:
            return None
        with self._lock:
            if self._cut is None:
                return None
            self._commits_to_come -= 1
            if self._commits_to_come > 0:
                return None
            cut, self._cut = self._cut, None
            self.cuts += 1
            return cut


def _pass_on(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(PIECE_BYTES):
            sink.sendall(data)
        sink.shutdown(socket.SHUT_WR)


def _mute(client: socket.socket) -> None:
    """Let nothing more be written to the client: the answer that comes is lost on its way."""
    client.shutdown(socket.SHUT_WR)


def _end(connection: socket.socket) -> None:
    """End a connection at once, even while another thread waits for what comes by it."""
    with suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()


@contextmanager
def cutting_proxy(target: tuple[str, int]) -> Iterator[CuttingProxy]:
    """A proxy for as long as a block of code runs."""
    proxy = CuttingProxy(target)
    threading.Thread(target=proxy.serve, daemon=True).start()
    try:
        yield proxy
    finally:
        proxy.close()
