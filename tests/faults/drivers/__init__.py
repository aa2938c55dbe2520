"""Drivers: each brings one kind of fault about while orders flow, as often as it is told, and leaves the judging to the
verdict.
"""

from tests.faults.drivers import (
    books,
    clients,
    connections,
    feeds,
    intakes,
    servers,
    statements,
    turns,
    wakes,
    workers,
)
from tests.faults.drivers.driver import Driver, Round, carry_out

__all__ = ["ALL", "Driver", "Round", "carry_out"]

ALL: tuple[Driver, ...] = (
    *workers.DRIVERS,
    *turns.DRIVERS,
    *books.DRIVERS,
    *clients.DRIVERS,
    *intakes.DRIVERS,
    *statements.DRIVERS,
    *connections.DRIVERS,
    *servers.DRIVERS,
    *wakes.DRIVERS,
    *feeds.DRIVERS,
)
