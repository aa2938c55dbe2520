"""A core that an order for 666 is too much for, in a worker and in the child that tries what workers died of.

python -m tests.faults.poisoned_core WAY CPU_SECONDS MEMORY_BYTES    (what market.matcher.poison.child does, with it)
"""

import os
import signal
import sys

import matching
from market.matcher.poison import child
from vocabulary.commands import CommandKind

POISONED_QTY = 666


def poison(way: str) -> None:
    """Have the core of this process end it (``dies``), or never come back (``loops``), at an order for 666."""
    apply = matching.apply

    def apply_or_not(book: matching.Book, commands: matching.Records) -> matching.Records:
        is_new = commands["kind"] == CommandKind.NEW_ORDER
        is_poisoned = bool((is_new & (commands["order_qty_lots"] == POISONED_QTY)).any())
        # A loop that calls nothing: who tells where this thread is reads its calls while it goes on.
        while is_poisoned:
            if way == "dies":
                os.kill(os.getpid(), signal.SIGKILL)
        return apply(book, commands)

    matching.apply = apply_or_not  # type: ignore[assignment]


if __name__ == "__main__":
    poison(sys.argv[1])
    child.main(sys.argv[2:])
