"""The asynchronous client."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from types import TracebackType
from typing import Any, Self, TypeVar

import httpx

from marketops_client import calls
from marketops_client.calls import Call
from marketops_client.errors import MarketOpsError, OutcomeUnknown
from marketops_client.market_stream import MarketStream
from marketops_client.order_stream import OrderStream
from marketops_client.records import (
    Account,
    Candle,
    Depth,
    Execution,
    Fill,
    FullDepth,
    Instrument,
    Order,
    OrderTicket,
    Position,
    Side,
    Ticker,
    Trade,
    new_cl_ord_id,
)
from marketops_client.resending import Attempts, Backoff

Answer = TypeVar("Answer")


class AsyncClient:
    """Requests to one exchange as the holder of one API key. Without a key it reads what is public.

    A request whose answer is lost is sent again, at most ``attempts`` times; every method raises the errors of
    ``marketops_client.errors`` and no other.
    """

    def __init__(
        self,
        url: str,
        *,
        api_key: str | None = None,
        timeout_s: float = 10,
        attempts: int = 5,
        backoff: Backoff | None = None,
    ) -> None:
        self._url = url.rstrip("/")
        self._api_key = api_key
        self._attempts = attempts
        self._backoff = backoff or Backoff()
        headers = {} if api_key is None else {"Authorization": f"Bearer {api_key}"}
        self._http = httpx.AsyncClient(
            base_url=self._url + calls.ROOT, headers=headers, timeout=timeout_s, trust_env=False
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Let go of the connections."""
        await self._http.aclose()

    def market(self, symbols: Iterable[str] = ("*",)) -> MarketStream:
        """Live trades and books of some instruments, or of all: ``async with ... as market``."""
        return MarketStream(self._url, symbols, backoff=self._backoff)

    def own_orders(self, *, since: Mapping[str, Mapping[str, Any]] | None = None) -> OrderStream:
        """What happens to one's own orders, from ``since`` on: ``async with ... as stream``."""
        return OrderStream(self._url, api_key=self._api_key or "", since=since, backoff=self._backoff)

    async def instruments(self) -> list[Instrument]:
        """All instruments."""
        return await self._do(calls.instruments())

    async def instrument(self, symbol: str) -> Instrument:
        """One instrument."""
        return await self._do(calls.instrument(symbol))

    async def depth(self, symbol: str, *, levels: int = 20) -> Depth:
        """The book by price."""
        return await self._do(calls.depth(symbol, levels=levels))

    async def full_depth(self, symbol: str, *, count: int = 100) -> FullDepth:
        """The book order by order, so many of each side, what trades first at the beginning."""
        return await self._do(calls.full_depth(symbol, count=count))

    async def trades(self, symbol: str, *, count: int = 100) -> list[Trade]:
        """The newest trades, newest first."""
        return await self._do(calls.trades(symbol, count=count))

    async def ticker(self, symbol: str) -> Ticker:
        """One market at a glance."""
        return await self._do(calls.ticker(symbol))

    async def tickers(self) -> list[Ticker]:
        """All markets at a glance."""
        return await self._do(calls.tickers())

    async def candles(self, symbol: str, *, interval: str = "1m", count: int = 100) -> list[Candle]:
        """The newest candles, oldest first."""
        return await self._do(calls.candles(symbol, interval=interval, count=count))

    async def accounts(self) -> list[Account]:
        """Your accounts."""
        return await self._do(calls.accounts())

    async def positions(self, account: str | None = None) -> list[Position]:
        """What your accounts hold."""
        return await self._do(calls.positions(account))

    async def fills(self, symbol: str | None = None, *, count: int = 100) -> list[Fill]:
        """Your newest fills, newest first."""
        return await self._do(calls.fills(symbol, count=count))

    async def place(self, ticket: OrderTicket, *, wait_s: float | None = None) -> Order:
        """Place an order, once however often it is sent. Raises Rejected, OutcomeUnknown."""
        return await self._do(calls.place(ticket, wait_s=wait_s))

    async def place_many(self, tickets: Sequence[OrderTicket]) -> list[Order | MarketOpsError]:
        """Place up to a hundred orders at once, each once however often it is sent.

        An error stands in the place of each that was refused. Raises Throttled where all were, OutcomeUnknown.
        """
        return await self._do(calls.place_many(tickets))

    async def replace(
        self,
        order_id: str,
        *,
        order_qty: Decimal,
        price: Decimal | None = None,
        stop_px: Decimal | None = None,
        cl_ord_id: str | None = None,
    ) -> Order:
        """Change price and total quantity of an open order. Raises Rejected, OutcomeUnknown."""
        named = cl_ord_id or new_cl_ord_id()
        return await self._do(
            calls.replace(order_id, cl_ord_id=named, order_qty=order_qty, price=price, stop_px=stop_px)
        )

    async def cancel(self, order_id: str, *, wait_s: float | None = None) -> Order:
        """Ask for what is still open to be canceled. Raises Rejected for an order that is closed."""
        return await self._do(calls.cancel(order_id, wait_s=wait_s))

    async def cancel_many(self, order_ids: Sequence[str]) -> list[Order | MarketOpsError]:
        """Ask for up to a hundred orders to be canceled at once; an error in the place of each that was not."""
        return await self._do(calls.cancel_many(order_ids))

    async def cancel_all(self, account: str, *, symbol: str | None = None, side: Side | None = None) -> int:
        """Ask for all open orders of an account to be canceled; how many there were."""
        return await self._do(calls.cancel_all(account, symbol=symbol, side=side))

    async def order(self, order_id: str) -> Order:
        """Where an order stands."""
        return await self._do(calls.order(order_id))

    async def orders(
        self,
        *,
        account: str | None = None,
        symbol: str | None = None,
        is_open: bool | None = None,
        cl_ord_id: str | None = None,
        count: int = 100,
    ) -> list[Order]:
        """Your orders, newest first."""
        wanted = None if is_open is None else str(is_open).lower()
        found = calls.orders(account=account, symbol=symbol, open=wanted, cl_ord_id=cl_ord_id, count=count)
        return await self._do(found)

    async def executions(self, order_id: str) -> list[Execution]:
        """What happened to an order, oldest first."""
        return await self._do(calls.executions(order_id))

    async def cancel_all_after(self, account: str, *, timeout_s: int) -> None:
        """Have all orders canceled unless this is said again in time; 0 takes it back."""
        await self._do(calls.cancel_all_after(account, timeout_s=timeout_s))

    async def halt(self, symbol: str, *, reason: str) -> None:
        """Halt an instrument (operators)."""
        await self._do(calls.halt(symbol, reason=reason))

    async def resume(self, symbol: str) -> None:
        """Resume an instrument (operators)."""
        await self._do(calls.resume(symbol))

    async def _do(self, call: Call[Answer]) -> Answer:
        attempts = Attempts(self._attempts, self._backoff)
        while True:
            try:
                return await self._once(call)
            except MarketOpsError as error:
                await asyncio.sleep(attempts.pause_after(error))

    async def _once(self, call: Call[Answer]) -> Answer:
        try:
            response = await self._http.request(
                call.method, call.path, params=dict(call.params), json=call.body, headers=dict(call.headers)
            )
        except httpx.TransportError as error:
            raise OutcomeUnknown(f"No answer came: {type(error).__name__}.", code="no_answer") from error
        if response.is_success:
            return call.read(response.json())
        raise calls.problem_in(response)
