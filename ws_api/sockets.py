"""What every socket has in common: limits on both directions, one way out for messages, and a named end."""

import asyncio
import time
from collections.abc import Coroutine, Iterable
from contextlib import suppress
from typing import Any

import structlog
from channels.generic.websocket import AsyncWebsocketConsumer

from market import feed
from market.errors import MarketError, Throttled
from market.gathering import UnderWay
from vocabulary import limits
from ws_api import metrics, wire
from ws_api.callers import address_of
from ws_api.closing import ENDING_OF, CloseCode, Ending
from ws_api.daphne_connection import Connection
from ws_api.requests import BadRequest, request_id_in, strict_object
from ws_api.wire import Wire

NO_CHANNEL_LAYER = "none"
"""Readers hear the channel layer for everybody: a connection needs no channel of its own, nor a Redis to begin with."""

logger = structlog.get_logger(__name__)


class Socket(AsyncWebsocketConsumer):
    """One connection. What is to be sent goes through its outbox; what fails ends it with a reason."""

    channel_layer_alias = NO_CHANNEL_LAYER
    connections = 0

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Serve one connection, and leave nothing behind however it ends."""
        self._outbox = feed.Outbox()
        self._address = address_of(scope)
        self._pace = feed.Pace(limits.WS_MESSAGES_PER_S_MAX, now_s=time.monotonic())
        self._wire = Wire.JSON
        self._tasks: list[asyncio.Task[None]] = []
        self._under_way = UnderWay()
        self._at_rest = asyncio.Event()
        self._at_rest.set()
        self._is_leaving = False
        self._has_ended = False
        Socket.connections += 1
        metrics.CONNECTIONS.inc()
        try:
            await super().__call__(scope, receive, send)
        finally:
            Socket.connections -= 1
            metrics.CONNECTIONS.dec()
            for task in self._tasks:
                task.cancel()
            await self._under_way.finish()
            await self.leave()

    async def begin(self) -> None:
        """What is to be done when the client has been let in. Raises Ending to send it away again."""

    async def act(self, fields: dict[str, Any], *, request_id: str | None) -> None:
        """Follow one request. Raises BadRequest, MarketError, Ending."""
        raise NotImplementedError

    async def leave(self) -> None:
        """Let go of everything, whatever ended the connection. What was under way has come to its end."""

    def work(self) -> Iterable[Coroutine[Any, Any, None]]:
        """What goes on beside the requests for as long as the connection lives."""
        return ()

    async def connect(self) -> None:
        """Let the client in, unless there are too many."""
        refusal = None
        subprotocol = None
        try:
            self._wire, subprotocol = wire.chosen(self.scope)
        except Ending as ending:
            refusal = ending
        await self.accept(subprotocol)
        self._connection = Connection(self.base_send)
        await self._guarded(self._begin(refusal))

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Take one message of the client."""
        if self._has_ended or self._is_leaving:
            return
        metrics.MESSAGES_IN.inc()
        self._at_rest.clear()
        await self._guarded(self._take(text_data, bytes_data))
        self._at_rest.set()

    def answer(self, type: str, *, request_id: str | None, **body: object) -> None:
        """Put the answer to a request into the outbox."""
        named = {} if request_id is None else {"id": request_id}
        self._outbox.put(feed.Message(type, body={**named, **body}))

    def answer_error(self, code: str, detail: str, *, request_id: str | None, **more: object) -> None:
        """Put a refusal into the outbox."""
        metrics.ERRORS.labels(code).inc()
        self._outbox.put(feed.Message("error", body={"code": code, "detail": detail, "id": request_id, **more}))

    def start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Do something beside the requests, until it is done or the connection ends."""
        task = asyncio.create_task(self._guarded(work))
        self._tasks.append(task)
        return task

    async def _begin(self, refusal: Ending | None) -> None:
        if refusal is not None:
            raise refusal
        if Socket.connections > limits.WS_CONNECTIONS_MAX:
            raise Ending(CloseCode.TRY_AGAIN_LATER, code="too_many_connections", detail="Try again later.")
        await self.begin()
        for work in (self._send_all(), self._end_when_given_up(), *self.work(), self._end_when_server_leaves()):
            self.start(work)

    async def _take(self, text: str | None, data: bytes | None) -> None:
        request_id = None
        try:
            said = self._read(text, data)
            fields = strict_object(said)
            request_id = request_id_in(fields)
            await self.act(fields, request_id=request_id)
        except (BadRequest, MarketError) as error:
            await self._under_way.settle()
            self.refuse(error, request_id=request_id)
        except Ending:
            if self._under_way:
                await self._in_time(self._drain())
            raise

    def refuse(self, error: BadRequest | MarketError, *, request_id: str | None) -> None:
        """Put into the outbox why a request is not followed."""
        if isinstance(error, Throttled):
            retry_after_s = round(error.retry_after_s, 3)
            self.answer_error(error.code, error.detail, request_id=request_id, retry_after_s=retry_after_s)
        else:
            field = {"field": error.field} if error.field else {}
            self.answer_error(error.code, error.detail, request_id=request_id, **field)

    def _read(self, text: str | None, data: bytes | None) -> Any:
        if not self._pace.allows_one_more(now_s=time.monotonic()):
            detail = f"At most {limits.WS_MESSAGES_PER_S_MAX} messages a second."
            raise Ending(CloseCode.POLICY_VIOLATION, code="throttled", detail=detail)
        return self._wire.read(text, data)

    async def _send_all(self) -> None:
        while True:
            # Wait for room first, so that what waits is conflated until the last moment.
            try:
                async with asyncio.timeout(limits.WS_STALL_S_MAX):
                    await self._connection.room()
            except TimeoutError:
                self._outbox.fail(feed.OutboxFailure.SLOW_CONSUMER)
            message = await self._outbox.get()
            metrics.MESSAGES_OUT.inc()
            await self.send(**self._wire.frame_of(message))

    async def _end_when_given_up(self) -> None:
        raise ENDING_OF[await self._outbox.failed()]

    async def _end_when_server_leaves(self) -> None:
        """What was taken is followed and answered, and what waits is sent, as far as the client reads it."""
        going_down: asyncio.Event | None = self.scope.get("state", {}).get("going_down")
        if going_down is None:  # another server than ours does not tell
            return
        await going_down.wait()
        self._is_leaving = True
        await self._in_time(self._come_to_rest())
        detail = "The server goes down for a restart; connect again at once."
        raise Ending(CloseCode.SERVICE_RESTART, code="service_restart", detail=detail)

    async def _come_to_rest(self) -> None:
        await self._at_rest.wait()
        await self._drain()

    async def _drain(self) -> None:
        await self._under_way.settle()
        await self._outbox.emptied()

    async def _in_time(self, work: Coroutine[Any, Any, None]) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(work, limits.WS_DRAIN_S)

    async def _end(self, ending: Ending) -> None:
        """Tell the client why, and close. What waited for it is not sent any more."""
        if self._has_ended:
            return
        self._has_ended = True
        for task in self._tasks:
            if task is not asyncio.current_task():
                task.cancel()
        metrics.ERRORS.labels(ending.code).inc()
        message = feed.Message("error", body={"code": ending.code, "detail": ending.detail, "id": None})
        await self.send(**self._wire.frame_of(message))
        if not self._connection.close(ending.close_code):
            await self.close(ending.close_code.value)

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        """Do the work, and end the connection as it asks; a failure that nobody foresaw is logged here alone."""
        try:
            await work
        except Ending as ending:
            await self._end(ending)
        except Exception:
            logger.exception("websocket_failed")
            await self._end(Ending(CloseCode.INTERNAL_ERROR, code="internal_error", detail="An internal error."))
