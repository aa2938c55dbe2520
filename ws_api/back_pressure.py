"""Noticing that a client does not read.

ASGI's ``send`` ought to wait for a slow client; Daphne's never does (django/daphne#170), so that whatever is sent piles
up in its memory. Its connection does tell a Twisted producer when the buffer is full and when it has drained. A server
whose ``send`` does wait needs none of this, and gets none.
"""

import asyncio
from functools import partial
from typing import Any


class Brake:
    """A Twisted push producer that only remembers whether there is room in the connection's buffer."""

    def __init__(self) -> None:
        self._room = asyncio.Event()
        self._room.set()

    async def room(self) -> None:
        """Wait until the buffer has room."""
        await self._room.wait()

    def pauseProducing(self) -> None:  # noqa: N802 - Twisted's name
        """The buffer is full."""
        self._room.clear()

    def resumeProducing(self) -> None:  # noqa: N802 - Twisted's name
        """The buffer has drained."""
        self._room.set()

    def stopProducing(self) -> None:  # noqa: N802 - Twisted's name
        """The connection is gone; what is still sent goes nowhere."""
        self._room.set()


def brake_of(send: Any) -> Brake:
    """The brake of the connection that an ASGI ``send`` belongs to; without Daphne, one that is never pulled."""
    brake = Brake()
    connection: Any = send.args[0] if isinstance(send, partial) and send.args else None
    if hasattr(connection, "registerProducer"):
        # The HTTP channel that the handshake came over is still registered; it would stop reading from the client.
        connection.unregisterProducer()
        connection.registerProducer(brake, True)
    return brake
