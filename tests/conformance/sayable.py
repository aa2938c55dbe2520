"""Which door can say which case."""

from tests.conformance.doors.door import Door
from tests.conformance.doors.grpc import GrpcDoor
from tests.conformance.doors.rest import RestDoor
from tests.conformance.doors.ssh import SshDoor
from tests.conformance.doors.terminal import TerminalDoor
from tests.conformance.doors.web import WebDoor
from tests.conformance.doors.websocket import WebsocketDoor
from tests.conformance.words import Case

DOORS: tuple[type[Door], ...] = (RestDoor, WebsocketDoor, GrpcDoor, WebDoor, TerminalDoor, SshDoor)
"""Every way in for orders."""


def doors_of(case: Case) -> list[str]:
    """The doors that can say a case."""
    return [door.name for door in DOORS if type(case.act) not in door.cannot and case.name not in door.cannot_say]
