"""Every request of the REST API as a value: what is sent, and how the answer is read. No network here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Generic, TypeVar
from urllib.parse import quote

import httpx

from marketops_client import errors
from marketops_client.reading import read, read_all
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
    said,
)

Answer = TypeVar("Answer")
ROOT = "/api/v1/"


@dataclass(frozen=True, slots=True)
class Call(Generic[Answer]):
    """One request. All of them may be sent again: what changes something is known by its id."""

    method: str
    path: str
    read: Callable[[Any], Answer]
    params: Mapping[str, Any] = field(default_factory=dict)
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


def instruments() -> Call[list[Instrument]]:
    """All instruments."""
    return Call("GET", "instruments/", lambda rows: read_all(Instrument, rows))


def instrument(symbol: str) -> Call[Instrument]:
    """One instrument."""
    return Call("GET", f"instruments/{_part(symbol)}/", lambda row: read(Instrument, row))


def depth(symbol: str, *, levels: int = 20) -> Call[Depth]:
    """The book by price."""
    return Call("GET", f"instruments/{_part(symbol)}/depth/", lambda row: read(Depth, row), {"levels": levels})


def full_depth(symbol: str, *, count: int = 100) -> Call[FullDepth]:
    """The book order by order."""
    path = f"instruments/{_part(symbol)}/depth/orders/"
    return Call("GET", path, lambda row: read(FullDepth, row), {"count": count})


def trades(symbol: str, *, count: int = 100) -> Call[list[Trade]]:
    """The newest trades, newest first."""
    return Call("GET", f"instruments/{_part(symbol)}/trades/", lambda rows: read_all(Trade, rows), {"count": count})


def ticker(symbol: str) -> Call[Ticker]:
    """One market at a glance."""
    return Call("GET", f"instruments/{_part(symbol)}/ticker/", lambda row: read(Ticker, row))


def tickers() -> Call[list[Ticker]]:
    """All markets at a glance."""
    return Call("GET", "tickers/", lambda rows: read_all(Ticker, rows))


def candles(symbol: str, *, interval: str = "1m", count: int = 100) -> Call[list[Candle]]:
    """The newest candles, oldest first; ``interval`` is 1s, 1m, 5m, 15m, 1h or 1d."""
    params = {"interval": interval, "count": count}
    return Call("GET", f"instruments/{_part(symbol)}/candles/", lambda rows: read_all(Candle, rows), params)


def accounts() -> Call[list[Account]]:
    """Your accounts."""
    return Call("GET", "accounts/", lambda rows: read_all(Account, rows))


def positions(account: str | None = None) -> Call[list[Position]]:
    """What your accounts hold."""
    return Call("GET", "positions/", lambda rows: read_all(Position, rows), _given(account=account))


def fills(symbol: str | None = None, *, count: int = 100) -> Call[list[Fill]]:
    """Your newest fills, newest first."""
    return Call("GET", "fills/", lambda rows: read_all(Fill, rows), _given(symbol=symbol, count=count))


def place(ticket: OrderTicket, *, wait_s: float | None = None) -> Call[Order]:
    """Place an order; with ``wait_s`` the answer waits that long for the book to have taken it."""
    headers = {} if wait_s is None else {"Prefer": f"wait={wait_s:g}"}
    return Call("POST", "orders/", _order, body=ticket.body(), headers=headers)


def place_many(tickets: Sequence[OrderTicket]) -> Call[list[Order | errors.MarketOpsError]]:
    """Place up to a hundred orders in one request."""
    bodies = [ticket.body() for ticket in tickets]
    return Call("POST", "orders/batch/", _results, body={"orders": bodies})


def replace(
    order_id: str, *, cl_ord_id: str, order_qty: Decimal, price: Decimal | None, stop_px: Decimal | None
) -> Call[Order]:
    """Change price and total quantity of an open order."""
    change = {"cl_ord_id": cl_ord_id, **_given(order_qty=order_qty, price=price, stop_px=stop_px)}
    return Call("PATCH", f"orders/{_part(order_id)}/", _order, body=change)


def cancel(order_id: str, *, wait_s: float | None = None) -> Call[Order]:
    """Ask for what is still open of an order to be canceled."""
    headers = {} if wait_s is None else {"Prefer": f"wait={wait_s:g}"}
    return Call("DELETE", f"orders/{_part(order_id)}/", _order, headers=headers)


def cancel_many(order_ids: Sequence[str]) -> Call[list[Order | errors.MarketOpsError]]:
    """Ask for up to a hundred orders to be canceled in one request."""
    names = [{"order_id": order_id} for order_id in order_ids]
    return Call("POST", "orders/batch/cancel/", _results, body={"orders": names})


def cancel_all(account: str, *, symbol: str | None, side: Side | None) -> Call[int]:
    """Ask for all open orders of an account to be canceled; how many there were."""
    params = {"account": account, **_given(symbol=symbol, side=side)}
    return Call("DELETE", "orders/", lambda row: int(row["orders"]), params)


def order(order_id: str) -> Call[Order]:
    """Where an order stands."""
    return Call("GET", f"orders/{_part(order_id)}/", _order)


def orders(**filters: Any) -> Call[list[Order]]:
    """Your orders, newest first."""
    return Call("GET", "orders/", lambda rows: read_all(Order, rows), _given(**filters))


def executions(order_id: str) -> Call[list[Execution]]:
    """What happened to an order, oldest first."""
    return Call("GET", f"orders/{_part(order_id)}/executions/", lambda rows: read_all(Execution, rows))


def cancel_all_after(account: str, *, timeout_s: int) -> Call[None]:
    """Have all orders of an account canceled unless this is said again in time; 0 takes it back."""
    return Call("POST", "cancel-all-after/", lambda _: None, body={"account": account, "timeout_s": timeout_s})


def halt(symbol: str, *, reason: str) -> Call[None]:
    """Halt an instrument (operators)."""
    return Call("POST", f"instruments/{_part(symbol)}/halt/", lambda _: None, body={"reason": reason})


def resume(symbol: str) -> Call[None]:
    """Resume an instrument (operators)."""
    return Call("POST", f"instruments/{_part(symbol)}/resume/", lambda _: None)


def problem_in(response: httpx.Response) -> errors.MarketOpsError:
    """The error that an answer stands for."""
    retry_after = response.headers.get("Retry-After")
    after = float(retry_after) if retry_after and retry_after.isdigit() else None
    return _error_of(response.status_code, _document(response), retry_after_s=after)


def _error_of(status: int, problem: Mapping[str, Any], *, retry_after_s: float | None = None) -> errors.MarketOpsError:
    detail = str(problem.get("detail") or problem.get("title") or f"The exchange answered {status}.")
    faults: Sequence[Mapping[str, str]] = problem.get("errors") or ()
    place = (faults[0].get("pointer") or faults[0].get("parameter") or "").lstrip("/") if faults else ""
    told = {"code": str(problem.get("code", "")), "field": place}
    if status == 422:
        found = problem.get("order")
        return errors.Rejected(detail, **told, order=None if found is None else read(Order, found))
    if status in (409, 429, 503):
        kind = errors.Throttled if status == 429 else errors.Unavailable
        return kind(detail, **told, retry_after_s=retry_after_s)
    return _KIND_OF.get(status, errors.MarketOpsError)(detail, **told)


_KIND_OF: dict[int, type[errors.MarketOpsError]] = {
    400: errors.InvalidRequest,
    401: errors.NotAuthenticated,
    403: errors.NotPermitted,
    404: errors.NotFound,
    410: errors.Gone,
    413: errors.InvalidRequest,
    416: errors.Gone,
    504: errors.OutcomeUnknown,
}


def _document(response: httpx.Response) -> Mapping[str, Any]:
    try:
        found = response.json()
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _results(answer: Any) -> list[Order | errors.MarketOpsError]:
    return [_result(row) for row in answer["results"]]


def _result(row: Mapping[str, Any]) -> Order | errors.MarketOpsError:
    """What became of one order of a batch; the problem of a rejected one stands beside it there, not around it."""
    if row["problem"] is None:
        return _order(row["order"])
    return _error_of(row["status"], {**row["problem"], "order": row["order"]})


def _order(row: Any) -> Order:
    return read(Order, row)


def _part(text: str) -> str:
    return quote(text, safe="")


def _given(**values: Any) -> dict[str, Any]:
    return {name: said(value) for name, value in values.items() if value is not None}
