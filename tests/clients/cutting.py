"""A relay before the exchange that cuts its connections whenever it is told to."""

import socket
import struct
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

PIECE_BYTES = 1 << 16
RESET = struct.pack("ii", 1, 0)
"""A socket that is closed so resets its connection instead of ending it in order."""


class Relay:
    """Passes connections on. ``swallow_answers`` lets requests through and cuts when their answer comes."""

    def __init__(self, target: tuple[str, int]) -> None:
        self._target = target
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self.answers_to_swallow = 0
        self.cuts = 0

    @property
    def url(self) -> str:
        """Where the exchange is to be had through it."""
        return f"http://127.0.0.1:{self._listening.getsockname()[1]}"

    def cut(self) -> int:
        """Cut every connection that is open; how many there were."""
        with self._lock:
            cut, self._open = self._open, set()
        for connection in cut:
            _reset(connection)
        self.cuts += len(cut) // 2
        return len(cut) // 2

    def serve(self) -> None:
        """Relay until closed."""
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            server = socket.create_connection(self._target)
            with self._lock:
                self._open |= {client, server}
            threading.Thread(target=self._pass_on, args=[client, server, False], daemon=True).start()
            threading.Thread(target=self._pass_on, args=[server, client, True], daemon=True).start()

    def close(self) -> None:
        """Take no more connections, and cut those that are open."""
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self.cut()

    def _pass_on(self, source: socket.socket, sink: socket.socket, is_answer: bool) -> None:
        with suppress(OSError):
            while data := source.recv(PIECE_BYTES):
                if is_answer and self.answers_to_swallow:
                    self.answers_to_swallow -= 1
                    break
                sink.sendall(data)
        with self._lock:
            self._open -= {source, sink}
        for connection in (source, sink):
            _reset(connection)


def _reset(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()


@contextmanager
def relay_to(url: str) -> Iterator[Relay]:
    """A relay for as long as a block of code runs."""
    host, _, port = url.partition("://")[2].partition(":")
    relay = Relay((host, int(port)))
    threading.Thread(target=relay.serve, daemon=True).start()
    try:
        yield relay
    finally:
        relay.close()
