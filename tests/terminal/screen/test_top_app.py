"""``top`` shows the market as it is, is traded by keyboard, and comes back by itself after a break."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
from django.db import connections
from textual.events import Key
from textual.pilot import Pilot

from market.models import Order
from market.services import trading
from terminal.client import Client
from terminal.live.streams import LinkState
from terminal.screen.manual import ManualScreen
from terminal.screen.open_orders import OpenOrders
from terminal.screen.panel import Panel
from terminal.screen.ticket import TicketForm
from terminal.screen.top_app import TopApp
from tests.relay import Relay
from tests.terminal.conftest import Desk
from vocabulary.orders import OrdStatus, Side, TimeInForce

SIZE = (160, 44)
PATIENCE_S = 45


async def beside(work: Callable[..., Any], *given: Any, **named: Any) -> Any:
    """Do something with the exchange outside the event loop, as another process would."""

    def done() -> Any:
        try:
            return work(*given, **named)
        finally:
            connections.close_all()

    return await asyncio.to_thread(done)


@asynccontextmanager
async def shown(
    desk: Desk, *, kind: type[Client] = Client, **changes: Any
) -> AsyncIterator[tuple[TopApp, Pilot[None]]]:
    """The screen, once the market is on it."""
    profile = replace(desk.profile, **changes)
    async with kind(profile.endpoint) as client:
        app = TopApp(client, account=profile.account, symbol=None)
        async with app.run_test(size=SIZE) as pilot:
            await until(pilot, lambda: app.desk.link.state is LinkState.LIVE)
            yield app, pilot


async def until(pilot: Pilot[None], holds: Callable[[], object]) -> None:
    """Return when something holds and has been drawn."""
    async with asyncio.timeout(PATIENCE_S):
        while not holds():
            await pilot.pause(0.02)
    await pilot.pause(0.1)


def said(app: TopApp, panel: str) -> str:
    """What a panel shows."""
    return app.query_one(f"#{panel}", Panel).render().plain


def notice(app: TopApp) -> str:
    return str(app.query_one("#notice").render())


def has_manual(app: TopApp) -> bool:
    return isinstance(app.screen, ManualScreen)


@pytest.fixture
def small_market(desk: Desk) -> Desk:
    """ACME with both sides and two trades, and a second market."""
    place = desk.door.place
    place.list("BOLT")
    place.house_places("SELL", 30, "10.10")
    place.house_places("BUY", 20, "9.90")
    place.trade(5, "10.00")
    place.trade(7, "10.02")
    return desk


async def test_the_screen_shows_the_market_and_what_changes_in_it(small_market):
    desk, place = small_market, small_market.door.place
    async with shown(desk) as (app, pilot):
        await until(pilot, lambda: "9.90" in said(app, "ladder"))
        assert said(app, "headline").startswith(" ACME  ACME Industries  10.02")
        assert said(app, "headline").endswith("● live ")
        assert [line.split()[:2] for line in said(app, "ladder").splitlines() if "10.10" in line] == [["10.10", "30"]]
        assert [line.split()[1:] for line in said(app, "tape").splitlines()[1:]] == [
            ["▲", "10.02", "7"],
            ["▲", "10.00", "5"],
        ]
        assert "▸ ACME" in said(app, "watchlist")
        assert "volume" in said(app, "chart")
        await beside(place.house_places, "SELL", 8, "10.05")
        await beside(place.drain)
        await until(pilot, lambda: "10.05" in said(app, "ladder"))
        await beside(place.trade, 3, "10.04")
        await until(pilot, lambda: "10.04" in said(app, "tape"))


async def test_an_order_is_placed_seen_and_canceled_by_keyboard_alone(small_market):
    desk = small_market
    with desk.door.matching():
        async with shown(desk) as (app, pilot):
            await until(pilot, lambda: "10.10" in said(app, "ladder"))
            await pilot.press("b", *"15", "enter", "down", "enter")
            await until(pilot, lambda: app.query_one(OpenOrders).orders)
            (order,) = app.query_one(OpenOrders).orders
            assert (f"{order.price}", f"{order.leaves_qty}", order.ord_status) == ("10.09", "15", OrdStatus.NEW)
            assert not app.query_one(TicketForm).is_open
            assert "• 10.09" in said(app, "ladder")
            await pilot.press("x")
            await until(pilot, lambda: not app.query_one(OpenOrders).orders)
            await until(pilot, lambda: "canceled" in notice(app))
    kept = await beside(Order.objects.get, pk=order.order_id)
    assert kept.ord_status == OrdStatus.CANCELED


async def test_what_the_stream_tells_of_an_order_is_not_covered_by_a_call_that_returns_later(small_market):
    desk = small_market
    with desk.door.matching():
        async with shown(desk, kind=LateAnswers) as (app, pilot):
            await until(pilot, lambda: "10.10" in said(app, "ladder"))
            await pilot.press("b", *"15", "enter", "down", "enter")
            await until(pilot, lambda: app.query_one(OpenOrders).orders)
            app._client.awaited = lambda: "canceled" in notice(app)
            await pilot.press("x")
            await until(pilot, lambda: app._client.has_answered)
            assert "canceled" in notice(app)


class LateAnswers(Client):
    """A connection whose answers to cancels come later than the stream's news of them."""

    awaited: Callable[[], bool]
    has_answered = False

    async def cancel(self, order_id: int) -> Any:
        canceled = await super().cancel(order_id)
        async with asyncio.timeout(PATIENCE_S):
            while not self.awaited():
                await asyncio.sleep(0.01)
        self.has_answered = True
        return canceled


