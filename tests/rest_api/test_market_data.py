"""Public market data over REST."""

import pytest

from market.models import Order
from tests.rest_api.conftest import Exchange


@pytest.fixture
def traded(exchange: Exchange) -> Exchange:
    """ACME after one trade of 60 at 10.05, with a bid of 40 left at 10.06 and an offer of 5 at 10.10."""
    for number, (price, quantity) in enumerate((("10.05", "60"), ("10.10", "5"))):
        offer = {"account": "HOUSE", "cl_ord_id": f"o-{number}", "side": "SELL", "price": price, "order_qty": quantity}
        exchange.other.post("orders/", exchange.ticket(**offer))
    exchange.trader.post("orders/", exchange.ticket(price="10.06"))
    exchange.drain()
    return exchange


def test_the_depth_is_best_first_and_says_what_it_is_true_at(traded):
    depth = traded.anonymous.get("instruments/ACME/depth/").json()
    assert depth["bids"] == [{"price": "10.06", "quantity": "40", "order_count": 1}]
    assert depth["offers"] == [{"price": "10.10", "quantity": "5", "order_count": 1}]
    assert (depth["symbol"], depth["phase"]) == ("ACME", "CONTINUOUS")
    assert depth["last_sequence"] == traded.anonymous.get("instruments/ACME/ticker/").json()["last_sequence"]


def test_the_full_depth_names_each_order_and_its_place_but_not_whose_it_is(traded):
    traded.trader.post("orders/", traded.ticket(cl_ord_id="my-2", price="10.06", order_qty="9"))
    traded.drain()
    answer = traded.anonymous.get("instruments/ACME/depth/orders/")
    book = answer.json()
    shown = [(order["price"], order["quantity"], order["queue_position"]) for order in book["bids"]]
    assert shown == [("10.06", "40", 1), ("10.06", "9", 2)]
    [offer] = book["offers"]
    assert set(offer) == {"md_entry_id", "price", "quantity", "queue_position"}
    assert (book["bid_order_count"], book["offer_order_count"]) == (2, 1)
    depth = traded.anonymous.get("instruments/ACME/depth/").json()
    assert {name: book[name] for name in ("symbol", "epoch", "last_sequence", "phase")} == {
        name: depth[name] for name in ("symbol", "epoch", "last_sequence", "phase")
    }
    named = {order["md_entry_id"] for order in (*book["bids"], offer)}
    assert len(named) == 3
    assert not named & {str(order_id) for order_id in Order.objects.values_list("pk", flat=True)}


def test_whoever_owns_an_order_finds_it_in_its_queue_from_the_acknowledgement_on(exchange):
    placed = [exchange.trader.post("orders/", exchange.ticket(cl_ord_id=f"my-{n}")).json() for n in range(2)]
    exchange.drain()
    bids = exchange.anonymous.get("instruments/ACME/depth/orders/").json()["bids"]
    assert [order["md_entry_id"] for order in bids] == [order["md_entry_id"] for order in placed]
    later = exchange.trader.get(f"orders/{placed[0]['order_id']}/").json()
    assert later["md_entry_id"] == placed[0]["md_entry_id"]


def test_the_full_depth_is_cut_kept_to_fields_and_revalidated(traded):
    cut = traded.anonymous.get("instruments/ACME/depth/orders/?count=1&fields=last_sequence,bids,bid_order_count")
    assert set(cut.json()) == {"last_sequence", "bids", "bid_order_count"}
    again = traded.anonymous.get("instruments/ACME/depth/orders/?count=1", If_None_Match=cut["ETag"])
    assert again.status_code == 200
    same = traded.anonymous.get("instruments/ACME/depth/orders/?count=1", If_None_Match=again["ETag"])
    assert (same.status_code, same.content) == (304, b"")


def test_a_trade_shows_which_side_crossed_the_spread(traded):
    [trade] = traded.anonymous.get("instruments/ACME/trades/").json()
    assert (trade["trade_id"], trade["price"], trade["quantity"], trade["aggressor_side"]) == (1, "10.05", "60", "BUY")
    assert set(trade) == {"trade_id", "price", "quantity", "aggressor_side", "executed_at", "sequence"}
    assert traded.anonymous.get("instruments/ACME/trades/?before=1").json() == []


def test_the_ticker_shows_the_top_of_the_book_and_the_last_trade(traded):
    ticker = traded.anonymous.get("instruments/ACME/ticker/").json()
    assert (ticker["last_px"], ticker["bid_px"], ticker["offer_px"], ticker["spread"]) == (
        "10.05",
        "10.06",
        "10.10",
        "0.04",
    )
    assert [ticker] == traded.anonymous.get("tickers/").json()


def test_an_instrument_shows_the_rules_of_its_trading(exchange):
    [instrument] = exchange.anonymous.get("instruments/").json()
    assert (instrument["tick_size"], instrument["lot_size"]) == ("0.01", "1")
    assert (instrument["low_limit_price"], instrument["high_limit_price"]) == ("5.00", "15.00")
    assert "instrument_id" not in instrument


def test_an_account_shows_what_open_orders_reserve(exchange):
    exchange.trader.post("orders/", exchange.ticket())
    [account] = exchange.trader.get("accounts/").json()
    assert account["number"] == exchange.account
    assert {name: float(account[name]) for name in ("deposits", "reserved", "buying_power")} == {
        "deposits": 100_000,
        "reserved": 1_005,
        "buying_power": 98_995,
    }


def test_candles_without_trades_are_an_empty_list(exchange):
    assert exchange.anonymous.get("instruments/ACME/candles/?interval=1m&before=2026-01-31T14:30:00Z").json() == []


def test_answers_are_stored_by_nobody_on_the_way(exchange):
    assert exchange.anonymous.get("tickers/")["Cache-Control"] == "no-store"
