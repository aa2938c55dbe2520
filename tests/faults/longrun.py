"""The long run: the drivers' faults in the proportions of a night, for as long as there is time, and a table of them.

python -m tests.faults.longrun --minutes 120 [--seed N] [--table PATH]
python -m tests.faults.longrun --driver NAME --seed N --times M

The second form repeats one round, as a failure prints it. The table is written after each round, as JSON and Markdown.
"""

import argparse
import json
import random
import sys
import time
import traceback
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from launch.options import PROJECT
from tests.faults import drivers
from tests.faults import laboratory as laboratories
from tests.faults.drivers import Driver
from tests.faults.laboratory import Laboratory
from tests.faults.landings import Landings

TABLE = PROJECT / "var" / "longrun"
ROUNDS_PER_LABORATORY = 40
"""So often the servers of a long run are made anew: their disk is memory."""
ROUND_PERCENT_MAX = 5
"""A round is at most this part of a driver's night, so that every driver has its turn early."""


@dataclass
class Told:
    """What a long run has brought about so far."""

    seed: int
    began: str
    minutes: float = 0.0
    landed: Counter[str] = field(default_factory=Counter)
    rounds: Counter[str] = field(default_factory=Counter)
    seconds: Counter[str] = field(default_factory=Counter)
    unknown: int = 0
    taken_on: int = 0
    orders: int = 0
    failures: list[dict[str, str]] = field(default_factory=list)

    def next_driver(self) -> Driver:
        """The driver that is furthest behind its night."""
        return min(drivers.ALL, key=lambda driver: (self.landed[driver.name] / driver.nightly, driver.name))

    def add(self, landings: Landings) -> None:
        """Count the answers of a laboratory that is closed."""
        self.unknown += landings.resent
        self.taken_on += landings.recovered
        self.orders += landings.answers["accepted"]

    def keep(self, path: Path) -> None:
        """Write the table, as JSON and as Markdown."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.with_suffix(".json").write_text(json.dumps(vars(self), indent=1))
        path.with_suffix(".md").write_text("\n".join(self.as_markdown()) + "\n")

    def as_markdown(self) -> list[str]:
        """The table for a person."""
        lines = ["| Fault | Landed | Of a night | Rounds | Broken promises |", "|---|---|---|---|---|"]
        for driver in drivers.ALL:
            broken = sum(failure["driver"] == driver.name for failure in self.failures)
            landed, rounds = self.landed[driver.name], self.rounds[driver.name]
            lines.append(f"| {driver.name} | {landed:,} | {driver.nightly:,} | {rounds} | {broken} |")
        summary = (
            f"Begun {self.began}, {self.minutes:.0f} minutes, seed {self.seed}: {self.landed.total():,} faults among"
            f" {self.orders:,} accepted orders; {self.unknown:,} answers unknown, of which {self.taken_on:,} orders had"
            " been taken on."
        )
        return [*lines, "", summary]


def run(*, minutes: float, seed: int, table: Path) -> Told:
    """Bring faults about until the time is over; promises that break are told and do not end the run."""
    told = Told(seed, began=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"))
    chance, started = random.Random(seed), time.monotonic()
    while time.monotonic() - started < minutes * 60:
        landings = Landings(seed)
        with laboratories.opened(landings) as laboratory:
            for _ in range(ROUNDS_PER_LABORATORY):
                goes_on = _one_round(laboratory, told, seed=chance.randrange(10**6))
                told.minutes = (time.monotonic() - started) / 60
                told.keep(table)
                if told.minutes >= minutes or not goes_on:
                    break
        told.add(landings)
    told.keep(table)
    return told


def _one_round(laboratory: Laboratory, told: Told, *, seed: int) -> bool:
    """One round of the driver whose turn it is; whether its servers are fit for another."""
    failures_before = len(told.failures)
    driver, started = told.next_driver(), time.monotonic()
    times = min(driver.at_once, max(1, driver.nightly * ROUND_PERCENT_MAX // 100))
    try:
        told.landed[driver.name] += drivers.carry_out(driver, laboratory, seed=seed, times=times)
    except Exception as error:
        # Whatever breaks is told with the seed that repeats it; the run is there to find more than one.
        traceback.print_exc()
        told.failures.append(
            {"driver": driver.name, "seed": str(seed), "times": str(times), "error": repr(error)[:2000]}
        )
        told.landed[driver.name] += times // 2
    told.rounds[driver.name] += 1
    told.seconds[driver.name] += round(time.monotonic() - started)
    sys.stdout.flush()
    return len(told.failures) == failures_before


def main(arguments: list[str]) -> int:
    """Run, or repeat one round; 1 when a promise broke."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=120.0)
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--table", type=Path, default=TABLE)
    parser.add_argument("--driver", choices=[driver.name for driver in drivers.ALL])
    parser.add_argument("--times", type=int, default=1)
    asked = parser.parse_args(arguments)
    if asked.driver is None:
        told = run(minutes=asked.minutes, seed=asked.seed, table=asked.table)
        sys.stdout.write("\n".join(told.as_markdown()) + "\n")
        return 1 if told.failures else 0
    (driver,) = (driver for driver in drivers.ALL if driver.name == asked.driver)
    with laboratories.opened(Landings(asked.seed)) as laboratory:
        drivers.carry_out(driver, laboratory, seed=asked.seed, times=asked.times)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
