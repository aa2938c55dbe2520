"""The command that plays a recorded market."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from django.core.management.base import BaseCommand, CommandError, CommandParser
from numpy.typing import NDArray

import matching
from market.errors import MarketError
from simulation.errors import UnplayableRecording, UnreadableRecording
from simulation.recorded import conversion, exchange, happenings, headless, lobster, pace, report, verdict
from simulation.recorded.progress import Progress
from simulation.recorded.script import Script
from simulation.recorded.verdict import Run

AT_ONCE = "max"


class Command(BaseCommand):
    """Play a recorded market, headless or through the order path; fails when it does not come out as recorded."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """The two files, where to play them and how fast."""
        parser.add_argument("format", choices=["lobster"], help="the format of the files")
        parser.add_argument("messages", type=Path, help="the file of messages")
        parser.add_argument("book", type=Path, help="the file with the book after each message")
        parser.add_argument("--symbol", required=True, help="the instrument to play; the exchange lists it")
        parser.add_argument(
            "--through",
            choices=["core", "exchange"],
            default="core",
            help="into the core alone, or through the order path of the running exchange too (default: %(default)s)",
        )
        parser.add_argument(
            "--speed",
            type=_speed,
            default=None,
            help=f"1 for the recorded time, 10 for ten times that (default: {AT_ONCE})",
        )
        parser.add_argument("--json", type=Path, metavar="FILE", help="write the results there too")

    def handle(self, *args: Any, **options: Any) -> None:
        """Read, convert, play, and say how it went."""
        try:
            script, runs = self._play(**options)
        except (UnreadableRecording, UnplayableRecording, MarketError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(report.table(options["symbol"], script, runs))
        if options["json"]:
            _write(options["json"], report.summary(options["symbol"], script, runs))
        if report.broken_promises(script, runs):
            sys.exit(1)

    def _play(self, *, symbol: str, through: str, speed: float | None, **options: Any) -> tuple[Script, list[Run]]:
        recording = lobster.read(options["messages"], options["book"])
        matching.warm()
        progress = Progress(sys.stderr, title="converting", total=len(recording), unit="messages")
        script = conversion.convert(recording, report=progress.advance)
        seconds = progress.finish()
        runs = [verdict.judge("conversion", script, happenings.of_events(script.events), seconds=seconds)]
        headless_speed = speed if through == "core" else None
        runs.append(
            self._run(
                "headless",
                script,
                headless_speed,
                lambda batches, advance: headless.play(script, batches=batches, report=advance),
            )
        )
        if through == "exchange":
            market = exchange.open_market(script, symbol=symbol)
            runs.append(
                self._run(
                    "exchange",
                    script,
                    speed,
                    lambda batches, advance: exchange.play(
                        script,
                        market,
                        batches=batches,
                        report=advance,
                        wait_until_sequenced=lambda: exchange.wait_for_matcher(symbol),
                    ),
                )
            )
        return script, runs

    def _run(self, name: str, script: Script, speed: float | None, play: Callable[..., NDArray[np.void]]) -> Run:
        progress = Progress(sys.stderr, title=name, total=len(script.commands), unit="commands")
        batches = pace.slices(script.commands["transact_time_ns"], speed=speed)
        happened = play(batches, progress.advance)
        return verdict.judge(name, script, happened, seconds=progress.finish())


def _write(path: Path, results: dict[str, object]) -> None:
    try:
        path.write_text(json.dumps(results, indent=1) + "\n")
    except OSError as error:
        raise CommandError(f"{path}: {error.strerror}.") from error


def _speed(text: str) -> float | None:
    if text == AT_ONCE:
        return None
    speed = float(text)
    if not 0 < speed < float("inf"):
        raise ValueError(text)
    return speed
