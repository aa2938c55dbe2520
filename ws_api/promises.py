"""Cancel on disconnect: the sessions that a connection holds, renewed as long as its client is heard."""

import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from access.records import Actor
from market.errors import MarketError
from market.services import sessions
from ws_api.database import in_database

RENEWED_AFTER = 1 / 4
"""A session is renewed when its client is heard after this part of the time-out, so that talk costs no writes."""


@dataclass
class _Held:
    token: UUID
    timeout_s: int
    renewed_at: float


class Promises:
    """The sessions of one connection, by account."""

    def __init__(self) -> None:
        self._held: dict[str, _Held] = {}

    async def make(self, account: str, *, session: str, timeout_s: int, actor: Actor) -> None:
        """Promise to be heard again within the time-out, from now on; 0 ends the promise and leaves the orders alone.

        Raises NotFound, InvalidRequest, Unavailable.
        """
        if timeout_s == 0:
            held = self._held.pop(account, None)
            if held is not None:
                await in_database(sessions.close, held.token, cancels=False)
            return
        opened = await in_database(sessions.open_session, account, session=session, timeout_s=timeout_s, actor=actor)
        earlier = self._held.pop(account, None)
        self._held[account] = _Held(opened.token, timeout_s, time.monotonic())
        if earlier is not None:
            await in_database(sessions.close, earlier.token, cancels=False)

    async def heard(self) -> list[str]:
        """The client is alive: renew what is due. Returns the accounts whose session is over or was taken over."""
        now = time.monotonic()
        due = [held for held in self._held.values() if now - held.renewed_at >= RENEWED_AFTER * held.timeout_s]
        if not due:
            return []
        living = await in_database(sessions.renew, [held.token for held in due])
        lost = {held.token for held in due} - living
        for held in due:
            held.renewed_at = now
        gone = [account for account, held in self._held.items() if held.token in lost]
        for account in gone:
            del self._held[account]
        return gone

    async def broken(self) -> None:
        """The connection is over: have the orders canceled that depend on it. Without a database, time will."""
        for held in self._held.values():
            with suppress(MarketError):
                await in_database(sessions.close, held.token, cancels=True)
        self._held.clear()


def told(account: str, *, session: str, timeout_s: int) -> dict[str, Any]:
    """What was promised, in this door's words."""
    return {"account": account, "session": session, "timeout_s": timeout_s}
