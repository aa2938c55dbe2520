"""Faults of matching workers: one is killed, or stopped for a while, at any step of a batch."""

from itertools import cycle

from market.failpoints import KILLED, SITES
from tests.faults.drivers.driver import Driver, Round
from tests.faults.laboratory import Child
from tests.faults.verdict import Broken

OF_A_BATCH = ("drain.", "journal.", "settlement.")
NEEDS_A_SNAPSHOT = "snapshot.after_write"
STEPS = sorted(site for site in SITES if site.startswith((*OF_A_BATCH, "restore.", "snapshot.")))
HOLDS_THE_BOOK = ("drain.after_lock", "drain.after_take", "drain.after_apply", "journal.after_commands",
                  "drain.after_journal", "settlement.after_orders", "settlement.after_trades",
                  "drain.after_settlement", "drain.before_commit")  # fmt: skip
A_TRICKLE = ("trade", {"who": "buyer", "name": "trickle", "pause_s": 0.1})
"""Few enough orders beside the cycles' own that a drain comes to an end however slow the machine is."""
IN_A_ROW = 3
SHORT_PATIENCE_MS = 300
TAKEN_OVER_WITHIN_S = 15.0
"""Long enough for a busy machine: how fast a book is taken over is measured, not tested."""


def _dies_at(this: Round, step: str, *, insists: bool = False, number: int) -> Child:
    limit = {"SNAPSHOT_EVERY_COMMANDS": 1} if step == NEEDS_A_SNAPSHOT else {}
    return this.child(
        "act_and_drain",
        name=f"cycle-{number}",
        seed=this.seed,
        plan=f"{step}=exit",
        limit=limit,
        begins_clean=not insists,
    )


def a_matcher_is_killed(this: Round) -> None:
    """Kill a matcher at each step in turn; by chance at one step again and again, until its command looks guilty."""
    steps = cycle(this.chance.sample(STEPS, len(STEPS)))
    number = 0
    with this.going_on(A_TRICKLE):
        while not this.is_over(number):
            insists = number == 0 or this.chance.random() < 0.002
            step = this.chance.choice(HOLDS_THE_BOOK) if insists else next(steps)
            for _ in range(IN_A_ROW if insists else 1):
                status = _dies_at(this, step, insists=insists, number=number).wait()
                number += 1
                if status == KILLED:
                    this.land(step)
                elif status != 0:
                    raise Broken(f"a matcher ended with {status} at {step}: {this.laboratory.said()}")


def a_matcher_is_stopped(this: Round) -> None:
    """Stop a matcher at each step; another takes its book over, or it goes on before that: its time is lost either way.

    One in five is stopped for longer than the database lets it hold the book, and then goes on.
    """
    steps = cycle(this.chance.sample(STEPS, len(STEPS)))
    number = 0
    with this.going_on(A_TRICKLE):
        while not this.is_over(number):
            step, is_long = next(steps), number % 5 == 0
            limit = {"DRAIN_STATEMENT_TIMEOUT_MS": SHORT_PATIENCE_MS}
            limit |= {"SNAPSHOT_EVERY_COMMANDS": 1} if step == NEEDS_A_SNAPSHOT else {}
            stopped = this.child(
                "act_and_drain", name=f"cycle-{number}", seed=this.seed, plan=f"{step}=stop", limit=limit, survives=True
            )
            number += 1
            if not stopped.wait_until_stopped():
                continue
            other = this.child("drain", limit=limit, within_s=TAKEN_OVER_WITHIN_S, is_to_empty=True)
            if is_long:
                this.land(f"{step}, for long")
                if not other.outcome()["emptied"]:
                    raise Broken(f"a matcher that stands still at {step} holds its book up")
            else:
                this.land(f"{step}, briefly")
            stopped.go_on()
            other.outcome()
            stopped.outcome()


DRIVERS = (
    Driver("a matcher is killed", a_matcher_is_killed, ordinary=8, nightly=10_000, at_once=500),
    Driver("a matcher is stopped and goes on", a_matcher_is_stopped, ordinary=4, nightly=2_000, at_once=100),
)
