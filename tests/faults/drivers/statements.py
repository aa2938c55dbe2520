"""Any statement of the path fails, or loses its connection."""

from itertools import cycle, product

from tests.faults.drivers.driver import Driver, Round

INTAKE, DRAIN = "send_at_statement", "drain_at_statement"
IN_WORDS = {INTAKE: "taking on", DRAIN: "draining"}


def a_statement_fails(this: Round) -> None:
    """Let each statement in turn fail, or lose its connection: of an intake, and of the drain of some orders."""
    places = _places(this)
    in_turn = cycle(this.chance.sample(places, len(places)))
    number = 0
    while not this.is_over(number):
        deed, nth, act = next(in_turn)
        if deed == INTAKE:
            done = this.do(INTAKE, name=f"cycle-{number}", nth=nth, act=act)
        else:
            this.do("trade", name=f"cycle-{number}", seed=this.seed, count=2)
            done = this.do(DRAIN, nth=nth, act=act)
        number += 1
        this.do("drain")
        if done["statements"] >= nth:
            this.land(f"{IN_WORDS[deed]}: {act} at {nth}")


def _places(this: Round) -> list[tuple[str, int, str]]:
    """Every statement of an intake and of a drain, with each way in which it can fail."""
    counts = {INTAKE: this.do(INTAKE, name="count", nth=0, act=""), DRAIN: this.do(DRAIN, nth=0, act="")}
    return [
        (deed, nth, act)
        for deed, counted in counts.items()
        for nth, act in product(range(1, counted["statements"] + 1), ("drop", "fail"))
    ]


DRIVERS = (Driver("a statement fails", a_statement_fails, ordinary=16, nightly=1_800, at_once=180),)
