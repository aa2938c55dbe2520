"""Whoever takes orders on is killed between any two steps."""

from itertools import cycle, product

from market.failpoints import KILLED, SITES
from tests.faults.drivers.driver import Driver, Round
from tests.faults.verdict import Broken

STEPS = sorted(site for site in SITES if site.startswith(("intake.", "wake.")))
NTH_MAX = 3


def an_intake_is_killed(this: Round) -> None:
    """Kill whoever takes orders on at each step in turn, while a matcher is at work."""
    places = list(product(STEPS, range(1, NTH_MAX + 1)))
    in_turn = cycle(this.chance.sample(places, len(places)))
    number = 0
    with this.going_on(("drain", {})):
        while not this.is_over(number):
            step, nth = next(in_turn)
            child = this.child(
                "trade", name=f"cycle-{number}", seed=this.seed, count=3 * NTH_MAX, plan=f"{step}=exit@{nth}",
                who=this.chance.choice(("house_a", "house_b", "buyer")),
            )  # fmt: skip
            number += 1
            status = child.wait()
            if status == KILLED:
                this.land(step)
            elif status != 0:
                raise Broken(f"an intake ended with {status} at {step}: {this.laboratory.said()}")


DRIVERS = (Driver("an intake is killed", an_intake_is_killed, ordinary=11, nightly=3_000, at_once=300),)
