"""Commands that look at the market. Nobody needs a key for them."""

from argparse import Namespace
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import UTC, datetime
from itertools import zip_longest

from rich.console import RenderableType
from rich.text import Text

from terminal.client import Client
from terminal.records import (
    Channel,
    Depth,
    DepthLevel,
    FullDepth,
    FullDepthOrder,
    Heartbeat,
    Instrument,
    Interval,
    PriceSummary,
    Ticker,
    Trade,
    Update,
    VolumeTrends,
)
from terminal.renderables import style
from terminal.renderables.sparkline import bars
from terminal.rendering import Answer, safe, sentence, shown, table
from vocabulary.phases import TradingPhase

INTERVALS_SHOWN = 12
INSTRUMENT_COLUMNS = (
    "symbol",
    "name",
    "phase",
    "last",
    "change",
    "bid",
    "offer",
    "volume",
    "tick",
    "lot",
    "why halted",
)
QUEUE_COLUMNS = ("order", "place", "quantity", "bid", "offer", "quantity", "place", "order")


async def instruments(client: Client, wanted: Namespace) -> Answer:
    """Every instrument with its market at a glance."""
    listed = await client.instruments()
    tickers = await _tickers(client, [instrument.symbol for instrument in listed])
    rows = [_glance(instrument, tickers.get(instrument.symbol)) for instrument in listed]
    document = [{"instrument": instrument, "ticker": tickers.get(instrument.symbol)} for instrument in listed]
    return Answer(document, [table(INSTRUMENT_COLUMNS, rows, empty="No instrument is listed yet.")])


async def book(client: Client, wanted: Namespace) -> Answer:
    """One book, aggregated by price; or order by order."""
    if wanted.orders is not None:
        by_order = await client.full_depth(wanted.symbol, count=wanted.orders)
        return Answer(by_order, [await _headline(client, by_order.symbol, by_order.phase), _queues(by_order)])
    found = await client.book(wanted.symbol, levels=wanted.levels)
    document = {"symbol": found.symbol, "last_sequence": found.last_sequence, "depth": found.depth}
    return Answer(document, [await _headline(client, found.symbol, found.depth.phase), _ladder(found.depth)])


async def trades(client: Client, wanted: Namespace) -> Answer:
    """The newest trades."""
    found = await client.trades(wanted.symbol, count=wanted.count)
    columns = ("trade", "time", "aggressor", "price", "quantity")
    rows = [
        (str(trade.trade_id), trade.executed_at, trade.aggressor_side, trade.price, trade.quantity) for trade in found
    ]
    return Answer(found, [table(columns, rows, empty="Nothing has been traded yet.")])


async def summary(client: Client, wanted: Namespace) -> Answer:
    """Prices and volume over a window."""
    start = None if wanted.last is None else datetime.now(UTC) - wanted.last
    prices = await client.price_summary(wanted.symbol, start=start)
    volumes = await client.volume_trends(wanted.symbol, interval=wanted.interval, start=start)
    parts = [_window(prices), _prices(prices), _trend(volumes, interval=wanted.interval)]
    return Answer({"prices": prices, "volumes": volumes}, parts)


async def watch(client: Client, wanted: Namespace) -> AsyncGenerator[Answer, None]:
    """What happens in one market, update by update."""
    left = wanted.count
    async with aclosing(client.market_data([wanted.symbol], wanted.channels)) as updates:
        async for update in updates:
            if isinstance(update, Heartbeat):
                continue
            yield Answer(update, list(_lines(update)))
            if left is not None:
                left -= 1
                if left == 0:
                    return


async def _tickers(client: Client, symbols: list[str]) -> dict[str, Ticker]:
    """The markets at a glance: what a stream of tickers begins with."""
    found: dict[str, Ticker] = {}
    if not symbols:
        return found
    async with aclosing(client.market_data(symbols, [Channel.TICKER])) as updates:
        async for update in updates:
            if isinstance(update, Update) and isinstance(update.content, Ticker):
                found[update.symbol] = update.content
            if len(found) == len(set(symbols)):
                break
    return found


def _glance(instrument: Instrument, ticker: Ticker | None) -> tuple[object, ...]:
    market: tuple[object, ...] = (None,) * 5
    if ticker is not None:
        change = None if ticker.change_percent is None else f"{style.signed(ticker.change_percent, places=2)} %"
        move = Text(change or "-", style=style.of_change(ticker.change_percent), justify="right")
        market = (ticker.last_px, move, ticker.bid_px, ticker.offer_px, ticker.volume)
    return (
        instrument.symbol,
        instrument.name,
        instrument.phase,
        *market,
        instrument.tick_size,
        instrument.lot_size,
        instrument.phase_reason or Text(""),
    )


async def _headline(client: Client, symbol: str, phase: TradingPhase) -> Text:
    words = Text.assemble((f"{safe(symbol)}  ", style.STRONG), (phase.name, style.OF_WORD[phase.name]))
    if phase is TradingPhase.HALTED:
        reason = (await client.instrument(symbol)).phase_reason
        words.append(safe(f": {reason}") if reason else "")
    return words


