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
    for name in ("warm", "count"):  # restoring a book that was never matched takes fewer statements
        this.do("drain")
        _two_that_trade(this, name=name)
    count = this.do(DRAIN, nth=0, act="", asks_redis_too=True)["statements"]
    number = 0
    while not this.is_over(number):
        nth = count - number % count
        _two_that_trade(this, name=f"first-{number}")
        client.delete(queue)
        drain = this.child(DRAIN, nth=nth, act="stop", asks_redis_too=True, limit=PATIENT)
        if drain.wait_until_stopped():
            _send(this, f"then-{number}", sides=["SELL"], who="house_b", price="10.03")
            drain.go_on()
            this.land(f"{count - nth} statements before the end")
        drain.outcome()
        ((waiting,),) = this.laboratory.query("SELECT count(*) FROM market_inboxcommand")
        if waiting and not client.llen(queue):
            raise Broken(f"an order waits and nobody was woken for it: it came before statement {nth} of {count}")
        this.do("drain")
        number += 1


def _two_that_trade(this: Round, *, name: str) -> None:
    """Hand in two orders whose drain is the same each time, statement by statement: so none of them is passed over."""
    _send(this, name, sides=["SELL", "BUY"], who="house_a", price="10.00")


def _send(this: Round, name: str, *, sides: list[str], who: str, price: str) -> None:
    terms = {"symbol": this.symbol, "ord_type": "LIMIT", "order_qty": "5", "price": price, "time_in_force": "DAY"}
    tickets = [{"cl_ord_id": f"{name}-{side}", "side": side, **terms} for side in sides]
    this.do("send", name=name, who=who, tickets=tickets, limit=LASTING_FLAG)


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
