"""Requests by the client: what comes back, what is refused, and what happens when an answer gets lost."""

import inspect
from dataclasses import replace
from decimal import Decimal

import pytest

from marketops_client import (
    AsyncClient,
    Backoff,
    Client,
    InvalidRequest,
    NotAuthenticated,
    NotFound,
    OutcomeUnknown,
    Rejected,
    Side,
)
from tests.clients.traffic import one_lot
from tests.running_system import wait_until

SOON = Backoff(first_s=0.01, longest_s=0.05)


def test_an_order_is_placed_read_replaced_and_canceled(exchange, entrance):
    ticket = one_lot(exchange, entrance.account, "ACME", Side.BUY, ticks_away=-20)
    placed = exchange.place(ticket, wait_s=5)
    assert (placed.ord_status, placed.order_qty, placed.price) == ("NEW", ticket.order_qty, ticket.price)
    assert exchange.place(ticket).order_id == placed.order_id
    assert exchange.orders(account=entrance.account, cl_ord_id=ticket.cl_ord_id)[0].order_id == placed.order_id
    exchange.replace(placed.order_id, order_qty=ticket.order_qty * 2)
    assert exchange.cancel(placed.order_id, wait_s=5).ord_status == "CANCELED"
    assert [report.exec_type for report in exchange.executions(placed.order_id)] == ["NEW", "REPLACED", "CANCELED"]


def test_orders_that_are_sent_together_are_answered_each_for_itself_and_placed_once(exchange, entrance):
    good = one_lot(exchange, entrance.account, "ACME", Side.BUY, ticks_away=-20)
    too_cheap = replace(good, cl_ord_id="too-cheap", price=good.price / 100)
    unreadable = replace(good, cl_ord_id="for-nobody", account="A-999999")
    placed, rejected, refused = exchange.place_many([good, too_cheap, unreadable])
    assert placed.cl_ord_id == good.cl_ord_id
    assert (type(rejected), rejected.code) == (Rejected, "price_exceeds_band")
    assert rejected.order is None or rejected.order.cl_ord_id == "too-cheap"
    assert (type(refused), refused.code) == (InvalidRequest, "unknown_account")
    assert exchange.place_many([good])[0].order_id == placed.order_id
    exchange.cancel(placed.order_id, wait_s=5)


def test_cancels_that_are_sent_together_are_answered_each_for_itself(exchange, entrance):
    tickets = [one_lot(exchange, entrance.account, "ACME", Side.BUY, ticks_away=-20) for _ in range(2)]
    placed = [exchange.place(ticket, wait_s=5).order_id for ticket in tickets]
    first, absent, second = exchange.cancel_many([placed[0], "999999999", placed[1]])
    assert [first.order_id, second.order_id] == placed
    assert isinstance(absent, NotFound)
    wait_until(lambda: not exchange.orders(account=entrance.account, is_open=True), within_s=10)


def test_market_data_and_ones_own_business_come_as_exact_numbers(exchange, entrance):
    for side in (Side.SELL, Side.BUY):
        exchange.place(one_lot(exchange, entrance.account, "BOLT", side), wait_s=5)
    assert {each.symbol for each in exchange.instruments()} >= {"ACME", "BOLT"}
    price, trade = exchange.instrument("BOLT").reference_price, exchange.trades("BOLT", count=1)[0]
    assert (trade.price, type(trade.price)) == (price, Decimal)
    assert exchange.ticker("BOLT").last_px == price
    assert exchange.depth("BOLT", levels=1).last_sequence > 0
    book = exchange.full_depth("BOLT", count=1)
    assert book.last_sequence > 0
    assert [order.queue_position for order in (*book.bids, *book.offers)] == [1] * (len(book.bids) + len(book.offers))
    assert exchange.fills("BOLT")[0].last_px == price
    assert exchange.accounts()[0].number == entrance.account
    assert exchange.positions(entrance.account)[0].quantity == 0
    assert exchange.candles("BOLT", interval="1s") is not None
    exchange.cancel_all_after(entrance.account, timeout_s=60)
    exchange.cancel_all_after(entrance.account, timeout_s=0)


def test_each_refusal_is_an_error_of_its_own_kind(system, exchange, entrance):
    off_tick = one_lot(exchange, entrance.account, "ACME", Side.BUY, ticks_away=-1)
    object.__setattr__(off_tick, "price", off_tick.price + Decimal("0.00001"))
    with pytest.raises(Rejected) as rejected:
        exchange.place(off_tick)
    assert rejected.value.code == "invalid_price_increment"
    with pytest.raises(NotFound):
        exchange.order("999999999")
    with pytest.raises(InvalidRequest) as invalid:
        exchange.candles("ACME", interval="7m")
    assert invalid.value.field == "interval"
    with pytest.raises(NotAuthenticated), Client(system.http, api_key="mk_nobodys") as stranger:
        stranger.accounts()


@pytest.mark.parametrize("losses", [1, 3])
def test_an_answer_that_is_lost_makes_no_second_order(relay, exchange, entrance, losses):
    ticket = one_lot(exchange, entrance.account, "ACME", Side.BUY, ticks_away=-30)
    with Client(relay.url, api_key=entrance.api_key, backoff=SOON) as cut_off:
        relay.answers_to_swallow = losses
        placed = cut_off.place(ticket)
    assert relay.answers_to_swallow == 0
    found = exchange.orders(account=entrance.account, symbol="ACME")
    assert [order.order_id for order in found if order.cl_ord_id == ticket.cl_ord_id] == [placed.order_id]


def test_an_answer_that_never_comes_is_said_to_be_unknown_and_asked_for_again(relay, exchange, entrance):
    ticket = one_lot(exchange, entrance.account, "ACME", Side.BUY, ticks_away=-30)
    with Client(relay.url, api_key=entrance.api_key, attempts=2, backoff=SOON) as cut_off:
        relay.answers_to_swallow = 2
        with pytest.raises(OutcomeUnknown):
            cut_off.place(ticket)
        assert cut_off.place(ticket).cl_ord_id == ticket.cl_ord_id
    assert len(exchange.orders(account=entrance.account, is_open=True)) == 1


async def test_the_asynchronous_client_says_the_same(system, entrance):
    async with AsyncClient(system.http, api_key=entrance.api_key) as exchange:
        instrument = await exchange.instrument("ACME")
        with Client(system.http) as blocking:
            assert blocking.instrument("ACME").tick_size == instrument.tick_size
            ticket = one_lot(blocking, entrance.account, "ACME", Side.BUY, ticks_away=-20)
        placed = await exchange.place(ticket, wait_s=5)
        assert (await exchange.order(placed.order_id)).is_open
        assert await exchange.cancel_all(entrance.account) == 1


def test_both_clients_offer_the_same():
    streams = {"market", "own_orders"}
    for name, method in inspect.getmembers(AsyncClient, inspect.isfunction):
        if not name.startswith("_"):
            twin = getattr(Client, name)
            assert list(inspect.signature(twin).parameters) == list(inspect.signature(method).parameters), name
            assert name in streams or method.__doc__ == twin.__doc__, name
    offered = [{name for name in vars(kind) if not name.startswith("_")} for kind in (Client, AsyncClient)]
    assert offered[0] == offered[1]
