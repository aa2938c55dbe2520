"""The matching core: price-time-priority books, commands in, events out.

No clock, no I/O, no randomness, no Django: the same commands give the same events, byte for byte. The core's worth is
in batches, so everything takes and returns NumPy records::

    book = Book.create(base_ticks=1, levels=4096)
    commands = numpy.zeros(2, dtype=COMMAND)
    ...
    events = apply(book, commands)

The kernel beneath is compiled; ``warm`` does that ahead of the first order. ``Engine`` is a friendlier face for trying
things out, order by order. The rules of the book are in docs/matching.md.
"""

from matching.book import IN_BOOK, Book, DepthLevel, Indicative, TornBook, apply, warm
from matching.engine import Engine, Event
from matching.layout import (
    COMMAND,
    ENGINE_VERSION,
    EVENT,
    LAYOUT_VERSION,
    NO_PRICE,
    PLAIN_COMMAND,
    PLAIN_EVENT,
    RESTING_ORDER,
    TERMS,
    Records,
    phase_event,
    rules_events,
)
from matching.state import GENESIS, UnreadableSnapshot, chain, digest, restore, snapshot
from vocabulary.commands import CommandKind, EventKind

__all__ = [
    "COMMAND",
    "ENGINE_VERSION",
    "EVENT",
    "GENESIS",
    "IN_BOOK",
    "LAYOUT_VERSION",
    "NO_PRICE",
    "PLAIN_COMMAND",
    "PLAIN_EVENT",
    "RESTING_ORDER",
    "TERMS",
    "Book",
    "CommandKind",
    "DepthLevel",
    "Engine",
    "Event",
    "EventKind",
    "Indicative",
    "Records",
    "TornBook",
    "UnreadableSnapshot",
    "apply",
    "chain",
    "digest",
    "phase_event",
    "restore",
    "rules_events",
    "snapshot",
    "warm",
]
