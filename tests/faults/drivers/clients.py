"""What clients do that is hard on an exchange: they come late, in opposite orders, again, or just before a death."""

from market.failpoints import KILLED
from tests.faults.cast import OWNS_TWO, SECOND_ACCOUNT
from tests.faults.drivers.driver import Driver, Round
from tests.faults.laboratory import Child
from tests.faults.verdict import Broken
from tests.running_system import wait_until

INTAKE = "send_at_statement"
OTHER = "house_a"
PATIENT_S = 20.0
PATIENT = {"INTAKE_LOCK_TIMEOUT_MS": 20_000, "INTAKE_STATEMENT_TIMEOUT_MS": 20_000}
"""A slow machine is no ring; PostgreSQL itself finds a ring after a second."""
WAITS_FOR_A_LOCK = "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"


def dies_after_the_answer(this: Round) -> None:
    """Kill whoever takes orders on the moment its last answer is out."""
    number = 0
    while not this.is_over(number):
        count = this.chance.randint(1, 3)
        status = this.child(
            "send_and_die", name=f"cycle-{number}", who=this.chance.choice(("house_a", "buyer")), count=count
        ).wait()
        number += 1
        if status == KILLED:
            this.land(f"after {count} answers")


def commits_late(this: Round) -> None:
    """Let an order that came first commit last, after the matcher has taken what came behind it."""
    number = 0
    while not this.is_over(number):
        first = this.child(
            "trade", name=f"late-{number}", seed=this.seed, count=1, who=OWNS_TWO, plan="intake.before_commit=stop"
        )
        if first.wait_until_stopped():
            this.do("trade", name=f"soon-{number}", seed=this.seed, count=1, who=OTHER)
            this.do("drain")
            first.go_on()
            this.land("behind another")
        first.outcome()
        this.do("drain")
        number += 1


def locks_in_opposite_orders(this: Round) -> None:
    """Hand two batches of the same two accounts in at once, one the other way round, stopped at each statement."""
    accounts = [this.laboratory.people[who]["account"] for who in (OWNS_TWO, SECOND_ACCOUNT)]
    count = _place(this, "count", accounts, nth=0).outcome()["statements"]
    number = 0
    while not this.is_over(number):
        nth = 1 + number % count
        stopped = _place(this, f"forth-{number}", accounts, nth=nth)
        if stopped.wait_until_stopped():
            other = _place(this, f"back-{number}", accounts[::-1], nth=0)
            wait_until(lambda other=other: _waits_or_has_ended(this, other), within_s=PATIENT_S)
            stopped.go_on()
            codes = stopped.outcome()["codes"] + other.outcome()["codes"]
            if set(codes) != {"accepted"}:
                raise Broken(f"two batches have waited for each other in a ring: {codes}")
            this.land("in opposite orders")
        this.do("drain")
        number += 1


def _place(this: Round, name: str, accounts: list[str], *, nth: int) -> Child:
    tickets = [
        {
            "cl_ord_id": f"{name}-{place}", "account": account, "symbol": this.symbol, "side": "BUY",
            "ord_type": "LIMIT", "order_qty": "1", "price": "9.50", "time_in_force": "DAY",
        }
        for place, account in enumerate(accounts)
    ]  # fmt: skip
    return this.child(
        INTAKE, name=name, who=OWNS_TWO, tickets=tickets, nth=nth, act="stop" if nth else "", limit=PATIENT
    )


def _waits_or_has_ended(this: Round, child: Child) -> bool:
    child.look()
    return child.status is not None or bool(this.laboratory.query(WAITS_FOR_A_LOCK))


def an_id_is_used_again(this: Round) -> None:
    """Send the ticket of an order that is closed once more: it is the same order, for ever."""
    number = 0
    while not this.is_over(number):
        ticket = this.do("order_and_cancel", name=f"cycle-{number}", who=OTHER)
        this.do("drain")
        (code,) = this.do("send", name="again", who=OTHER, tickets=[ticket])
        if code != "replayed":
            raise Broken(f"an id was taken for a new order after its order had closed: {code}")
        this.land("after a cancel")
        number += 1


def cancels_at_once(this: Round) -> None:
    """Ask for the cancel of an order that still waits for its book."""
    number = 0
    while not this.is_over(number):
        this.do("order_and_cancel", name=f"cycle-{number}", who=OTHER)
        number += 1
        this.do("drain")
        this.land("before the order is in its book")


DRIVERS = (
    Driver("an intake dies after its answer", dies_after_the_answer, ordinary=4, nightly=500),
    Driver("an order commits late", commits_late, ordinary=2, nightly=200),
    Driver("batches lock accounts in opposite orders", locks_in_opposite_orders, ordinary=6, nightly=200),
    Driver("an id is used again", an_id_is_used_again, ordinary=2, nightly=200),
    Driver("a cancel comes right after its order", cancels_at_once, ordinary=2, nightly=200),
)
