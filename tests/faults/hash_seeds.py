"""The same commands matched by processes whose sets and dictionaries are ordered differently.

python -m tests.faults.hash_seeds [BUG]    prints the digest of a book after a fixed stream of commands
"""

import hashlib
import os
import subprocess
import sys

from launch.options import PROJECT
from tests.faults.laboratory import Laboratory
from tests.faults.verdict import Broken

SEEDS = ("0", "1", "2")
COMMANDS, BATCH, LEVELS = 2_000, 50, 400


def find(premises: Laboratory, bug: str) -> None:
    """Raise Broken when the hash seed of a process shows in its book."""
    running = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.faults.hash_seeds", bug],
            cwd=PROJECT,
            env={**os.environ, **premises.environment(), "PYTHONHASHSEED": seed},
            stdout=subprocess.PIPE,
            text=True,
        )
        for seed in SEEDS
    ]
    digests = {process.communicate()[0] for process in running}
    assert all(process.returncode == 0 for process in running), digests
    if len(digests) > 1:
        raise Broken("the same commands lead to another book under another hash seed")


def main(bug: str) -> None:
    """Match a stream of every kind of command and say what came of it."""
    import django

    django.setup()
    import matching
    from tests.faults import planted
    from tests.matching import streams

    planted.plant(bug)
    book, said = matching.Book.create(base_ticks=1, levels=LEVELS), hashlib.sha256()
    commands = streams.busy_stream(seed=7, length=COMMANDS, base_ticks=1, levels=LEVELS, spread=8)
    for first in range(0, COMMANDS, BATCH):
        said.update(matching.apply(book, commands[first : first + BATCH]).tobytes())
    said.update(matching.digest(book))
    sys.stdout.write(said.hexdigest())


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "")