async def test_keys_that_are_pasted_in_one_burst_land_where_single_ones_would(small_market):
    desk = small_market
    async with shown(desk) as (app, pilot):
        await until(pilot, lambda: "10.10" in said(app, "ladder"))
        strike_at_once(app, "b", *"15", "enter", *"10.05", "enter", "9")
        await until(pilot, lambda: notice(app).startswith("BUY 15 ACME taken on"))
    written = await beside(Order.objects.get, account__number=desk.profile.account, order_qty_lots=15)
    assert written.price_ticks == 1005


def strike_at_once(app: TopApp, *keys: str) -> None:
    """Strike keys faster than any of them is dealt with, as a terminal hands on what is pasted."""
    for key in keys:
        app.post_message(Key({".": "full_stop"}.get(key, key), key if len(key) == 1 else None))


async def test_a_fill_is_said_and_a_reject_says_why_and_keeps_the_ticket(small_market):
    desk = small_market
    with desk.door.matching():
        async with shown(desk) as (app, pilot):
            await until(pilot, lambda: "10.10" in said(app, "ladder"))
            await pilot.press("b", *"1.5", "enter", "enter")
            await until(pilot, lambda: "incorrect_quantity" in notice(app))
            assert "1 or 2 would do." in notice(app)
            assert app.query_one(TicketForm).is_open
            await pilot.press("escape", "b", "1", "enter", "enter")
            await until(pilot, lambda: "filled 1 @ 10.10" in notice(app))


async def test_enter_struck_again_and_again_is_one_order(small_market):
    desk = small_market
    async with shown(desk) as (app, pilot):
        await until(pilot, lambda: "10.10" in said(app, "ladder"))
        await pilot.press("b", "1", "enter")
        sent = TicketForm.Sent("ACME", Side.BUY, "1", "9.50", TimeInForce.DAY)
        for _ in range(3):
            app.query_one(TicketForm).post_message(sent)
        await until(pilot, lambda: not app.query_one(TicketForm).is_open)
    assert await beside(Order.objects.filter(account__number=desk.profile.account, price_ticks=950).count) == 1


async def test_the_arrows_turn_to_another_market_but_not_while_a_ticket_is_open(small_market):
    async with shown(small_market) as (app, pilot):
        await pilot.press("down")
        await until(pilot, lambda: app.desk.view.symbol == "BOLT" and app.desk.link.state is LinkState.LIVE)
        assert "The book is empty." in said(app, "ladder")
        await pilot.press("down")
        await until(pilot, lambda: app.desk.view.symbol == "ACME" and "10.10" in said(app, "ladder"))
        await pilot.press("b", "down")
        assert app.desk.view.symbol == "ACME"
        await pilot.press("escape", "down")
        await until(pilot, lambda: app.desk.view.symbol == "BOLT")


