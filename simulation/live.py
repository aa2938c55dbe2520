"""The loop of the live traders: a steady beat that outlives the database, and the exchange, being away."""

import time
from pathlib import Path
from typing import NoReturn

import structlog
from django.conf import settings
from django.db import DatabaseError, InterfaceError, close_old_connections, connection

from market.errors import InProgress, MarketError, OutcomeUnknown, Unavailable
from simulation.house import House
from simulation.services import population

TICK_S = 0.25
ELAPSED_S_MAX = 1.0
FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 5.0

PASSING = (DatabaseError, InterfaceError, InProgress, OutcomeUnknown, Unavailable)
"""What goes by: the same traders go on once the exchange is back."""

logger = structlog.get_logger(__name__)


def run(*, seed: int, noise_rate_per_s: float) -> NoReturn:
    """Trade until an exception ends it (the command turns SIGTERM into one). Open orders stay behind.

    While the exchange is away, tries again at growing intervals, saying so once. Raises HouseNameTaken.
    """
    house: House | None = None
    is_ready = False
    pause_s = FIRST_PAUSE_S
    acted_at = time.monotonic()
    while True:
        began_at = time.monotonic()
        try:
            house = house or _open(seed=seed, noise_rate_per_s=noise_rate_per_s)
            house.tick(elapsed_s=min(began_at - acted_at, ELAPSED_S_MAX))
            acted_at = began_at
        except (*PASSING, MarketError) as error:
            if pause_s == FIRST_PAUSE_S:
                logger.warning("traders_waiting", error=str(error))
            house = _after(error, house=house)
            connection.close()
            time.sleep(pause_s)
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
            continue
        if pause_s > FIRST_PAUSE_S:
            logger.info("traders_back")
            pause_s = FIRST_PAUSE_S
        if not is_ready:
            _say_ready()
            is_ready = True
        close_old_connections()
        # A late tick is not made up for: the next one is due a whole interval after this one was.
        time.sleep(max(0.0, began_at + TICK_S - time.monotonic()))


def _open(*, seed: int, noise_rate_per_s: float) -> House:
    house = House(actor=population.ensure_house_traders(), seed=seed, noise_rate_per_s=noise_rate_per_s)
    house.clear_left_overs()
    logger.info("traders_open", seed=seed, noise_rate_per_s=noise_rate_per_s)
    return house


def _after(error: Exception, *, house: House | None) -> House | None:
    """The house to go on with: the same one for what goes by; none, and so a new one, for what should not happen."""
    if house is None or not isinstance(error, PASSING):
        return None
    house.distrust()
    return house


def _say_ready() -> None:
    if settings.READY_FILE:
        Path(settings.READY_FILE).touch()
