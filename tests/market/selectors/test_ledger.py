"""An account's ledger: every figure of the portfolio is the sum of rows that its holder can read."""

from decimal import Decimal
from typing import Any

import pytest

from market.errors import InvalidRequest, NotFound
from market.records import LedgerRecord
from market.selectors import accounts, ledger, positions
from market.services import movements, orders
from market.services.movements import deposit, withdraw
from tests.market_place import MarketPlace
from vocabulary.orders import SelfTradePrevention


def everything_of(account: str, actor, *, count: int = 3, **choice: Any) -> list[LedgerRecord]:
    """All rows, or those of a choice, page by page."""
    rows: list[LedgerRecord] = []
    before = None
    while page := ledger.of_account(account, actor=actor, count=count, before=before, **choice):
        rows += page
        before = rows[-1].cursor
    return rows


@pytest.fixture
def traded(market: MarketPlace) -> MarketPlace:
    """An account with fees, rebates, profits, money in and out."""
    market.list("COST", maker_bps="-0.25", taker_bps="1.5", taker_per_lot="0.002")
    for price in ("10.01", "9.99", "10.05"):
        market.trade(7, price, symbol="COST")
        market.trade(3, price)
    market.place("SELL", 12, "10.02", symbol="COST")
    market.house_places("BUY", 12, "10.02", symbol="COST")
    market.drain("COST")
    deposit(market.account, amount=Decimal("12.5"), reference="d-1", note="prize", actor=market.staff)
    withdraw(market.account, amount=Decimal("2.5"), reference="w-1", actor=market.staff)
    return market


@pytest.mark.parametrize("count", [1, 2, 500])
def test_every_figure_of_the_portfolio_is_a_sum_of_rows(traded, count):
    rows = everything_of(traded.account, traded.trader, count=count)
    (account,) = accounts.of_actor(traded.trader)
    assert sum(row.amount for row in rows) == account.cash
    assert sum(row.amount for row in rows if row.symbol is None) == account.deposits
    held = positions.of_actor(traded.trader)
    assert {position.symbol for position in held} == {row.symbol for row in rows if row.symbol}
    for position in held:
        of_symbol = [row for row in rows if row.symbol == position.symbol]
        assert sum(row.quantity for row in of_symbol) == position.quantity
        assert sum(row.amount for row in of_symbol) == position.cash
        assert -sum(row.amount for row in of_symbol if row.cause == "FEE") == position.fees


def test_pages_give_each_row_once_newest_first(traded):
    rows = everything_of(traded.account, traded.trader, count=2)
    at_once = everything_of(traded.account, traded.trader, count=500)
    assert [key(row) for row in rows] == [key(row) for row in at_once]
    assert len({key(row) for row in rows}) == len(rows)
    assert [row.happened_at for row in rows] == sorted((row.happened_at for row in rows), reverse=True)


def key(row: LedgerRecord) -> tuple:
    return row.cause, row.cause_id, row.symbol or "", row.amount


def test_a_reset_is_followed_from_row_to_row(traded):
    movements.reset(traded.account, amount=Decimal(500), reference="r-1", actor=traded.staff)
    rows = everything_of(traded.account, traded.trader)
    assert sum(row.amount for row in rows) == 500
    assert {row.symbol: row.quantity for row in rows if row.cause == "TRANSFER"} == {"ACME": -9, "COST": -9}
    exchange = everything_of("EXCHANGE-USD", traded.operator)
    assert {row.symbol: row.quantity for row in exchange} == {"ACME": 9, "COST": 9}


def test_a_trade_with_oneself_shows_both_its_sides(market):
    market.trade(10)
    market.place("SELL", 5, "10.10")
    market.place("BUY", 5, "10.10", self_trade_prevention=SelfTradePrevention.NONE)
    market.drain()
    both = ledger.of_account(market.account, actor=market.trader, count=1)
    assert [(row.cause, row.amount, row.quantity) for row in both] == [
        ("TRADE", Decimal("-50.5"), 5),
        ("TRADE", Decimal("50.5"), -5),
    ]


def test_somebody_elses_ledger_and_an_absent_one_are_told_apart_by_nobody_but_operators(traded):
    nora, _ = traded.newcomer()
    for number in (traded.account, "NOBODY"):
        with pytest.raises(NotFound, match="You have no such account"):
            ledger.of_account(number, actor=nora, count=5)
    assert ledger.of_account(traded.account, actor=traded.operator, count=5)


@pytest.mark.parametrize("before", ["", "1", "1-2", "1-2-x", "1-2--3", "9223372036854775808-1-1"])
def test_a_cursor_that_is_none_is_refused(market, before):
    with pytest.raises(InvalidRequest, match="before must be the cursor"):
        ledger.of_account(market.account, actor=market.trader, count=5, before=before)


def test_orders_move_nothing_before_they_trade(market):
    order = market.place("BUY", 5, "9.00").order
    market.drain()
    orders.cancel(order.order_id, actor=market.trader)
    market.drain()
    assert [row.cause for row in everything_of(market.account, market.trader)] == ["DEPOSIT"]


CHOICES = [
    {},
    {"symbol": "COST"},
    {"symbol": "ACME", "causes": ["TRADE"]},
    {"symbol": "COST", "causes": ["FEE"]},
    {"causes": ["FEE"]},
    {"causes": ["TRANSFER"]},
    {"causes": ["FEE", "DEPOSIT", "WITHDRAWAL"]},
    {"symbol": "NONE"},
]


@pytest.mark.parametrize("choice", CHOICES)
def test_a_choice_of_rows_leaves_none_of_them_out_and_its_total_is_their_sum(traded, choice):
    movements.reset(traded.account, amount=Decimal(500), reference="r-1", actor=traded.staff)
    for account, actor in ((traded.account, traded.trader), (traded.house_account, traded.house)):
        wanted = [
            row
            for row in everything_of(account, actor)
            if row.symbol == choice.get("symbol", row.symbol) and row.cause in choice.get("causes", [row.cause])
        ]
        rows = everything_of(account, actor, count=1, **choice)
        assert [key(row) for row in rows] == [key(row) for row in wanted]
        total = ledger.total(account, actor=actor, **choice)
        assert total.amount == sum(row.amount for row in wanted)
        assert total.quantity == (sum(row.quantity for row in wanted) if "symbol" in choice else None)


def test_a_cause_that_is_none_is_refused(market):
    with pytest.raises(InvalidRequest, match="cause must be some of TRADE, FEE, TRANSFER, DIVIDEND"):
        ledger.of_account(market.account, actor=market.trader, count=5, causes=["GIFT"])


def test_a_total_is_for_those_who_may_read_the_rows(market):
    nora, _ = market.newcomer()
    with pytest.raises(NotFound):
        ledger.total(market.account, actor=nora)
