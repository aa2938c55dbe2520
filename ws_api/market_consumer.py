"""The market socket: a client names channels and symbols, and gets snapshots and then what is new."""

import asyncio
import time
from collections.abc import Coroutine
from enum import IntEnum
from typing import Any

import structlog
from channels.db import database_sync_to_async
from channels.generic.websocket import AsyncWebsocketConsumer

from market import feed
from market.errors import MarketError, Throttled
from vocabulary import limits
from ws_api import metrics
from ws_api.daphne_connection import Connection
from ws_api.requests import BadRequest, Request, parse

NO_CHANNEL_LAYER = "none"
"""Readers hear the channel layer for everybody: a connection needs no channel of its own, nor a Redis to begin with."""

replay = database_sync_to_async(feed.replay, thread_sensitive=False)

logger = structlog.get_logger(__name__)


class CloseCode(IntEnum):
    """Why the server ends a connection."""

    UNSUPPORTED_DATA = 1003
    POLICY_VIOLATION = 1008
    MESSAGE_TOO_BIG = 1009
    INTERNAL_ERROR = 1011
    TRY_AGAIN_LATER = 1013
    NO_SUBSCRIPTION = 4002
    SLOW_CONSUMER = 4008


CLOSE_CODE_OF = {
    feed.OutboxFailure.SLOW_CONSUMER: (CloseCode.SLOW_CONSUMER, "Messages were not read as fast as they came."),
    feed.OutboxFailure.FEED_FAILED: (CloseCode.INTERNAL_ERROR, "The feed has ended; connect again."),
}


