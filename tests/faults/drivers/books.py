"""Many about one book: several workers at once, and a halt among crossing orders."""

import time

from tests.faults.drivers.driver import Driver, Round
from tests.faults.verdict import Broken

FEW, MANY = 2, 8
TRADES_SINCE_THE_HALT = """
SELECT count(*) FROM market_journalevent e JOIN market_instrument i ON i.id = e.instrument_id
 WHERE i.symbol = %s AND e.kind = 15 AND e.event_seq > %s
"""
STANDS_AT = """
SELECT b.event_seq FROM market_book b JOIN market_instrument i ON i.id = b.instrument_id WHERE i.symbol = %s
"""


def workers_drain_at_once(this: Round) -> None:
    """Let two, and then eight, workers drain one book at once, without a lease between them."""
    number = 0
    while not this.is_over(number):
        workers = MANY if number % 4 == 3 else FEW
        this.do("trade", name=f"cycle-{number}", seed=this.seed, count=10, who="house_a")
        number += 1
        children = [this.child("drain", plan="drain.after_lock=sleep:0.004") for _ in range(workers)]
        sequenced = [child.outcome()["sequenced"] for child in children]
        if any(sequenced):
            this.land(f"{workers} workers")


def a_halt_meets_crossing_orders(this: Round) -> None:
    """Halt a book in the midst of trading: from the moment at which the halt is answered, nothing trades."""
    number = 0
    with this.going_on(*this.orders_flow(pause_s=0.0), ("drain", {})):
        while not this.is_over(number):
            number += 1
            time.sleep(this.chance.uniform(0.0, 0.08))
            this.do("halt")
            ((halted_at,),) = this.laboratory.query(STANDS_AT, this.symbol)
            time.sleep(this.chance.uniform(0.0, 0.05))
            ((trades,),) = this.laboratory.query(TRADES_SINCE_THE_HALT, this.symbol, halted_at)
            if trades:
                raise Broken(f"a halted book has traded: {trades} times since the halt was answered")
            this.do("resume")
            this.land("halted")


DRIVERS = (
    Driver("several workers drain one book", workers_drain_at_once, ordinary=4, nightly=5_000, at_once=20),
    Driver("a halt among crossing orders", a_halt_meets_crossing_orders, ordinary=6, nightly=2_000, at_once=100),
)
