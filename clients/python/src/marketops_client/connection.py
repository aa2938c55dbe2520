"""One websocket that comes back by itself: connect, speak, listen, and after a loss pause and connect again."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping
from typing import Any

import websockets
from websockets.asyncio.client import ClientConnection, connect

from marketops_client.errors import NotAuthenticated
from marketops_client.resending import Backoff

NOT_AUTHENTICATED = 4001
SERVICE_RESTART = 1012
SILENT_S_MAX = 5.0
MESSAGE_BYTES_MAX = 64 * 2**20


class Connected:
    """Said by ``messages`` before the first message of each connection."""


class Connection:
    """A websocket's address and what to show there."""

    def __init__(self, url: str, *, headers: Mapping[str, str], backoff: Backoff) -> None:
        self._url = url
        self._headers = dict(headers)
        self._backoff = backoff
        self._socket: ClientConnection | None = None
        self.losses = 0

    async def send(self, message: Mapping[str, Any]) -> None:
        """Say something. Raises ConnectionClosed without a connection: whoever hears ``Connected`` may say it again."""
        if self._socket is None:
            raise websockets.ConnectionClosedError(None, None)
        await self._socket.send(json.dumps(message))

    async def messages(self) -> AsyncGenerator[Connected | dict[str, Any], None]:
        """What the exchange says, over as many connections as it takes. Raises NotAuthenticated, and nothing else."""
        failures = 0
        while True:
            try:
                async with connect(
                    self._url,
                    additional_headers=self._headers,
                    max_size=MESSAGE_BYTES_MAX,
                    compression=None,
                    proxy=None,
                    close_timeout=1,
                ) as socket:
                    self._socket = socket
                    yield Connected()
                    while True:
                        # Heartbeats come each second: a connection that is silent for longer is dead.
                        async with asyncio.timeout(SILENT_S_MAX):
                            text = await socket.recv()
                        message = json.loads(text)
                        if message["type"] != "error":  # one may be all that a connection ever says
                            failures = 0
                        yield message
            except websockets.ConnectionClosed as closed:
                code = None if closed.rcvd is None else closed.rcvd.code
                if code == NOT_AUTHENTICATED:
                    raise NotAuthenticated("The exchange does not know this key.", code="invalid_key") from closed
                if code == SERVICE_RESTART and failures == 0:  # another process answers already, or soon will
                    failures, self.losses = 1, self.losses + 1
                    continue
            except (OSError, TimeoutError, websockets.InvalidHandshake):
                pass
            finally:
                self._socket = None
            failures += 1
            self.losses += 1
            await asyncio.sleep(self._backoff.pause_s(failures))


def websocket_url(url: str, path: str) -> str:
    """The address of a socket of the exchange that answers at an HTTP address."""
    scheme, _, rest = url.rstrip("/").partition("://")
    return f"{'wss' if scheme == 'https' else 'ws'}://{rest}{path}"