class MarketConsumer(AsyncWebsocketConsumer):
    """One connection to the public market data. It reads nothing of the exchange itself: readers fill its outbox."""

    channel_layer_alias = NO_CHANNEL_LAYER
    connections = 0

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Serve one connection, and leave nothing behind however it ends."""
        self._outbox = feed.Outbox()
        self._subscriptions: dict[tuple[str, feed.Channel], feed.Reader] = {}
        self._address = (scope.get("client") or [""])[0]
        self._pace = feed.Pace(limits.WS_MESSAGES_PER_S_MAX, now_s=time.monotonic())
        self._tasks: list[asyncio.Task[None]] = []
        self._has_ended = False
        MarketConsumer.connections += 1
        metrics.CONNECTIONS.inc()
        try:
            await super().__call__(scope, receive, send)
        finally:
            MarketConsumer.connections -= 1
            metrics.CONNECTIONS.dec()
            for task in self._tasks:
                task.cancel()
            for (_, channel), reader in self._subscriptions.items():
                reader.detach(self._outbox, channel=channel)

    async def connect(self) -> None:
        """Let the client in, unless there are too many."""
        await self.accept()
        self._connection = Connection(self.base_send)
        if MarketConsumer.connections > limits.WS_CONNECTIONS_MAX:
            await self._end(CloseCode.TRY_AGAIN_LATER, code="too_many_connections", detail="Try again later.")
            return
        self._tasks = [
            asyncio.create_task(self._guarded(work))
            for work in (self._send_all(), self._end_when_given_up(), self._end_unless_subscribed())
        ]

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Take one message of the client."""
        if not self._has_ended:
            metrics.MESSAGES_IN.inc()
            await self._guarded(self._take(text_data))

    async def _take(self, text: str | None) -> None:
        if text is None:
            await self._end(CloseCode.UNSUPPORTED_DATA, code="unsupported_data", detail="Messages are text.")
        elif len(text.encode()) > limits.WS_MESSAGE_BYTES_MAX:
            await self._end(CloseCode.MESSAGE_TOO_BIG, code="message_too_big", detail="The message is too big.")
        elif not self._pace.allows_one_more(now_s=time.monotonic()):
            detail = f"At most {limits.WS_MESSAGES_PER_S_MAX} messages a second."
            await self._end(CloseCode.POLICY_VIOLATION, code="throttled", detail=detail)
        else:
            await self._follow(text)

    async def _follow(self, text: str) -> None:
        request_id = None
        try:
            request = parse(text)
            request_id = request.request_id
            await self._act(request)
        except BadRequest as error:
            self._answer_error(error.code, error.detail, request_id=error.request_id or request_id)
        except Throttled as error:
            retry_after = {"retry_after_s": round(error.retry_after_s, 3)}
            self._answer_error(error.code, error.detail, request_id=request_id, **retry_after)
        except MarketError as error:
            self._answer_error(error.code, error.detail, request_id=request_id)

    async def _act(self, request: Request) -> None:
        if request.op == "subscribe":
            await self._subscribe(request)
        elif request.op == "unsubscribe":
            self._unsubscribe(request)
        elif request.op == "replay":
            await self._replay(request)
        else:
            self._answer("pong", request)

    async def _subscribe(self, request: Request) -> None:
        pairs = {(symbol, channel) for symbol in request.symbols for channel in request.channels}
        if len(pairs | self._subscriptions.keys()) > limits.WS_SUBSCRIPTIONS_MAX:
            raise BadRequest(
                "too_many_subscriptions", f"A connection may have {limits.WS_SUBSCRIPTIONS_MAX} subscriptions at most."
            )
        readers = await feed.readers(request.symbols)
        self._answer("subscribed", request, channels=request.channels, symbols=request.symbols)
        for reader in readers:
            for channel in request.channels:
                reader.attach(self._outbox, channel=channel)
                self._subscriptions[reader.symbol, channel] = reader

    def _unsubscribe(self, request: Request) -> None:
        for symbol in request.symbols:
            for channel in request.channels:
                reader = self._subscriptions.pop((symbol, channel), None)
                if reader is not None:
                    reader.detach(self._outbox, channel=channel)
        self._answer("unsubscribed", request, channels=request.channels, symbols=request.symbols)

    async def _replay(self, request: Request) -> None:
        (symbol,) = request.symbols
        found = await replay(
            symbol,
            epoch=request.epoch,
            first_sequence=request.first_sequence,
            count=request.count,
            channels=request.channels,
            caller=self._address,
        )
        self._answer("replayed", request, **found.body)

    def _answer(self, type: str, request: Request, **body: object) -> None:
        named = {} if request.request_id is None else {"id": request.request_id}
        self._outbox.put(feed.Message(type, body={**named, **body}))

    def _answer_error(self, code: str, detail: str, *, request_id: str | None, **more: object) -> None:
        metrics.ERRORS.labels(code).inc()
        self._outbox.put(feed.Message("error", body={"code": code, "detail": detail, "id": request_id, **more}))

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
            await self.send(text_data=message.text)

    async def _end_when_given_up(self) -> None:
        failure = await self._outbox.failed()
        close_code, detail = CLOSE_CODE_OF[failure]
        await self._end(close_code, code=failure, detail=detail)

    async def _end_unless_subscribed(self) -> None:
        await asyncio.sleep(limits.WS_SUBSCRIBE_WITHIN_S)
        if not self._subscriptions:
            detail = f"Subscribe within {limits.WS_SUBSCRIBE_WITHIN_S} seconds."
            await self._end(CloseCode.NO_SUBSCRIPTION, code="no_subscription", detail=detail)

    async def _end(self, close_code: CloseCode, *, code: str, detail: str) -> None:
        """Tell the client why, and close. What waited for it is not sent any more."""
        if self._has_ended:
            return
        self._has_ended = True
        for task in self._tasks:
            if task is not asyncio.current_task():
                task.cancel()
        metrics.ERRORS.labels(code).inc()
        await self.send(text_data=feed.Message("error", body={"code": code, "detail": detail, "id": None}).text)
        if not self._connection.close(close_code):
            await self.close(close_code.value)

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        """Do the work; a failure that nobody foresaw is logged here and shown to nobody."""
        try:
            await work
        except Exception:
            logger.exception("websocket_failed")
            await self._end(CloseCode.INTERNAL_ERROR, code="internal_error", detail="An internal error.")