async def test_a_halt_and_its_reason_are_seen_at_once(small_market):
    desk, place = small_market, small_market.door.place
    async with shown(desk) as (app, pilot):
        await beside(trading.halt, "ACME", reason="news pending", actor=place.operator)
        await until(pilot, lambda: "■ HALTED: news pending" in said(app, "headline"))
        assert "HALTED" in said(app, "watchlist")
        await beside(trading.resume, "ACME", actor=place.operator)
        await until(pilot, lambda: "HALTED" not in said(app, "headline"))


async def test_after_a_break_the_screen_says_so_and_comes_back_with_what_happened_meanwhile(small_market):
    desk, place = small_market, small_market.door.place
    with Relay(desk.profile.address) as relay:
        async with shown(desk, address=relay.address) as (app, pilot):
            await until(pilot, lambda: "10.10" in said(app, "ladder"))
            relay.cut()
            await until(pilot, lambda: "◌ reconnecting" in said(app, "headline"))
            assert app.screen.has_class("-stale")
            await beside(place.house_places, "BUY", 4, "9.95")
            await beside(place.trade, 9, "10.03")
            relay.heal()
            await until(pilot, lambda: "● live" in said(app, "headline"))
            await until(pilot, lambda: "9.95" in said(app, "ladder") and "10.03" in said(app, "tape"))
            assert not app.screen.has_class("-stale")
            assert [found.trade_id for found in app.desk.view.tape] == [3, 2, 1]


async def test_an_order_whose_outcome_is_unknown_is_sent_again_under_the_same_id(small_market):
    desk = small_market
    with Relay(desk.profile.address) as relay:
        async with shown(desk, address=relay.address) as (app, pilot):
            await until(pilot, lambda: "10.10" in said(app, "ladder"))
            relay.cut()
            await pilot.press("b", *"2", "enter", "enter")
            await until(pilot, lambda: "Send the same ticket again" in notice(app))
            unsure = app._unsure
            relay.heal()
            await until(pilot, lambda: "● live" in said(app, "headline"))
            await pilot.press("enter")
            await until(pilot, lambda: not app.query_one(TicketForm).is_open)
    (order,) = await beside(lambda: list(Order.objects.filter(account__number=desk.profile.account, order_qty_lots=2)))
    assert order.cl_ord_id == unsure.cl_ord_id


async def test_without_a_key_one_can_look_but_not_trade(small_market):
    async with shown(small_market, api_key="") as (app, pilot):
        await pilot.press("b")
        assert not app.query_one(TicketForm).is_open
        assert "Without an API key" in notice(app)


async def test_the_keys_are_explained_and_left_again(small_market):
    async with shown(small_market) as (app, pilot):
        await pilot.press("question_mark")
        assert has_manual(app)
        await pilot.press("escape")
        assert not has_manual(app)
        await pilot.press("q")
        await until(pilot, lambda: not app.is_running)


@pytest.mark.parametrize("size", [(160, 44), (120, 30), (80, 24), (40, 12)])
async def test_it_fits_screens_of_every_size(small_market, size):
    async with Client(small_market.profile.endpoint) as client:
        app = TopApp(client, account="", symbol="ACME")
        async with app.run_test(size=size) as pilot:
            await until(pilot, lambda: app.desk.link.state is LinkState.LIVE)
            assert app.query_one("#ladder").region.right <= size[0]
            assert app.query_one("#notice").region.bottom <= size[1]


async def test_a_market_that_is_not_listed_ends_it_and_names_those_that_are(small_market):
    async with Client(small_market.profile.endpoint) as client:
        app = TopApp(client, account="", symbol="NOPE")
        async with app.run_test(size=SIZE) as pilot:
            await until(pilot, lambda: app.refused is not None)
    assert app.refused.refusal.line == "symbol: There is no instrument NOPE. There are ACME, BOLT. [unknown_symbol]"