def _ladder(depth: Depth) -> RenderableType:
    rows = [(*reversed(_half(bid)), *_half(offer)) for bid, offer in zip_longest(depth.bids, depth.offers)]
    return table(("orders", "quantity", "bid", "offer", "quantity", "orders"), rows, empty="The book is empty.")


def _queues(book: FullDepth) -> RenderableType:
    rows = [(*reversed(_place(bid)), *_place(offer)) for bid, offer in zip_longest(book.bids, book.offers)]
    return table(QUEUE_COLUMNS, rows, empty="The book is empty.")


def _place(order: FullDepthOrder | None) -> tuple[object, object, object, object]:
    return (Text(""),) * 4 if order is None else (order.price, order.quantity, order.queue_position, order.md_entry_id)


def _half(level: DepthLevel | None) -> tuple[object, object, object]:
    return (Text(""),) * 3 if level is None else (level.price, level.quantity, level.order_count)


def _window(prices: PriceSummary) -> Text:
    return sentence(f"{prices.symbol}  from {shown(prices.start)} to {shown(prices.end)}")


def _prices(prices: PriceSummary) -> RenderableType:
    move = Text(style.signed(prices.change), style=style.of_change(prices.change), justify="right")
    percent = Text(style.signed(prices.change_percent), style=style.of_change(prices.change_percent), justify="right")
    rows = [
        ("open", prices.open_px, "trades", prices.trade_count),
        ("high", prices.high_px, "volume", prices.volume),
        ("low", prices.low_px, "turnover", prices.turnover),
        ("last", prices.last_px, "average", prices.average_px),
        ("change", move, "VWAP", prices.vwap),
        ("change %", percent, "", Text("")),
    ]
    return table(("price", "", "traded", ""), rows, empty="")


def _trend(volumes: VolumeTrends, *, interval: Interval) -> RenderableType:
    newest = volumes.intervals[-INTERVALS_SHOWN:]
    pictures = bars([found.volume for found in newest], width=INTERVALS_SHOWN)
    rows = [
        (
            found.open_time,
            found.volume,
            found.trade_count,
            Text(picture) if found.is_whole else Text(f"{picture} (part)"),
        )
        for found, picture in zip(newest, pictures, strict=True)
    ]
    title = f"Volume by {interval}, {volumes.trend.lower() if volumes.trend != 'UNSPECIFIED' else 'no trend yet'}"
    return table(("interval", "volume", "trades", ""), rows, title=title, empty="")


def _lines(update: Update) -> list[Text]:
    match update.content:
        case Ticker() as ticker:
            return [_ticker_line(update.symbol, ticker)]
        case Depth() as depth:
            return [_depth_line(update, depth)]
    return [_trade_line(update.symbol, trade) for trade in update.content]


def _trade_line(symbol: str, trade: Trade) -> Text:
    moment = f"{trade.executed_at.astimezone():%H:%M:%S}"
    name = "call" if trade.aggressor_side is None else trade.aggressor_side.name
    side = f"{style.mark_of_side(trade.aggressor_side)} {name:<4}"
    return Text.assemble(
        f"{moment}  {safe(symbol)}  trade   ",
        (side, style.of_side(trade.aggressor_side)),
        f"  {shown(trade.quantity)} @ {shown(trade.price)}",
    )


def _ticker_line(symbol: str, ticker: Ticker) -> Text:
    moment = f"{datetime.now(UTC).astimezone():%H:%M:%S}"
    words = Text(f"{moment}  {safe(symbol)}  ticker  ")
    words.append(f"{shown(ticker.bid_qty)} @ {shown(ticker.bid_px)}", style=style.UP)
    words.append(" | ")
    words.append(f"{shown(ticker.offer_qty)} @ {shown(ticker.offer_px)}", style=style.DOWN)
    words.append(f"  last {shown(ticker.last_px)}")
    if ticker.phase is TradingPhase.HALTED:
        words.append(safe(f"  HALTED: {ticker.phase_reason}"), style=style.OF_WORD["HALTED"])
    return words


def _depth_line(update: Update, depth: Depth) -> Text:
    moment = f"{datetime.now(UTC).astimezone():%H:%M:%S}"
    if update.is_snapshot:
        sizes = f"{len(depth.bids)} bids, {len(depth.offers)} offers"
        return Text(f"{moment}  {safe(update.symbol)}  depth   the whole book at {update.last_sequence}: {sizes}")
    words = Text(f"{moment}  {safe(update.symbol)}  depth  ")
    for levels, colour, name in ((depth.bids, style.UP, "bid"), (depth.offers, style.DOWN, "offer")):
        for level in levels:
            words.append(f" {name} {shown(level.quantity)} @ {shown(level.price)}", style=colour)
    return words
