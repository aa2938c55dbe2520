"""The streams by name, each made in a process of its own and kept in a file for the samples.

python -m benchmarks.matching.streams NAME COMMANDS FILE
"""

import json
import sys
from typing import Any, NamedTuple

import numpy as np

from benchmarks.matching import flow, mixed_flow
from benchmarks.matching.commands import records_of
from benchmarks.matching.flow import BASE_TICKS, LEVELS, Flow, SteadyFlow
from benchmarks.matching.mixed_flow import FollowingBook, MixedFlow
from benchmarks.matching.plain_book import PlainBook
from matching import Book, EventKind, Records, apply

PLAIN = {"shallow": flow.SHALLOW, "deep": flow.DEEP, "sweeps": flow.SWEEPS}
MIX = "mix"
RESTING = {f"{count}-resting": count for count in (1_000, 30_000, 1_000_000)}
ORDERS_PER_LEVEL = 10

COMMANDS_MAX = 2_000_000
"""Within so many the mid cannot walk to an end of the ladder."""

REJECTIONS = (EventKind.REJECTED, EventKind.CANCEL_REJECTED, EventKind.REPLACE_REJECTED)


class Stream(NamedTuple):
    """Commands, of which the first ``head`` only fill the book and are never timed."""

    commands: Records
    head: int


def made(name: str, *, length: int) -> Stream:
    """The stream of this name with ``length`` commands after its head."""
    assert 1 <= length <= COMMANDS_MAX, "a longer stream could leave the ladder"
    if name == MIX:
        book = FollowingBook()
        commands = MixedFlow(book=book).commands(length)
        return Stream(mixed_flow.mixed_records(commands, terms=book.terms), 0)
    if name in RESTING:
        return _at_rest(RESTING[name], length=length)
    return Stream(records_of(Flow(PLAIN[name], book=PlainBook()).commands(length)), 0)


def facts(stream: Stream) -> dict[str, Any]:
    """What the core makes of a stream: its fills, what it leaves, and that it rejects nothing that it should not."""
    book = Book.create(base_ticks=BASE_TICKS, levels=LEVELS)
    events = apply(book, stream.commands)
    rejected = int(np.isin(events["kind"], REJECTIONS).sum())
    resting = book.orders()
    sides_and_prices = np.stack([resting["side"].astype(np.int64), resting["price_ticks"]])
    queues = np.unique(sides_and_prices, axis=1, return_counts=True)[1]
    told: dict[str, Any] = {
        "commands": len(stream.commands) - stream.head,
        "head": stream.head,
        "events": len(events),
        "fills": book.trade_seq,
        "orders_left": len(resting),
        "levels_left": len(queues),
        "longest_queue_left": int(queues.max(initial=0)),
    }
    if mixed_flow.is_known_to_the_core():
        paths = mixed_flow.taken_paths(stream.commands, events)
        rejected -= paths["post_only_rejected"]
        if stream.commands["display_qty_lots"].any():
            told["paths"] = paths
    assert rejected == 0, "a command of the stream was rejected"
    return told


def _at_rest(count: int, *, length: int) -> Stream:
    """Fill a book with ``count`` orders, ten at a price; then keep it at that."""
    book = PlainBook()
    shape = flow.STEADY._replace(tail_ticks=count // ORDERS_PER_LEVEL // 2)
    filling = SteadyFlow(shape._replace(limits=1.0, markets=0.0), book=book, orders_wanted=count)
    commands = []
    while len(book.orders) < count:
        commands += filling.commands(count - len(book.orders))
    head = len(commands)
    filling.shape = shape
    return Stream(records_of(commands + filling.commands(length)), head)


def main() -> None:
    """Make the stream, keep it, and print its facts."""
    name, length, path = sys.argv[1:]
    stream = made(name, length=int(length))
    np.save(path, stream.commands)
    print(json.dumps(facts(stream)))


if __name__ == "__main__":
    main()
