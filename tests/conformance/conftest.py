"""One exchange with every door open, for all cases; each case has a stage of its own at each door."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from access.services import ssh_keys
from tests.adminshell.conftest import KeyPair, opening
from tests.conformance.doors.door import Door
from tests.conformance.doors.grpc import GrpcDoor
from tests.conformance.doors.rest import RestDoor
from tests.conformance.doors.ssh import SshDoor
from tests.conformance.doors.terminal import TerminalDoor
from tests.conformance.doors.web import WebDoor
from tests.conformance.doors.websocket import WebsocketDoor
from tests.conformance.stage import Stage
from tests.conformance.words import Who
from tests.conftest import emptied_database
from tests.grpc_api.conftest import Serving
from tests.market_place import MarketPlace
from web.views import tickets as order_pages


@dataclass(frozen=True)
class Exchange:
    """The exchange and its doors by name."""

    doors: Mapping[str, Door]
    stage: Callable[[], Stage]


@pytest.fixture(scope="package")
def exchange(
    django_db_setup: None, django_db_blocker: Any, warm_kernel: None, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Exchange]:
    """The exchange, open for as long as the suite runs."""
    folder = tmp_path_factory.mktemp("conformance")
    with emptied_database(django_db_blocker), pytest.MonkeyPatch.context() as patched:
        # Whether the matcher works while a page waits for it is not what is compared here.
        patched.setattr(order_pages, "SEQUENCED_WAIT_S", 0.0)
        market = MarketPlace.open()
        stranger, _ = market.newcomer("sam")
        keys = {
            Who.OPERATOR: market.key_of(market.operator),
            Who.STRANGER: market.key_of(stranger),
            Who.IMPOSTOR: "a-key-that-is-nobodys",
        }
        key = KeyPair.made_in(folder / "operator")
        ssh_keys.add(username=market.operator.username, public_key=key.public, name="test")
        serving = Serving()
        grpc_door = GrpcDoor(serving.address)
        try:
            with opening(keys=folder, key=key, folder=folder) as open_console:
                doors: list[Door] = [
                    RestDoor(),
                    WebsocketDoor(),
                    grpc_door,
                    WebDoor(),
                    TerminalDoor(serving.address, folder=folder),
                    SshDoor(open_console()),
                ]
                yield Exchange(
                    {door.name: door for door in doors}, lambda: Stage.opened_in(market, stranger=stranger, keys=keys)
                )
        finally:
            grpc_door.channel.close()
            serving.stop()
