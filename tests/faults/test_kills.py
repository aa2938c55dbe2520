"""A process that dies takes nothing with it: no order, no fill, no cent; and trading goes on."""

import os
import signal
import time

import pytest

from tests.faults import oracle, traffic
from tests.faults.stopwatch import Stopwatch
from tests.faults.traffic import Participant
from tests.running_system import RunningSystem, wait_until

UNDISTURBED_S = 1.0
GOES_ON_WITHIN_S = 5.0
AT_THE_LATEST_S = 60.0


@pytest.mark.parametrize("part", ["matching", "valkey", "web"])
def test_after_a_kill_every_order_is_there_once_money_adds_up_and_trading_goes_on(
    system: RunningSystem, participants: list[Participant], part: str, record_property
):
    before = system.pid_of(part)
    with traffic.flowing(participants):
        wait_until(lambda: traffic.first_sequenced_after(participants, 0.0), within_s=AT_THE_LATEST_S)
        time.sleep(UNDISTURBED_S)
        system.kill(part)
        since = Stopwatch()
        wait_until(lambda: traffic.first_sequenced_after(participants, since.started_at), within_s=AT_THE_LATEST_S)
        usable_s, elapsed_s = since.usable_s(), time.monotonic() - since.started_at
        system.wait_until_whole(part, other_than=before)
        time.sleep(UNDISTURBED_S)
    unknown = sum(who.ask_again() for who in participants)
    oracle.settle(system)
    record_property("goes_on", f"after {elapsed_s:.2f} s, {usable_s:.2f} s of it usable; {unknown} answers unknown")
    oracle.check_participants(system, participants)
    oracle.check_exchange(system)
    assert usable_s < GOES_ON_WITHIN_S


def test_a_matcher_that_is_asked_to_stop_ends_by_itself_and_no_answer_is_left_unknown(
    system: RunningSystem, participants: list[Participant], record_property
):
    before = system.pid_of("matching")
    with traffic.flowing(participants):
        wait_until(lambda: traffic.first_sequenced_after(participants, 0.0), within_s=AT_THE_LATEST_S)
        asked = Stopwatch()
        os.kill(before, signal.SIGTERM)
        wait_until(lambda: system.pid_of("matching") != before, within_s=AT_THE_LATEST_S)
        record_property(
            "ended", f"after {time.monotonic() - asked.started_at:.2f} s, {asked.usable_s():.2f} s of it usable"
        )
        system.wait_until_whole("matching", other_than=before)
        back_at = time.monotonic()
        wait_until(lambda: traffic.first_sequenced_after(participants, back_at), within_s=AT_THE_LATEST_S)
    assert "matching: exit status 0; starting it again" in system.said()
    assert sum(who.ask_again() for who in participants) == 0
    oracle.settle(system)
    oracle.check_participants(system, participants)
    oracle.check_exchange(system)
