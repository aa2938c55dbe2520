"""Drivers: each brings one kind of fault about while orders flow, as often as it is told, and leaves the judging to the
verdict.
"""

from tests.faults.drivers import books, connections, feeds, intakes, servers, statements, workers
from tests.faults.drivers.driver import Driver, Round, carry_out

__all__ = ["ALL", "Driver", "Round", "carry_out"]

ALL: tuple[Driver, ...] = (
    *workers.DRIVERS,
    *books.DRIVERS,
    *intakes.DRIVERS,
    *statements.DRIVERS,
    *connections.DRIVERS,
    *servers.DRIVERS,
    *feeds.DRIVERS,
)
