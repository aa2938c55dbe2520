"""Hints are lost, doubled, late and out of order, and whoever follows the market has the book all the same."""

from tests.faults.drivers.driver import Driver, Round

SETTLED_WITHIN_S = 20.0


def hints_go_wrong(this: Round) -> None:
    """Let half of the hints be lost and of the rest many be doubled or late, while people follow the market."""
    number = 0
    follows = this.child("follow", until=str(over := this.laboratory.new_file()))
    while not this.is_over(number):
        this.do("trade", name=f"cycle-{number}", seed=this.seed, count=20)
        harmed = this.do("drain_with_bad_hints", seed=this.seed + number)
        number += 1
        for harm, times in harmed.items():
            for _ in range(times):
                this.land(harm)
    over.touch()
    follows.outcome()


DRIVERS = (Driver("hints go wrong", hints_go_wrong, ordinary=30, nightly=5_000, at_once=200),)
