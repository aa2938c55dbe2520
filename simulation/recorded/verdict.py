"""Whether a run kept what the record says: each execution at its price and size, and with which order."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matching import EventKind, Records
from simulation.recorded import happenings
from simulation.recorded.script import Script
from vocabulary.orders import LiquiditySide


@dataclass(frozen=True, slots=True)
class Executions:
    """How many recorded executions there are, and how many came about as recorded.

    ``known`` are those of orders whose arrival is recorded, ``inferred`` the others; ``hit`` those in which every lot
    came from the very order that the record names.
    """

    total: int
    at_recorded_price_and_size: int
    known: int
    known_hit: int
    inferred: int
    inferred_hit: int


@dataclass(frozen=True, slots=True)
class Run:
    """One run of a script: what happened, its fingerprint, and how long it took."""

    name: str
    commands: int
    events: int
    digest: str
    seconds: float
    executions: Executions

    @property
    def rate_per_s(self) -> float:
        """Commands a second."""
        return self.commands / self.seconds if self.seconds else 0.0


def judge(name: str, script: Script, happened: NDArray[np.void], *, seconds: float) -> Run:
    """A run with its fingerprint and its executions weighed."""
    return Run(
        name=name,
        commands=len(script.commands),
        events=len(happened),
        digest=happenings.digest(happened),
        seconds=seconds,
        executions=weigh(script.executions, happened),
    )


def weigh(expected: Records, happened: NDArray[np.void]) -> Executions:
    """Count the recorded executions that came about."""
    fills = _fills_by_taker(happened)
    as_recorded, hits = np.zeros(len(expected), bool), np.zeros(len(expected), bool)
    for place, (_, taker, price_ticks, qty, maker, _) in enumerate(expected.tolist()):
        found = fills.get(taker, [])
        as_recorded[place] = sum(lots for _, _, lots in found) == qty and all(px == price_ticks for _, px, _ in found)
        hits[place] = bool(found) and all(order_id == maker for order_id, _, _ in found)
    is_known = expected["is_known"] != 0
    return Executions(
        total=len(expected),
        at_recorded_price_and_size=int(as_recorded.sum()),
        known=int(is_known.sum()),
        known_hit=int((hits & is_known).sum()),
        inferred=int((~is_known).sum()),
        inferred_hit=int((hits & ~is_known).sum()),
    )


def _fills_by_taker(happened: NDArray[np.void]) -> dict[int, list[tuple[int, int, int]]]:
    """By aggressive order: the resting order, price and lots of each of its trades."""
    trades = happened[happened["kind"] == EventKind.TRADE]
    makers = trades[trades["liquidity"] == LiquiditySide.MAKER]
    maker_of = dict(zip(makers["trade_seq"].tolist(), makers["order_id"].tolist(), strict=True))
    takers = trades[trades["liquidity"] == LiquiditySide.TAKER]
    columns = (takers[name].tolist() for name in ("order_id", "trade_seq", "last_px_ticks", "last_qty_lots"))
    fills: dict[int, list[tuple[int, int, int]]] = {}
    for taker, trade_seq, price_ticks, lots in zip(*columns, strict=True):
        fills.setdefault(taker, []).append((maker_of[trade_seq], price_ticks, lots))
    return fills
