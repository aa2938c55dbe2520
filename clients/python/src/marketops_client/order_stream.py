"""What happens to one's own orders, complete and once; and trading on the same connection."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import websockets

from marketops_client.connection import Connected, Connection, websocket_url
from marketops_client.errors import Gone
from marketops_client.reading import read, read_all
from marketops_client.records import Account, Position, Report
from marketops_client.resending import Backoff

CHANNELS = ("executions", "positions", "balances")
LOST = ("other_epoch", "expired", "unknown_sequence", "unknown_symbol")
Cursor = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class PositionsUpdate:
    """Positions that have changed, each whole."""

    positions: tuple[Position, ...]


@dataclass(frozen=True, slots=True)
class BalancesUpdate:
    """Accounts whose money has changed, each whole."""

    accounts: tuple[Account, ...]


OwnUpdate = Report | PositionsUpdate | BalancesUpdate


class OrderStream:
    """One's own reports, positions and balances, over as many connections as it takes. One task iterates over it.

    ``cursor`` says how far it has come; hand it to a new stream as ``since`` and nothing is missed. With
    ``cancel_on_disconnect`` the orders of an account with CANCEL_ON_DISCONNECT go when this stream falls silent.
    """

    def __init__(self, url: str, *, api_key: str, since: Cursor | None, backoff: Backoff) -> None:
        headers = {"Authorization": f"Bearer {api_key}"}
        self._connection = Connection(websocket_url(url, "/ws/v1/orders/"), headers=headers, backoff=backoff)
        self._cursor: dict[str, Mapping[str, Any]] = dict(since or {})
        self._promised: dict[str, Any] | None = None
        self._updates: AsyncGenerator[OwnUpdate, None] | None = None
        self.is_live = False

    @property
    def cursor(self) -> Cursor:
        """The position of each book up to which reports have been given."""
        return dict(self._cursor)

    def cancel_on_disconnect(self, account: str, *, timeout_s: int = 10, session: str = "client") -> Self:
        """Promise it for every connection from the next one on: call it before the stream is entered."""
        self._promised = {"account": account, "timeout_s": timeout_s, "session": session}
        return self

    async def __aenter__(self) -> Self:
        self._updates = self._run()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """End the stream."""
        if self._updates is not None:
            await self._updates.aclose()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> OwnUpdate:
        assert self._updates is not None, "the stream is used in `async with`"
        return await anext(self._updates)

    async def _run(self) -> AsyncGenerator[OwnUpdate, None]:
        messages = self._connection.messages()
        try:
            async for message in messages:
                if isinstance(message, Connected):
                    await self._begin()
                    continue
                for update in self._take(message):
                    yield update
                self._cursor.update(message.get("cursor") or {})
                if message["type"] == "heartbeat" and self._promised is not None:
                    await self._say({"op": "ping"})
        finally:
            await messages.aclose()

    async def _begin(self) -> None:
        self.is_live = False
        if self._promised is not None:
            await self._say({"op": "cancel_on_disconnect", "id": "promise", **self._promised})
        await self._say({"op": "subscribe", "id": "stream", "channels": list(CHANNELS), "since": self._cursor})

    async def _say(self, message: Mapping[str, Any]) -> None:
        with suppress(websockets.ConnectionClosed):  # the next connection begins with all of it
            await self._connection.send(message)

    def _take(self, message: Mapping[str, Any]) -> list[OwnUpdate]:
        match message["type"]:
            case "executions":
                self.is_live = True
                return list(read_all(Report, message["reports"]))
            case "positions":
                return [PositionsUpdate(tuple(read(Position, row) for row in message["positions"]))]
            case "balances":
                return [BalancesUpdate(tuple(read(Account, row) for row in message["balances"]))]
            case "ended" | "error" if message["code"] in LOST:
                raise Gone(message["detail"], code=message["code"])
        return []
