"""What a driver is, and one round of it: a laboratory as new, so many faults, and the verdict."""

import random
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from tests.faults import verdict
from tests.faults.laboratory import Child, Laboratory
from tests.faults.verdict import Broken

SYMBOL = "ACME"
WHO_TRADES = ("buyer", "house_a", "house_b")


class Driver(NamedTuple):
    """A kind of fault: how it is brought about, and how often in an ordinary run and by night.

    ``at_once`` is how many are brought about in one laboratory before all of it is judged.
    """

    name: str
    run: "Callable[[Round], None]"
    ordinary: int
    nightly: int
    at_once: int = 100


@dataclass
class Round:
    """Some faults of one driver in one laboratory: as many as ``times``, drawn by ``chance`` from a seed."""

    laboratory: Laboratory
    driver: Driver
    seed: int
    times: int
    symbol: str = SYMBOL
    landed: int = 0
    chance: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.chance = random.Random(f"{self.driver.name}:{self.seed}")

    def land(self, phase: str) -> None:
        """Count a fault that has struck in a phase."""
        self.landed += 1
        self.laboratory.landings.land(self.driver.name, phase)

    def is_over(self, cycle: int) -> bool:
        """Whether enough faults have struck; raises Broken when they never seem to."""
        if cycle > 20 + 10 * self.times:
            raise Broken(f"only {self.landed} of {self.times} faults struck in {cycle} cycles")
        return self.landed >= self.times

    def is_stopped(self) -> bool:
        """Whether the round's book stands still; the verdict will say so."""
        return self.laboratory.query("SELECT count(*) FROM market_book WHERE status <> 'RUNNING'") != [(0,)]

    def child(self, deed: str, **arguments: Any) -> Child:
        """A deed about the round's book, begun in a process of its own."""
        return self.laboratory.begin(deed, symbol=self.symbol, **arguments)

    def do(self, deed: str, **arguments: Any) -> Any:
        """A deed about the round's book, done to its end."""
        return self.child(deed, **arguments).outcome()

    @contextmanager
    def going_on(self, *deeds: tuple[str, dict[str, Any]]) -> Iterator[Path]:
        """Deeds that go on beside the block, each in a process of its own; the file that will end them."""
        over = self.laboratory.new_file()
        children = [self.child(deed, until=str(over), **arguments) for deed, arguments in deeds]
        try:
            yield over
            over.touch()
            for child in children:
                child.outcome()
        finally:
            over.touch()
            for child in children:
                child.kill()

    def orders_flow(self, *, pause_s: float = 0.01) -> list[tuple[str, dict[str, Any]]]:
        """The deeds by which everybody trades."""
        return [
            ("trade", {"who": who, "name": f"flow-{who}", "seed": self.seed, "pause_s": pause_s}) for who in WHO_TRADES
        ]


def carry_out(driver: Driver, premises: Laboratory, *, seed: int, times: int, bug: str = "") -> int:
    """Bring a driver's fault about so often and judge what is left; how many struck. Raises Broken."""
    landed = 0
    started = time.monotonic()
    while landed < times:
        count = min(driver.at_once, times - landed)
        sys.stdout.write(f"python -m tests.faults.longrun --driver '{driver.name}' --seed {seed} --times {count}\n")
        with premises.renewed(bug=bug) as laboratory:
            this = Round(laboratory, driver, seed=seed, times=count)
            laboratory.market_in(this.symbol)
            driver.run(this)
            verdict.judge(laboratory, symbols=[this.symbol])
        landed += this.landed
        seed += 1
    sys.stdout.write(f"{driver.name}: {landed} in {time.monotonic() - started:.1f} s\n")
    return landed
