"""Whatever goes wrong at whichever step of the path, everything comes right again, and nothing is lost or doubled."""

import pytest

from market.failpoints import KILLED, SITES
from tests.faults import landings as counted
from tests.faults import verdict
from tests.faults.conftest import TABLE
from tests.faults.laboratory import Laboratory
from tests.faults.landings import Landings

FAULTS = ("exit", "raise", "sleep:0.01", "stop:0.02", "drop")
WITHOUT_A_CONNECTION = {"publish.before_send", "publish.after_send"}


@pytest.mark.parametrize("fault", FAULTS)
def test_every_fault_at_every_step_is_survived(laboratory: Laboratory, fault: str, amount):
    symbol = laboratory.market_in("ACME")
    action = fault.partition(":")[0]
    sites = sorted(SITES - WITHOUT_A_CONNECTION if fault == "drop" else SITES)
    laboratory.landings.expect(action, sites)
    for cycle in range(amount(1, 20)):
        for site in sites:
            struck_before = len(laboratory.landed())
            path = laboratory.begin(
                "whole_path",
                symbol=symbol,
                name=f"{action}-{site.replace('.', '-')}-{cycle}",
                seed=laboratory.landings.seed + cycle,
                plan=f"{site}={fault}@{1 + cycle % 3}",
            )
            status = path.wait()
            struck = laboratory.landed()[struck_before:]
            assert struck == [(site, action)] or cycle % 3, f"{fault} never struck at {site}"
            assert status == (KILLED if action == "exit" and struck else 0), laboratory.said()
            for place, done in struck:
                laboratory.landings.land(done, place)
    verdict.judge(laboratory, symbols=[symbol])


def test_everything_that_was_to_strike_has_struck(landings: Landings):
    assert landings.expected, "run it with the other tests of the laboratory: it counts what they brought about"
    counted.keep(landings.as_json(), TABLE)
    assert landings.missing() == []
    assert 0 < landings.recovered <= landings.resent, "some answers were lost whose orders had been taken on"
    assert landings.answers["accepted"] > 0
