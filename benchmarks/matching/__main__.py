"""The matching core against good pure Python and against bourse, on the same streams, in the same run.

    python -m benchmarks.matching [--rounds N] [--commands N] [--json FILE]

Needs no server. Each sample is a fresh process, which warms up and then works through one stream once; its figure is
the CPU time of the matching alone. The contenders take turns, in an order drawn anew each round, one at a time.
Figures are medians with the slowest and the fastest sample; ratios are of medians.

The fills of core and pure Python are compared one by one, on every stream and in every round: a difference ends the
run. The core writes its events in all cases; pure Python checks nothing and writes nothing but fills.

streams   *shallow* and *deep*: 55 % limit orders, 35 % cancels, 3 % market orders, 2 % immediate-or-cancel, 5 %
          replaces. *sweeps*: 10 % large orders that take many levels. *mix*: *shallow* with icebergs, stops and
          post-only orders among it, if the core knows them.
growth    what a command costs with a thousand, thirty thousand and a million orders at rest.
start     how long compiling takes, and the first command of a process that finds the compiled core in the cache.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks import machine
from benchmarks.matching import mixed_flow, start, streams, tables
from benchmarks.matching.contest import CORE, ENTRIES, Contest

ROUNDS = 3
COMMANDS = 500_000
STARTS = 5


def main() -> None:
    """Measure, print the tables and write the JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.matching")
    parser.add_argument("--rounds", type=int, default=ROUNDS, metavar="N", help=f"samples of each kind ({ROUNDS})")
    parser.add_argument(
        "--commands",
        type=int,
        default=COMMANDS,
        metavar="N",
        help=f"length of the streams ({COMMANDS:,}; at most {streams.COMMANDS_MAX:,})",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there, too")
    asked = parser.parse_args()
    if asked.rounds < 1 or not 1 <= asked.commands <= streams.COMMANDS_MAX:
        parser.error("there is nothing to measure")
    with tempfile.TemporaryDirectory(prefix="marketops-matching-") as folder:
        result = measure(Path(folder), rounds=asked.rounds, commands=asked.commands)
    show(result)
    if asked.json:
        asked.json.write_text(json.dumps(result, indent=2) + "\n")


def measure(folder: Path, *, rounds: int, commands: int) -> dict[str, Any]:
    """All the figures; the folder takes the streams and the compiled core."""
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(folder / "compiled")}
    progress("compiling the core anew")
    result: dict[str, Any] = {"machine": machine.without_servers(), "rounds": rounds}
    result["start"] = start.measure(environment, times=STARTS)
    contest = Contest(folder, environment=environment, commands=commands, progress=progress)
    for stream in streams.PLAIN:
        contest.enter(stream, *ENTRIES)
    has_mix = mixed_flow.is_known_to_the_core()
    for stream in (*([streams.MIX] if has_mix else []), *streams.RESTING):
        contest.enter(stream, CORE)
    contest.hold(rounds)
    result["streams"] = {stream: tables.stream_figures(contest, stream) for stream in streams.PLAIN}
    result["mix"] = tables.mix_figures(contest) if has_mix else None
    result["growth"] = tables.growth_figures(contest)
    return result


def show(result: dict[str, Any]) -> None:
    """Print the tables."""
    described = result["machine"]
    print(f"{described['processor']}, {described['cores']} cores, load {described['load_average_1_min']}")
    print(f"CPU time; medians of {result['rounds']} fresh processes each")
    for stream, figures in result["streams"].items():
        tables.show_stream(stream, figures)
    if result["mix"]:
        tables.show_mix(result["mix"])
    else:
        print("\nmix: SKIPPED, this core's commands do not name icebergs, stops and post-only orders")
    tables.show_growth(result["growth"])
    tables.show_start(result["start"])


BEGAN = time.monotonic()


def progress(text: str) -> None:
    """Say what happens now, on the standard error."""
    print(f"[{time.monotonic() - BEGAN:4.0f} s] {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
