"""What the screen knows: the markets, the one that is watched, one's own orders, and how the connections stand."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from terminal.client import Client
from terminal.live.market_view import MarketView
from terminal.live.streams import Link, LinkState, keep_reading
from terminal.records import (
    Candle,
    Channel,
    ExecutionNews,
    ExecutionReport,
    Heartbeat,
    Instrument,
    Interval,
    Order,
    Ticker,
    Update,
)
from terminal.refusals import Refused

ORDERS_MAX = 100
CANDLES = 300
# A market that has only just begun to trade is drawn by the second, until somebody asks for something else.
CANDLES_MIN = 10
RELOAD_PAUSE_S = 0.2
RETRY_S = 1.0
MARKET, TICKERS, ORDERS = "market", "tickers", "orders"
WORST_FIRST = (LinkState.ENDED, LinkState.RECONNECTING, LinkState.CONNECTING, LinkState.LIVE)


@dataclass
class Desk:
    """The state of the screen. ``changed`` is called after every change, ``reported`` with every execution report."""

    client: Client
    changed: Callable[[], None]
    reported: Callable[[ExecutionReport], None]
    instruments: dict[str, Instrument] = field(default_factory=dict)
    tickers: dict[str, Ticker] = field(default_factory=dict)
    orders: tuple[Order, ...] = ()
    view: MarketView | None = None
    interval: Interval = Interval.ONE_MINUTE
    is_interval_chosen: bool = False
    links: dict[str, Link] = field(default_factory=dict)
    _orders_moved: asyncio.Event = field(default_factory=asyncio.Event)
    _candles_wanted: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def link(self) -> Link:
        """How the market data stands: as its worse stream does."""
        links = [self.links.get(name, Link(LinkState.CONNECTING)) for name in (MARKET, TICKERS)]
        return min(links, key=lambda link: WORST_FIRST.index(link.state))

    async def list_instruments(self) -> None:
        """Learn what is traded, asking until there is an answer."""
        while not self.instruments:
            try:
                listed = await self.client.instruments()
                self.instruments = {instrument.symbol: instrument for instrument in listed}
            except Refused as refused:
                self._report(MARKET, Link(LinkState.RECONNECTING, refused.refusal.detail))
            if not self.instruments:
                await asyncio.sleep(RETRY_S)
        self.changed()

    def watch(self, symbol: str) -> None:
        """Turn to a market. ``follow_market`` has to be begun anew."""
        self.view = MarketView(self.instruments[symbol])
        self.links[MARKET] = Link(LinkState.CONNECTING)
        self.orders = ()
        self._orders_moved.set()
        self.changed()

    def use_interval(self, interval: Interval) -> None:
        """Draw candles of another length."""
        self.interval, self.is_interval_chosen = interval, True
        self._candles_wanted.set()

    async def follow_tickers(self) -> None:
        """Keep every market's ticker."""
        symbols = list(self.instruments)
        await keep_reading(
            lambda: self.client.market_data(symbols, [Channel.TICKER]),
            take=self._take_ticker,
            report=lambda link: self._report(TICKERS, link),
        )

    async def follow_market(self) -> None:
        """Keep the watched market in step."""
        view = self.view
        assert view is not None, "a market is watched before it is followed"

        def take(update: Update | Heartbeat) -> None:
            view.take(update)
            self.changed()

        await keep_reading(
            lambda: self.client.market_data([view.symbol], [Channel.TRADES, Channel.DEPTH]),
            take=take,
            report=lambda link: self._report(MARKET, link),
        )

    async def follow_candles(self) -> None:
        """Fetch the watched market's candles whenever they are wanted."""
        while True:
            await self._candles_wanted.wait()
            self._candles_wanted.clear()
            if self.view is not None:
                await self._load_candles(self.view)
                self.changed()

    async def _load_candles(self, view: MarketView) -> None:
        if not self.is_interval_chosen:
            self.interval = Interval.ONE_MINUTE
        candles = await self._candles(view.symbol)
        if len(candles) < CANDLES_MIN and not self.is_interval_chosen:
            self.interval = Interval.ONE_SECOND
            candles = await self._candles(view.symbol)
        view.begin_candles(candles, interval=self.interval)

    async def _candles(self, symbol: str) -> tuple[Candle, ...]:
        try:
            return await self.client.candles(symbol, interval=self.interval, count=CANDLES)
        except Refused:
            # Without the analytics service the chart is drawn from the trades alone.
            return ()

    async def follow_executions(self) -> None:
        """Hear what happens to one's orders, from where the stream broke off if it did."""
        positions: dict[str, int] = {}

        def take(news: ExecutionNews) -> None:
            positions.update(news.positions)
            for report in news.executions:
                self.reported(report)
            if news.executions:
                self._orders_moved.set()

        while True:
            await keep_reading(
                lambda: self.client.executions(dict(positions)),
                take=take,
                report=lambda link: self._report(ORDERS, link),
            )
            if not positions:
                return
            # An exchange that was restored from a backup has not come as far as it had: begin with what happens now.
            positions.clear()

    async def follow_orders(self) -> None:
        """Fetch the open orders of the watched market whenever one of them has moved."""
        while True:
            await self._orders_moved.wait()
            self._orders_moved.clear()
            view = self.view
            if view is None:
                continue
            try:
                found = await self.client.orders(symbol=view.symbol, is_open=True, count=ORDERS_MAX)
            except Refused as refused:
                self._report(ORDERS, Link(LinkState.RECONNECTING, refused.refusal.detail))
                await asyncio.sleep(RETRY_S)
                self._orders_moved.set()
                continue
            if view is self.view:
                self.orders = found
                self.changed()
            await asyncio.sleep(RELOAD_PAUSE_S)

    def _take_ticker(self, update: Update | Heartbeat) -> None:
        if isinstance(update, Update) and isinstance(update.content, Ticker):
            self.tickers[update.symbol] = update.content
            self.changed()

    def _report(self, name: str, link: Link) -> None:
        before = self.links.get(name)
        if before == link:
            return
        self.links[name] = link
        if link.state is LinkState.LIVE:
            (self._orders_moved if name == ORDERS else self._candles_wanted).set()
        self.changed()
