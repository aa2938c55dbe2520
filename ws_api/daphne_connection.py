"""What Daphne's connection can do and ASGI does not reach.

- ``send`` ought to wait for a slow client; Daphne's never does (django/daphne#170), so that what is sent piles up in
  its memory. The connection does tell a Twisted producer when its buffer is full and when it has drained.
- A close asked for through ASGI may not carry the standard's own codes, such as 1009: Autobahn refuses them.
- A client that breaks the protocol is cut off without a word, unless the connection is told otherwise.

Under another server nothing of this is done: its ``send`` may wait and its close take any code.
"""

import asyncio
from functools import partial
from typing import Any

from vocabulary import limits

STANDARD_CODES = range(1001, 3000)


class Connection:
    """The connection behind an ASGI ``send``. To Twisted it is a push producer that can be paused."""

    def __init__(self, send: Any) -> None:
        self._room = asyncio.Event()
        self._room.set()
        bound: Any = send.args[0] if isinstance(send, partial) and send.args else None
        self._daphnes = bound if hasattr(bound, "registerProducer") else None
        if self._daphnes is not None:
            # The HTTP channel that the handshake came over is still registered; it would stop reading from the client.
            self._daphnes.unregisterProducer()
            self._daphnes.registerProducer(self, True)
            self._daphnes.maxFramePayloadSize = limits.WS_MESSAGE_BYTES_MAX
            self._daphnes.failByDrop = False

    async def room(self) -> None:
        """Wait until the buffer has room."""
        await self._room.wait()

    def close(self, code: int) -> bool:
        """Close with one of the standard's own codes; False when that is to be asked for through ASGI."""
        if self._daphnes is None or code not in STANDARD_CODES:
            return False
        self._daphnes.sendCloseFrame(code=code)
        return True

    def pauseProducing(self) -> None:  # noqa: N802 - Twisted's name
        """The buffer is full."""
        self._room.clear()

    def resumeProducing(self) -> None:  # noqa: N802 - Twisted's name
        """The buffer has drained."""
        self._room.set()

    def stopProducing(self) -> None:  # noqa: N802 - Twisted's name
        """The connection is gone; what is still sent goes nowhere."""
        self._room.set()
