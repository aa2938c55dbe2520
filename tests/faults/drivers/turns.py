"""Several workers about one book in turn: who does not hold it keeps off, and who was away learns what has happened."""

from tests.faults.drivers.driver import Driver, Round
from tests.faults.verdict import Broken

REACHED = ("drain.after_lock", "sleep")
TURNS = 12


def a_worker_looks_in(this: Round) -> None:
    """Let a worker, without a lease, look at a book that another holds: it leaves at once, without having had it."""
    number = 0
    while not this.is_over(number):
        holder = this.child(
            "act_and_drain", name=f"cycle-{number}", seed=this.seed, plan="drain.after_take=stop", survives=True
        )
        if holder.wait_until_stopped():
            before = this.laboratory.landed().count(REACHED)
            looked = this.child("drain", plan="drain.after_lock=sleep:0.0").outcome()
            # Who does not leave at once waits for the rows that the other has taken, until its time is up.
            if looked["failed"] or this.laboratory.landed().count(REACHED) > before:
                raise Broken("two workers have held one book at once")
            this.land("while another holds it")
            holder.go_on()
        holder.outcome()
        number += 1


def workers_take_turns(this: Round) -> None:
    """Let two workers with hot books take turns at random, and let batches fail right before their commit."""
    number = 0
    while not this.is_over(number) and not this.is_stopped():
        failed = this.do("take_turns", name=f"cycle-{number}", seed=this.seed + number, turns=TURNS)
        number += 1
        for _ in range(failed):
            this.land("before the commit")


DRIVERS = (
    Driver("a worker looks in on another's book", a_worker_looks_in, ordinary=2, nightly=200),
    Driver("workers take turns and batches fail", workers_take_turns, ordinary=8, nightly=1_000),
)
