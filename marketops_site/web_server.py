"""The web process: Daphne, and how it goes down. What has begun comes to its end; nothing new is let in."""

import asyncio
from collections.abc import Callable
from typing import Any
from weakref import WeakSet

import structlog
from channels.routing import ProtocolTypeRouter
from daphne.access import AccessLogGenerator
from daphne.endpoints import build_endpoint_description_strings
from daphne.http_protocol import WebRequest
from daphne.server import Server
from twisted.internet.defer import Deferred

from vocabulary import limits

LOOK_S = 0.02

logger = structlog.get_logger(__name__)


class WebServer(Server):
    """Daphne with an end. Every scope's ``state`` holds ``going_down``, an event that is set when the end begins."""

    def __init__(self, application: ProtocolTypeRouter, *, bind: str, port: int, access_log: Any) -> None:
        super().__init__(
            application,
            endpoints=build_endpoint_description_strings(host=bind, port=port),
            action_logger=AccessLogGenerator(access_log),
            websocket_connect_timeout=limits.WS_HANDSHAKE_S_MAX,
            websocket_handshake_timeout=limits.WS_HANDSHAKE_S_MAX,
        )
        self.has_cut_off = False
        """Whether something was cut off of which a thread may still be at work."""
        self._going_down = asyncio.Event()
        self._ports: list[Any] = []
        self._channels: WeakSet[Any] = WeakSet()
        """The connections on which there were requests."""

    def listen_success(self, port: Any) -> None:
        """Remember the port, to close it."""
        self._ports.append(port)
        super().listen_success(port)

    def create_application(self, protocol: Any, scope: dict[str, Any]) -> Any:
        """Tell the application whether the server goes down."""
        scope["state"] = {"going_down": self._going_down}
        if isinstance(protocol, WebRequest):
            self._channels.add(protocol.channel)
            if self._going_down.is_set():
                _hang_up_after(protocol)
        return super().create_application(protocol, scope)

    def kill_all_applications(self) -> Deferred[None]:
        """What Daphne does before it ends: here it lets them end by themselves, within WEB_DRAIN_S."""
        return Deferred.fromFuture(asyncio.ensure_future(self._leave()))

    async def _leave(self) -> None:
        logger.info("web_goes_down", connections=len(self.connections))
        for port in self._ports:
            port.stopListening()
        self._going_down.set()
        for protocol, details in self.connections.items():
            is_at_work = "application_instance" in details and "disconnected" not in details
            if is_at_work and isinstance(protocol, WebRequest):
                _hang_up_after(protocol)
        try:
            async with asyncio.timeout(limits.WEB_DRAIN_S):
                await _until(lambda: not self._is_at_work())
                await self._hang_up()
        except TimeoutError:
            await self._cut_off()

    def _is_at_work(self) -> bool:
        return bool(self._at_work()) or any("disconnected" not in details for details in self.connections.values())

    def _at_work(self) -> list["asyncio.Future[None]"]:
        instances = [details.get("application_instance") for details in self.connections.values()]
        return [each for each in instances if each is not None and not each.done()]

    async def _hang_up(self) -> None:
        """Close what is still open, each once its client has read all that it was answered."""
        for channel in self._open_channels():
            channel.loseConnection()
        await _until(lambda: not self._open_channels())

    def _open_channels(self) -> list[Any]:
        return [channel for channel in self._channels if channel.transport.connected]

    async def _cut_off(self) -> None:
        cut_off = self._at_work()
        logger.warning("web_cuts_off", applications=len(cut_off))
        for each in cut_off:
            each.cancel()
        try:
            async with asyncio.timeout(limits.WEB_CUT_OFF_S):
                await _until(lambda: not self._at_work())
        except TimeoutError:
            self.has_cut_off = True


def _hang_up_after(request: WebRequest) -> None:
    """The answer to this request is the last on its connection."""
    request.channel.persistent = False
    if not request.startedWriting:
        request.responseHeaders.setRawHeaders(b"Connection", [b"close"])


async def _until(holds: Callable[[], bool]) -> None:
    while not holds():
        await asyncio.sleep(LOOK_S)
