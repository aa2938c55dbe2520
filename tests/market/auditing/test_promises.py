"""Promises that a look at the rows can hold the exchange to: halts, limits, turns and sessions."""

import pytest

from market import auditing
from market.models import Book, Trade
from market.services import sessions, standings, trading
from tests.market_place import MarketPlace
from vocabulary.commands import EventKind
from vocabulary.phases import TradingPhase


def broken(name: str) -> tuple[str, ...]:
    """What a look over everything finds broken of a law."""
    (law,) = (one for one in auditing.LAWS if one.name == name)
    (verdict,) = auditing.everything([law]).verdicts
    assert bool(verdict.found.differences) == bool(verdict.found.differing)
    return verdict.found.differences


def test_a_trade_in_a_halt_is_found(market: MarketPlace, tamper):
    market.trade(10)
    trading.halt("ACME", reason="news", actor=market.operator)
    trading.resume("ACME", actor=market.operator)
    market.trade(10)
    assert broken("nothing-trades-while-halted") == ()
    tamper(f"DELETE FROM market_journalevent WHERE kind = {EventKind.PHASE_CHANGED.value} AND phase = 3")
    (told,) = broken("nothing-trades-while-halted")
    assert told.startswith("halt at event 5 of book ")


def test_the_trades_of_a_closing_auction_are_no_trades_of_the_close(market: MarketPlace):
    trading.change_phase("ACME", phase=TradingPhase.CLOSING_AUCTION, actor=market.operator)
    market.drain()
    market.place("BUY", 3, "10.50")
    market.house_places("SELL", 3, "10.40")
    trading.uncross("ACME", actor=market.operator)
    market.drain()
    assert Book.objects.get().phase == TradingPhase.CLOSED
    assert Trade.objects.count() == 1
    assert broken("nothing-trades-while-halted") == ()


def test_more_open_orders_than_were_allowed_are_found(market: MarketPlace, tamper):
    standings.set_limits(market.account, changes={"open_orders_max": 3}, actor=market.operator)
    tamper("UPDATE access_auditentry SET happened_at = happened_at - interval '1 hour'")
    for _ in range(4):
        market.place("BUY", 1, "9.00")
    market.drain()
    assert broken("open-orders-within-limits") == ()
    tamper(f"UPDATE market_account SET open_orders_max = 2 WHERE number = '{market.account}'")
    assert broken("open-orders-within-limits") == (f"account {market.account}",)
    standings.set_limits(market.account, changes={"open_orders_max": 2}, actor=market.operator)
    assert broken("open-orders-within-limits") == (), "orders that are open stay when a limit is lowered"


def test_an_order_that_is_passed_over_is_found(market: MarketPlace, tamper):
    market.place("BUY", 1, "9.00")
    market.drain()
    market.place("BUY", 1, "9.00")
    assert broken("nobody-is-passed-over") == ()
    tamper("UPDATE market_inboxcommand SET accepted_at = accepted_at - interval '2 minutes'")
    assert len(broken("nobody-is-passed-over")) == 1


@pytest.mark.parametrize("goes_on", [True, False])
def test_a_session_that_outlives_its_time_is_found_where_books_go_on(market: MarketPlace, tamper, goes_on: bool):
    sessions.open_session(market.account, session="bot", timeout_s=5, actor=market.trader)
    tamper("UPDATE market_sessionlease SET expires_at = expires_at - interval '2 minutes'")
    if goes_on:
        market.place("BUY", 1, "9.00")
        market.drain()
    else:
        trading.halt("ACME", reason="an operator's halt needs no worker", actor=market.operator)
    assert bool(broken("sessions-end-in-time")) is goes_on
