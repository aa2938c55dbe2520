"""Cancel on disconnect: the sessions that a stream of orders holds for its accounts, kept while its client is heard."""

import time
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

from access.records import Actor
from grpc_api.database import in_database
from market.errors import MarketError, NotFound
from market.services import sessions

SESSION_NAME = "grpc"
RENEWED_AFTER = 1 / 4
"""A promise is renewed when its client is heard after this part of the time-out, so that talk costs no writes."""


@dataclass
class _Held:
    token: UUID
    timeout_s: int
    renewed_at: float


class Promises:
    """The promises of one stream, by account."""

    def __init__(self) -> None:
        self._held: dict[str, _Held] = {}

    async def make(self, account: str, *, timeout_s: int, actor: Actor) -> None:
        """Promise to be heard of again; 0 takes the promise back. Raises NotFound, InvalidRequest, Unavailable."""
        held = self._held.pop(account, None)
        if timeout_s:
            opened = await in_database(
                sessions.open_session, account, session=SESSION_NAME, timeout_s=timeout_s, actor=actor
            )
            self._held[account] = _Held(opened.token, timeout_s, time.monotonic())
        elif held is not None:
            await in_database(sessions.close, held.token, cancels=False)

    async def heard(self) -> None:
        """The client is there: renew what is due. Raises NotFound for a promise that is over or was taken over."""
        now = time.monotonic()
        due = {
            account: held
            for account, held in self._held.items()
            if now - held.renewed_at >= RENEWED_AFTER * held.timeout_s
        }
        if not due:
            return
        living = await in_database(sessions.renew, [held.token for held in due.values()])
        lost = [account for account, held in due.items() if held.token not in living]
        for held in due.values():
            held.renewed_at = now
        for account in lost:
            del self._held[account]
        if lost:
            raise NotFound(
                f"The promise for {lost[0]} is over, or another stream has taken it over.", code="session_lost"
            )

    async def end(self, *, cancels: bool) -> None:
        """The stream is over; with ``cancels`` what depends on it goes. Without a database, time sees to it."""
        for held in self._held.values():
            with suppress(MarketError):
                await in_database(sessions.close, held.token, cancels=cancels)
        self._held.clear()
