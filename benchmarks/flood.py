"""A process that places orders without pause, or at a pace: what an exchange is measured under.

python -m benchmarks.flood SYMBOL ORDERS_PER_S ACCOUNT...    (0 orders a second: as fast as it can)

It ends on SIGTERM and then says on its output how many orders were taken on and how many were refused for want of room.
"""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from uuid import uuid4

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketops_site.settings")
django.setup()

from access.selectors import users  # noqa: E402 - models load only once Django is set up
from benchmarks import bulk, exchange  # noqa: E402
from market import process_memory  # noqa: E402
from market.errors import MarketError  # noqa: E402
from market.services import orders  # noqa: E402

BATCH = 100
STARTING_S = 60


class Flood:
    """A flood that is on; ``answers`` are there once it has ended."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process
        self.answers: dict[str, int] = {}

    def end(self) -> None:
        """Stop it and read what its orders were answered."""
        self.process.terminate()
        said, _ = self.process.communicate(timeout=STARTING_S)
        self.answers = json.loads(said.splitlines()[-1])


@contextmanager
def flooded(symbol: str, *, orders_per_s: float, accounts: Sequence[str]) -> Iterator[Flood]:
    """Have a flood from these accounts while the block lasts; it has begun when the block does."""
    command = [sys.executable, "-m", "benchmarks.flood", symbol, str(orders_per_s), *accounts]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None, "its output is a pipe"
        assert process.stdout.readline().strip() == "begun", "the flood has begun"
        flood = Flood(process)
        try:
            yield flood
        finally:
            flood.end()


def main(symbol: str, orders_per_s: float, numbers: Sequence[str]) -> None:
    """Place batch after batch until told to stop."""
    stopping: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _: stopping.append(number))
    actor = users.actor_named(exchange.TRADER, door="system")
    assert actor is not None, "the benchmark has let its trader in"
    process_memory.settle()
    print("begun", flush=True)
    answers: Counter[str] = Counter()
    chance, due_s = random.Random(os.getpid()), time.monotonic()
    while not stopping:
        tickets = bulk.tickets(numbers, [symbol], count=BATCH, name=f"flood-{uuid4().hex}", chance=chance)
        try:
            given = orders.place_many(tickets, actor=actor)
            answers.update(
                answer.code if isinstance(answer, MarketError) else answer.reject.name.lower() for answer in given
            )
        except MarketError as error:
            answers[error.code] += BATCH
        if orders_per_s:
            due_s += BATCH / orders_per_s
            time.sleep(max(0.0, due_s - time.monotonic()))
    print(json.dumps(answers), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]), sys.argv[3:])
