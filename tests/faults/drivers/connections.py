"""The connection to the database is cut at a COMMIT: who sent it cannot know what became of it, and finds out."""

from urllib.parse import urlsplit

from tests.faults.drivers.driver import Driver, Round
from tests.faults.proxy import Cut, cutting_proxy
from tests.faults.verdict import Broken

COMMITS_OF_A_DRAIN = 3
"""Of the read that restores the book, and of two batches."""
TICKETS = 8
SEQUENCED = """
SELECT count(*) FROM market_journalcommand c JOIN market_instrument i ON i.id = c.instrument_id WHERE i.symbol = %s
"""


def a_commit_is_cut_off(this: Round) -> None:
    """Cut before, during and after the COMMIT of an intake, and of a matcher's batch."""
    url = urlsplit(this.laboratory.servers.postgres.url)
    number = 0
    with cutting_proxy((str(url.hostname), int(url.port or 0))) as proxy:
        while not this.is_over(number):
            cut = list(Cut)[number % len(Cut)]
            name = f"cycle-{number}"
            cuts_before = proxy.cuts
            if number % 2:
                proxy.arm(cut)
                this.do("trade", name=name, seed=this.seed, count=2, port=proxy.port)
                part = "taking on"
            else:
                this.do("trade", name=name, seed=this.seed, count=TICKETS)
                before = _sequenced(this)
                proxy.arm(cut, nth=this.chance.randint(1, COMMITS_OF_A_DRAIN))
                done = this.do("drain", port=proxy.port)
                part = "matching"
                if not done["failed"] and done["sequenced"] != _sequenced(this) - before:
                    raise Broken(f"a matcher took a commit that was cut {cut} for something else: {done}")
            proxy.disarm()
            this.do("drain")
            number += 1
            if proxy.cuts > cuts_before:
                this.land(f"{part}, {cut} the commit")


def _sequenced(this: Round) -> int:
    ((count,),) = this.laboratory.query(SEQUENCED, this.symbol)
    return int(count)


DRIVERS = (Driver("a commit is cut off", a_commit_is_cut_off, ordinary=6, nightly=3_000, at_once=200),)
