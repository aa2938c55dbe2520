"""The market socket: a client names channels and symbols, and gets snapshots and then what is new."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Sequence
from typing import Any
from weakref import WeakKeyDictionary

import structlog

from market import feed
from market.errors import MarketError
from vocabulary import limits
from ws_api import budgets
from ws_api.closing import CloseCode, Ending
from ws_api.database import in_database
from ws_api.listing import Listing
from ws_api.market_requests import Request, parse
from ws_api.requests import BadRequest
from ws_api.sockets import Socket

COSTS = {"subscribe": budgets.SUBSCRIBING, "replay": budgets.REPLAYING}
ALL = "*"
"""Stands for all instruments, those listed later included."""

logger = structlog.get_logger(__name__)


listings: WeakKeyDictionary[asyncio.AbstractEventLoop, Listing] = WeakKeyDictionary()


class MarketConsumer(Socket):
    """One connection to the public market data. It reads nothing of the exchange itself: readers fill its outbox."""

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Serve one connection."""
        self._subscriptions: dict[tuple[str, feed.Channel], feed.Reader] = {}
        self._of_all: set[feed.Channel] = set()
        self._listing = listings.setdefault(asyncio.get_running_loop(), Listing())
        await super().__call__(scope, receive, send)

    def work(self) -> Iterable[Coroutine[Any, Any, None]]:
        """Send whoever wants nothing away."""
        return (self._end_unless_subscribed(),)

    async def leave(self) -> None:
        """Let go of the readers."""
        for (_, channel), reader in self._subscriptions.items():
            reader.detach(self._outbox, channel=channel)

    async def act(self, fields: dict[str, Any], *, request_id: str | None) -> None:
        """Subscribe, unsubscribe, replay or ping."""
        request = parse(fields, request_id=request_id)
        if request.op in COSTS:
            await budgets.charge(COSTS[request.op], actor=None, address=self._address)
        if request.op == "subscribe":
            await self._subscribe(request)
        elif request.op == "unsubscribe":
            self._unsubscribe(request)
        elif request.op == "replay":
            await self._replay(request)
        else:
            self.answer("pong", request_id=request_id)

    async def _subscribe(self, request: Request) -> None:
        await self._attach(
            await self._named(request.symbols), request.channels, confirm=lambda: self._confirm("subscribed", request)
        )
        if ALL in request.symbols:
            if not self._of_all:
                self.start(self._follow_listings())
            self._of_all.update(request.channels)

    async def _attach(
        self, symbols: Sequence[str], channels: Sequence[feed.Channel], *, confirm: Callable[[], None]
    ) -> None:
        pairs = {(symbol, channel) for symbol in symbols for channel in channels}
        if len(pairs | self._subscriptions.keys()) > limits.WS_SUBSCRIPTIONS_MAX:
            raise BadRequest(
                "too_many_subscriptions", f"A connection may have {limits.WS_SUBSCRIPTIONS_MAX} subscriptions at most."
            )
        readers = await feed.readers(symbols)
        confirm()
        for reader in readers:
            for channel in channels:
                reader.attach(self._outbox, channel=channel)
                self._subscriptions[reader.symbol, channel] = reader

    async def _named(self, symbols: Sequence[str]) -> Sequence[str]:
        """The symbols that are meant: all of them by the one that stands for all."""
        if ALL not in symbols:
            return symbols
        return tuple(dict.fromkeys((*(each for each in symbols if each != ALL), *await self._listing.symbols())))

    async def _follow_listings(self) -> None:
        """Whoever wants all instruments gets those as well that are listed later."""
        while True:
            await asyncio.sleep(limits.LISTING_CHECKED_EVERY_S)
            try:
                listed = await self._listing.symbols()
                for channel in self._of_all:
                    new = [symbol for symbol in listed if (symbol, channel) not in self._subscriptions]
                    if new:
                        await self._attach(new, [channel], confirm=lambda: None)
            except (MarketError, BadRequest) as error:
                logger.warning("listings_not_followed", error=str(error))

    def _unsubscribe(self, request: Request) -> None:
        symbols: Iterable[str] = request.symbols
        if ALL in request.symbols:
            self._of_all.difference_update(request.channels)
            symbols = {symbol for symbol, _ in self._subscriptions}
        for symbol in symbols:
            for channel in request.channels:
                reader = self._subscriptions.pop((symbol, channel), None)
                if reader is not None:
                    reader.detach(self._outbox, channel=channel)
        self._confirm("unsubscribed", request)

    async def _replay(self, request: Request) -> None:
        (symbol,) = request.symbols
        found = await in_database(
            feed.replay,
            symbol,
            epoch=request.epoch,
            first_sequence=request.first_sequence,
            count=request.count,
            channels=request.channels,
            caller=self._address,
        )
        self.answer("replayed", request_id=request.request_id, **found.body)

    def _confirm(self, type: str, request: Request) -> None:
        self.answer(type, request_id=request.request_id, channels=request.channels, symbols=request.symbols)

    async def _end_unless_subscribed(self) -> None:
        await asyncio.sleep(limits.WS_SUBSCRIBE_WITHIN_S)
        if not self._subscriptions:
            detail = f"Subscribe within {limits.WS_SUBSCRIBE_WITHIN_S} seconds."
            raise Ending(CloseCode.NO_SUBSCRIPTION, code="no_subscription", detail=detail)
