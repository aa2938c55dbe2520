"""Keys one after the other: each is taken when all that the one before it brought about is done.

Textual gives a key to whoever has the keyboard when it comes. Keys that come in one burst would all go to the same box,
also those behind an Enter that moves the keyboard to the next one.
"""

from collections import deque
from collections.abc import Sequence

from textual.app import App
from textual.events import Event, Key, Paste
from textual.message_pump import MessagePump

ROUNDS = 3
"""A key goes up from its box to the app; so does what the box says then, and what is said to that."""


class KeyByKey(App[None]):
    """An app that deals with one key at a time, however fast they come."""

    def __init__(self) -> None:
        super().__init__()
        self._struck: deque[Event] = deque()

    async def on_event(self, event: Event) -> None:
        """Take a key if none is being dealt with, or keep it until then; anything else at once."""
        if isinstance(event, Key | Paste) and not event.is_forwarded:
            self._struck.append(event)
            if len(self._struck) == 1:
                await self._take_first()
        else:
            await super().on_event(event)

    async def _take_first(self) -> None:
        way = list((self.focused or self.screen).ancestors_with_self)
        await super().on_event(self._struck[0])
        self._go_up(way * ROUNDS)

    def _go_up(self, way: Sequence[MessagePump]) -> None:
        """Go on when each on the way has done what it has to do so far; whoever is gone has nothing to do."""
        for place, pump in enumerate(way):
            if pump.call_later(self._go_up, way[place + 1 :]):
                return
        self._struck.popleft()
        if self._struck:
            self.call_later(self._take_first)
