"""Faults of every kind, drawn by a seed, while orders flow: nothing is lost, nothing doubled, journals verify."""

import pytest

from tests.faults import drivers
from tests.faults.drivers import Driver
from tests.faults.laboratory import Laboratory


@pytest.mark.parametrize("driver", drivers.ALL, ids=lambda driver: driver.name.replace(" ", "-"))
def test_what_was_promised_holds_when(premises: Laboratory, driver: Driver, amount):
    times = amount(driver.ordinary, driver.nightly)
    assert drivers.carry_out(driver, premises, seed=premises.landings.seed, times=times) >= times
