"""Real workers that a command, a newer release or a hang takes away from a book: the others go on with it."""

import pytest

from market.matcher.watchdog import EXIT_STATUS
from tests.faults.laboratory import Laboratory
from tests.faults.poisoned_core import POISONED_QTY
from vocabulary.limits import ATTEMPTS_IN_VAIN_MAX
from vocabulary.orders import OrdStatus
from vocabulary.rejects import RejectReason

KILLED, TIMED_OUT = -9, 1
STATES = "SELECT ord_status, reject_reason FROM market_order ORDER BY id"
RESTS = (OrdStatus.NEW, RejectReason.NONE)
STUCK_AFTER_S = 0.5


@pytest.mark.parametrize(("way", "end"), [("dies", KILLED), ("loops", TIMED_OUT)])
def test_an_order_that_ends_every_worker_is_rejected_alone_and_its_book_goes_on(laboratory: Laboratory, way, end):
    symbol = laboratory.market_in("ACME")
    laboratory.do("rest", symbol=symbol, quantities=[10, POISONED_QTY, 10])
    poisoned = {"symbol": symbol, "way": way, "stuck_after_s": STUCK_AFTER_S, "limit": {"TRIAL_CPU_S": 1}}
    ends = [laboratory.begin("drain_poisoned", **poisoned).wait() for _ in range(ATTEMPTS_IN_VAIN_MAX)]
    assert ends == sorted(ends, key=lambda status: status == 0), "once it is known, nobody dies of it any more"
    assert set(ends) == {end, 0}, laboratory.said()
    rejected = (OrdStatus.REJECTED, RejectReason.MATCHER_FAILURE)
    assert laboratory.query(STATES) == [RESTS, rejected, RESTS]
    assert laboratory.query("SELECT count(*) FROM market_quarantine") == [(1,)]
    assert laboratory.do("settle", symbols=[symbol]) == {symbol: ""}


def test_a_worker_of_the_release_before_leaves_a_book_alone_that_a_later_one_has_taken(laboratory: Laboratory):
    symbol = laboratory.market_in("ACME")
    laboratory.do("rest", symbol=symbol, quantities=[10])
    assert laboratory.do("drain_as_release", symbol=symbol, later=0) == 1
    laboratory.do("rest", symbol=symbol, quantities=[20])
    assert laboratory.do("drain_as_release", symbol=symbol, later=1) == 2, "it says so in the journal, and goes on"
    laboratory.do("rest", symbol=symbol, quantities=[30])
    assert laboratory.do("drain_as_release", symbol=symbol, later=0) == 0
    assert laboratory.query("SELECT count(*) FROM market_inboxcommand") == [(1,)]
    assert laboratory.query("SELECT status FROM market_book") == [("RUNNING",)]
    assert laboratory.do("drain_as_release", symbol=symbol, later=1) == 1
    assert laboratory.query(STATES) == [RESTS] * 3


def test_a_worker_that_stands_still_while_orders_wait_is_ended_and_the_next_one_matches_them(laboratory: Laboratory):
    symbol = laboratory.market_in("ACME")
    laboratory.do("rest", symbol=symbol, quantities=[10])
    still = laboratory.begin("stand_still", symbol=symbol, for_s=60.0, limit={"STALLED_AFTER_S": 1})
    assert still.wait() == EXIT_STATUS
    assert laboratory.do("drain_once", symbol=symbol) == 1
    assert laboratory.query(STATES) == [RESTS]
