"""What a student hears of the market: trades and depth of one instrument, and whether any of it was missed."""

import json
import threading
import time
from types import TracebackType
from typing import Any

from websockets.exceptions import InvalidHandshake, WebSocketException
from websockets.sync.client import ClientConnection, connect

CHANNELS = ["trades", "depth"]
LISTENS_FOR_S = 0.5
TRIES_AGAIN_MAX, TRIES_AGAIN_AFTER_S = 5, 2.0


class Ear:
    """Listens in a thread of its own until the block ends."""

    def __init__(self, http: str, *, symbol: str) -> None:
        self.heard = 0
        self.faults: list[str] = []
        self.last_px: str | None = None
        self._address = f"{http.replace('http', 'ws', 1)}/ws/v1/market/"
        self._wanted = {"op": "subscribe", "channels": CHANNELS, "symbols": [symbol]}
        self._next: dict[str, int] = {}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._listen)

    def __enter__(self) -> "Ear":
        """Begin to listen."""
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Listen no longer."""
        self._over.set()
        self._thread.join()

    def _listen(self) -> None:
        try:
            with self._connected() as socket:
                socket.send(json.dumps(self._wanted))
                while not self._over.is_set():
                    self._hear(socket)
        except (OSError, EOFError, WebSocketException) as error:
            self.faults.append(f"the market socket broke: {error!r}")

    def _connected(self) -> ClientConnection:
        """A connection; one that a busy exchange has no time for is tried again, as the pages do."""
        for _ in range(TRIES_AGAIN_MAX):
            try:
                return connect(self._address, proxy=None)
            except InvalidHandshake:
                time.sleep(TRIES_AGAIN_AFTER_S)
        return connect(self._address, proxy=None)

    def _hear(self, socket: ClientConnection) -> None:
        try:
            message: dict[str, Any] = json.loads(socket.recv(timeout=LISTENS_FOR_S))
        except TimeoutError:
            return
        self.heard += 1
        if message["type"] == "snapshot":
            self._next[message["channel"]] = message["last_sequence"] + 1
        elif message["type"] in CHANNELS:
            self._follow(message)
        if message.get("trades"):
            self.last_px = message["trades"][-1]["price"]

    def _follow(self, message: dict[str, Any]) -> None:
        """Each message of a channel begins where the one before it ended."""
        channel, expected = message["type"], self._next[message["type"]]
        if message["first_sequence"] != expected:
            self.faults.append(f"{channel}: {message['first_sequence']} came where {expected} was next")
        self._next[channel] = message["last_sequence"] + 1
