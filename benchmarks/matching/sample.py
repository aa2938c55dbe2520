"""One sample: a fresh process in which one contender works through one stream, after one warm-up.

Each contender's module runs as such a process: ``python -m MODULE VARIANT STREAM LENGTH HEAD FILLS``. It prints what it
measured and keeps the fills, which are looked at afterwards.
"""

import argparse
import gc
import json
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from matching import COMMAND, Records

WARM_UP_COMMANDS = 10_000


class Contender(Protocol):
    """A book and the way it is fed."""

    def prepare(self, commands: Records, *, head: int) -> None:
        """Make a book, apply the head of the stream, and put the rest into the form that ``run`` takes."""

    def run(self) -> None:
        """Apply the rest of the stream: all that is timed."""

    def fills(self) -> NDArray[np.int64] | None:
        """Each fill as maker, taker, price and quantity, in their order; None when they were not kept."""

    def state(self) -> str:
        """What the book came to, for comparison among variants of a contender."""


def main(variants: Mapping[str, Callable[[], Contender]]) -> None:
    """Take the sample that the command line asks for."""
    parser = argparse.ArgumentParser()
    parser.add_argument("variant", choices=variants)
    parser.add_argument("stream", type=Path)
    parser.add_argument("length", type=int, help="commands of the stream, its head included")
    parser.add_argument("head", type=int)
    parser.add_argument("fills", type=Path)
    asked = parser.parse_args()
    commands = np.load(asked.stream)[: asked.length].view(COMMAND)
    assert commands.dtype is COMMAND, "the core would have to copy them"
    contender = variants[asked.variant]()
    contender.prepare(commands[:WARM_UP_COMMANDS], head=0)
    contender.run()
    contender.prepare(commands, head=asked.head)
    gc.collect()
    began = time.thread_time()
    contender.run()
    cpu_s = time.thread_time() - began
    fills = contender.fills()
    if fills is not None:
        np.save(asked.fills, fills)
    print(json.dumps({"cpu_s": cpu_s, "state": contender.state()}))
