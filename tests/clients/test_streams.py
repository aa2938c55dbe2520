"""The streams of the client stay whole while their connections are cut again and again."""

import asyncio
import os
import random
import time
from typing import Any

import pytest

from marketops_client import AsyncClient, Backoff, Client, MarketStream, Order, OrderStream, Report, Side, TradesUpdate
from tests.clients.cutting import Relay
from tests.clients.traffic import SYMBOLS, Traffic, one_lot

BY_NIGHT = bool(os.environ.get("MARKETOPS_NIGHTLY"))
CUTS = 1_000 if BY_NIGHT else 12
CUTS_BETWEEN_QUIET_POINTS = 4
PATIENCE_S = 30
SOON = Backoff(first_s=0.01, longest_s=0.2)


class Following:
    """Somebody who follows a stream for as long as a block of code runs."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self.heard: list[Any] = []

    async def __aenter__(self) -> "Following":
        self._task = asyncio.create_task(self._follow())
        return self

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()
        await asyncio.wait({self._task})

    async def until(self, holds: Any) -> None:
        """Wait until something holds of what was heard."""
        async with asyncio.timeout(PATIENCE_S):
            while not holds():
                assert not self._task.done(), self._task.result()
                await asyncio.sleep(0.02)

    async def _follow(self) -> None:
        async with self._stream:
            async for update in self._stream:
                self.heard.append(update)


@pytest.mark.timeout(3600 if BY_NIGHT else 240)
async def test_books_of_all_symbols_are_the_exchanges_at_every_quiet_point_though_connections_are_cut(
    relay: Relay, exchange: Client, entrance
):
    chance = random.Random(7)
    traffic = Traffic(exchange, entrance.account, symbols=SYMBOLS, seed=7)
    async with AsyncClient(relay.url, backoff=SOON) as client:
        market = client.market(["*"])
        async with Following(market) as following:
            while relay.cuts < CUTS:
                for _ in range(CUTS_BETWEEN_QUIET_POINTS):
                    trading = asyncio.create_task(asyncio.to_thread(traffic.go_on, 6))
                    await asyncio.sleep(0.2 * chance.random())
                    relay.cut()
                    await trading
                await at_a_quiet_point(market, following, exchange)
    assert market.losses >= CUTS / 2
    for symbol in SYMBOLS:
        trades = trades_heard(following, symbol)
        assert trades == list(range(trades[0], trades[0] + len(trades))), "each trade came once and in its order"


async def at_a_quiet_point(market: MarketStream, following: Following, exchange: Client) -> None:
    """When nobody trades, every book is soon that of the exchange, and every trade has been told."""
    for symbol in SYMBOLS:
        deadline = time.monotonic() + PATIENCE_S
        while True:
            depth = await asyncio.to_thread(exchange.depth, symbol, levels=1_000)
            await following.until(lambda depth=depth: stands_at(market, depth.symbol, depth.last_sequence))
            if market.books[symbol].sequence == depth.last_sequence:
                break
            assert time.monotonic() < deadline, "nobody trades, yet the book moves on"
        book = market.books[symbol]
        assert levels_of(book.bids) == levels_of(depth.bids)
        assert levels_of(book.offers) == levels_of(depth.offers)
        while True:
            newest = [trade.trade_id for trade in await asyncio.to_thread(exchange.trades, symbol, count=1)]
            await following.until(lambda of=symbol, newest=newest: trades_heard(following, of)[-1:] >= newest)
            if trades_heard(following, symbol)[-1:] == newest:
                break
            assert time.monotonic() < deadline, "nobody trades, yet trades are told"


def stands_at(market: MarketStream, symbol: str, sequence: int) -> bool:
    book = market.books.get(symbol)
    return book is not None and book.is_in_step and book.sequence >= sequence


def levels_of(side: Any) -> list[tuple[str, str]]:
    return [(f"{level.price:f}", f"{level.quantity:f}") for level in side]


def trades_heard(following: Following, symbol: str) -> list[int]:
    tapes = [told for told in following.heard if isinstance(told, TradesUpdate) and told.symbol == symbol]
    return [trade.trade_id for tape in tapes for trade in tape.trades]


async def test_every_report_comes_once_though_connections_are_cut(relay: Relay, exchange: Client, entrance):
    chance = random.Random(3)
    async with AsyncClient(relay.url, api_key=entrance.api_key, backoff=SOON) as client:
        stream = client.own_orders()
        async with Following(stream) as following:
            await following.until(lambda: stream.is_live)
            earlier = {order.order_id for order in await own_orders(exchange, entrance.account)}
            traffic = Traffic(exchange, entrance.account, symbols=SYMBOLS, seed=3)
            for _ in range(6):
                trading = asyncio.create_task(asyncio.to_thread(traffic.go_on, 4))
                await asyncio.sleep(0.2 * chance.random())
                relay.cut()
                await trading
            last = one_lot(exchange, entrance.account, "ACME", Side.BUY, ticks_away=-30)
            await asyncio.to_thread(exchange.place, last)
            await following.until(lambda: any(each.cl_ord_id == last.cl_ord_id for each in reports(following)))
            placed = [order for order in await own_orders(exchange, entrance.account) if order.order_id not in earlier]
            executions = [await asyncio.to_thread(exchange.executions, order.order_id) for order in placed]
            expected = {report.exec_id for of_order in executions for report in of_order}
            await following.until(lambda: {each.exec_id for each in reports(following)} >= expected)
    heard = [each.exec_id for each in reports(following)]
    assert sorted(heard) == sorted(expected)
    for symbol in SYMBOLS:
        sequences = [each.event_sequence for each in reports(following) if each.symbol == symbol]
        assert sequences == sorted(sequences)


async def own_orders(exchange: Client, account: str) -> list[Order]:
    return await asyncio.to_thread(exchange.orders, account=account, count=1_000)


def reports(following: Following) -> list[Report]:
    return [each for each in following.heard if isinstance(each, Report)]


async def test_a_new_stream_goes_on_from_the_cursor_of_an_earlier_one(system, exchange: Client, entrance):
    async with AsyncClient(system.http, api_key=entrance.api_key) as client:
        first: OrderStream = client.own_orders()
        async with Following(first) as following:
            await following.until(lambda: first.is_live)
        ticket = one_lot(exchange, entrance.account, "ACME", Side.BUY, ticks_away=-30)
        await asyncio.to_thread(exchange.place, ticket, wait_s=5)
        async with Following(client.own_orders(since=first.cursor)) as following:
            await following.until(lambda: [each.cl_ord_id for each in reports(following)] == [ticket.cl_ord_id])


async def test_orders_that_ask_for_it_go_with_their_stream(system, exchange: Client, entrance):
    async with AsyncClient(system.http, api_key=entrance.api_key) as client:
        stream = client.own_orders().cancel_on_disconnect(entrance.account, timeout_s=30)
        async with Following(stream) as following:
            await following.until(lambda: stream.is_live)
            terms = {"exec_inst": ("CANCEL_ON_DISCONNECT",)}
            ticket = one_lot(exchange, entrance.account, "ACME", Side.BUY, ticks_away=-30, **terms)
            placed = await asyncio.to_thread(exchange.place, ticket, wait_s=5)
        async with asyncio.timeout(PATIENCE_S):
            while (await client.order(placed.order_id)).ord_status != "CANCELED":
                await asyncio.sleep(0.05)


def test_a_program_without_an_event_loop_hears_the_same(exchange: Client, entrance):
    with exchange.market(["ACME"]) as market:
        update = next(market)
        while "ACME" not in market.books:
            update = next(market)
        assert update.symbol == "ACME"
        assert market.books["ACME"].is_in_step
    ticket = one_lot(exchange, entrance.account, "ACME", Side.BUY, ticks_away=-30)
    with exchange.own_orders() as stream:
        next(stream)
        exchange.place(ticket)
        while not isinstance(told := next(stream), Report):
            pass
        assert told.cl_ord_id == ticket.cl_ord_id
