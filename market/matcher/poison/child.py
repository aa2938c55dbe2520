"""A process that applies commands to a book one by one and says how far it came; it has no database and knows nothing.

    python -m market.matcher.poison.child CPU_SECONDS MEMORY_BYTES < BOOK_AND_COMMANDS

It reads the length of a snapshot, the snapshot and then commands to the end; it says READY, and a line before each
command with the command's number. A process that comes to the end says DONE.
"""

import resource
import sys

import numpy as np

import matching

LENGTH_BYTES = 8
READY, DONE = "ready", "done"
STATUS = "/proc/self/statm"


def main(arguments: list[str]) -> None:
    """Read a book and commands, then apply them within the CPU time and the further memory that are granted."""
    cpu_s, memory_bytes = map(int, arguments)
    length = int.from_bytes(sys.stdin.buffer.read(LENGTH_BYTES), "little")
    book = matching.restore(sys.stdin.buffer.read(length))
    commands = np.frombuffer(sys.stdin.buffer.read(), dtype=matching.COMMAND).copy()
    matching.warm()
    _say(READY)
    _limit(cpu_s=cpu_s, memory_bytes=memory_bytes)
    for number in range(len(commands)):
        _say(str(number))
        matching.apply(book, commands[number : number + 1])
    _say(DONE)


def _limit(*, cpu_s: int, memory_bytes: int) -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = int(used.ru_utime + used.ru_stime) + 1 + cpu_s
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with open(STATUS) as status:
        mapped = int(status.read().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (mapped + memory_bytes, mapped + memory_bytes))


def _say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
