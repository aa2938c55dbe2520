"""Hints are lost, doubled, late and out of order, and whoever follows the market has the book all the same."""

from pathlib import Path

from tests.faults.drivers.driver import Driver, Round
from tests.faults.laboratory import Child

SETTLED_WITHIN_S = 20.0
TURNS = 12


def hints_go_wrong(this: Round) -> None:
    """Let half of the hints be lost and of the rest many be doubled or late, while people follow the market."""
    number = 0
    follows, over = _followers(this)
    while not this.is_over(number):
        this.do("trade", name=f"cycle-{number}", seed=this.seed, count=20)
        harmed = this.do("drain_with_bad_hints", seed=this.seed + number)
        number += 1
        for harm, times in harmed.items():
            for _ in range(times):
                this.land(harm)
    over.touch()
    follows.outcome()


def batches_fail_before_followers(this: Round) -> None:
    """Let batches fail right before their commit, and come again with more in them, while people follow the market."""
    number = 0
    follows, over = _followers(this)
    while not this.is_over(number):
        failed = this.do("take_turns", name=f"cycle-{number}", seed=this.seed + number, turns=TURNS, tells=True)
        number += 1
        for _ in range(failed):
            this.land("before the commit")
    this.do("drain", is_to_empty=True, within_s=SETTLED_WITHIN_S)
    over.touch()
    follows.outcome()


def _followers(this: Round) -> tuple[Child, Path]:
    """People who begin to follow a book that has traded already, and the file that ends it."""
    this.do("trade", name="before", seed=this.seed, count=10)
    this.do("drain")
    over = this.laboratory.new_file()
    return this.child("follow", until=str(over)), over


DRIVERS = (
    Driver("hints go wrong", hints_go_wrong, ordinary=12, nightly=5_000, at_once=200),
    Driver("batches fail before followers", batches_fail_before_followers, ordinary=5, nightly=500, at_once=50),
)
