"""Wake-ups and leases, which may be lost: whoever waits is found all the same, and nobody loses what is theirs."""

import time

from tests.faults.drivers.driver import Driver, Round
from tests.faults.verdict import Broken

DRAIN = "drain_at_statement"
REPAIRED_WITHIN_S = 2.0
LASTING_FLAG = {"WAKE_FLAG_MS": 60_000}
PATIENT = {**LASTING_FLAG, "DRAIN_STATEMENT_TIMEOUT_MS": 20_000}


def an_order_comes_in_between(this: Round) -> None:
    """Let an order come before each statement of a drain, for whichever server: it is taken, or somebody is woken."""
    queue, client = this.do("queue"), this.laboratory.redis()
    this.do("trade", name="count", seed=this.seed, count=1)
    count = this.do(DRAIN, nth=0, act="", asks_redis_too=True)["statements"]
    number = 0
    while not this.is_over(number):
        nth = count - number % count
        this.do("trade", name=f"first-{number}", seed=this.seed, count=1, limit=LASTING_FLAG)
        client.delete(queue)
        drain = this.child(DRAIN, nth=nth, act="stop", asks_redis_too=True, limit=PATIENT)
        if drain.wait_until_stopped():
            this.do("trade", name=f"then-{number}", seed=this.seed, count=1, who="house_b", limit=LASTING_FLAG)
            drain.go_on()
            this.land(f"{count - nth} statements before the end")
        drain.outcome()
        ((waiting,),) = this.laboratory.query("SELECT count(*) FROM market_inboxcommand")
        if waiting and not client.llen(queue):
            raise Broken(f"an order waits and nobody was woken for it: it came before statement {nth} of {count}")
        this.do("drain")
        number += 1


def a_wake_up_is_lost(this: Round) -> None:
    """Lose the task of a wake-up whose flag is up: the next orders wake the book again before long."""
    queue, client = this.do("queue"), this.laboratory.redis()
    number = 0
    while not this.is_over(number):
        this.do("trade", name=f"first-{number}", seed=this.seed, count=1)
        client.delete(queue)
        this.land("with its flag up")
        deadline = time.monotonic() + REPAIRED_WITHIN_S
        while not client.llen(queue):
            if time.monotonic() > deadline:
                raise Broken("a lost wake-up has put its book to sleep")
            this.do("trade", name=f"then-{number}-{time.monotonic_ns()}", seed=this.seed, count=1)
        this.do("drain", ask_lease=True)
        number += 1


def a_lease_runs_out(this: Round) -> None:
    """Let a lease run out while its holder works, and another take it: the first gives back nothing of the other's."""
    number = 0
    while not this.is_over(number):
        number += 1
        if not this.do("outlive_a_lease"):
            raise Broken("a lease was taken from its holder by one whose own had run out")
        this.land("while its holder works")


DRIVERS = (
    Driver("an order comes in the midst of a drain", an_order_comes_in_between, ordinary=12, nightly=1_000),
    Driver("a wake-up is lost", a_wake_up_is_lost, ordinary=1, nightly=200, at_once=50),
    Driver("a lease runs out", a_lease_runs_out, ordinary=1, nightly=200),
)
