"""One order through the whole running exchange: by REST into the book, and out again wherever it must be seen."""

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from websockets.sync.client import ClientConnection, connect

from tests.running_system import Entrance, RunningSystem

SYMBOL = "TITAN"
PRICE = "842.50"
HEARD_WITHIN_S = 10.0


@pytest.fixture(scope="module")
def seller(system: RunningSystem) -> Entrance:
    """Somebody who may sell what they do not have."""
    return system.let_in({"seller-of-titan": "HOUSE"})["seller-of-titan"]


@pytest.fixture
def trades(system: RunningSystem) -> Iterator[ClientConnection]:
    """A subscriber to the trades, who has the snapshot already."""
    with connect(f"{system.http.replace('http', 'ws', 1)}/ws/v1/market/", proxy=None) as socket:
        socket.send(json.dumps({"op": "subscribe", "channels": ["trades"], "symbols": [SYMBOL]}))
        while heard(socket)["type"] != "snapshot":
            pass
        yield socket


def heard(socket: ClientConnection) -> dict[str, Any]:
    return dict(json.loads(socket.recv(timeout=HEARD_WITHIN_S)))


def placed(system: RunningSystem, entrance: Entrance, *, cl_ord_id: str, side: str, quantity: str) -> dict[str, Any]:
    """Place a limit order and wait for its book."""
    ticket = {
        "cl_ord_id": cl_ord_id,
        "account": entrance.account,
        "symbol": SYMBOL,
        "side": side,
        "ord_type": "LIMIT",
        "order_qty": quantity,
        "price": PRICE,
        "time_in_force": "DAY",
    }
    with system.client(entrance.api_key) as client:
        answer = client.post("/api/v1/orders/", json=ticket, headers={"Prefer": "wait=5"})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def test_an_order_that_crosses_the_book_is_seen_at_every_door(system, seller, trades):
    trader = Entrance(system.demo["trader"]["account"], system.demo["trader"]["api_key"])
    with system.client(trader.api_key) as client:
        cash_before = Decimal(client.get("/api/v1/accounts/").json()[0]["cash"])
    assert placed(system, seller, cl_ord_id="offer", side="SELL", quantity="7")["ord_status"] == "NEW"
    bought = placed(system, trader, cl_ord_id="hit", side="BUY", quantity="7")
    assert (bought["ord_status"], bought["cum_qty"], Decimal(bought["avg_px"])) == ("FILLED", "7", Decimal(PRICE))

    while (message := heard(trades))["type"] != "trades":
        pass
    (trade,) = message["trades"]
    assert (trade["price"], trade["quantity"], trade["aggressor_side"]) == (PRICE, "7", "BUY")

    paid = 7 * Decimal(PRICE)
    with system.client(trader.api_key) as client:
        position = next(row for row in client.get("/api/v1/positions/").json() if row["symbol"] == SYMBOL)
        cash_after = Decimal(client.get("/api/v1/accounts/").json()[0]["cash"])
    assert (Decimal(position["quantity"]), Decimal(position["cash"])) == (7, -paid)
    assert cash_after == cash_before - paid

    with system.browser("trader") as browser:
        for page in ("/portfolio/", "/orders/"):
            assert f"/instruments/{SYMBOL}/" in browser.get(page).text
    with system.browser("operator") as browser:
        for page in (f"/admin/market/order/?q={bought['order_id']}", "/admin/market/trade/"):
            listed = browser.get(page)
            assert (listed.status_code, listed.url.path) == (200, page.partition("?")[0])
            assert SYMBOL in listed.text
