"""Margin accounts through the real path: they borrow and go short as far as their equity covers it, and no further."""

import os
from contextlib import suppress
from decimal import Decimal
from itertools import count

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from market import book_units, exposures, intake, margin, risk
from market.account_rules import weigh
from market.errors import MarketError
from market.models import Account, InboxCommand
from market.records import ReplaceTicket
from market.rows import ListedInstrument
from market.selectors import accounts as account_selectors
from market.selectors import orders as order_selectors
from market.services import accounts, orders, standings, trading
from vocabulary.orders import Side
from vocabulary.rejects import RejectReason
from vocabulary.roles import AccountKind

EXAMPLES = 150 if os.environ.get("MARKETOPS_NIGHTLY") else 6
numbers = count(1)


@pytest.fixture
def on_margin(market):
    """The market, whose trader has a margin account with 600."""
    market.account = margin_account(market, 600)
    return market


def margin_account(market, amount):
    number = accounts.open_account(owner=market.trader, kind=AccountKind.MARGIN).number
    accounts.deposit(number, amount=Decimal(amount), note="margin", actor=market.trader)
    return number


def stakes(number):
    account_id = Account.objects.get(number=number).pk
    return exposures.of_accounts([account_id])[account_id]


def available(number):
    found = stakes(number)
    held = found.exposures.values()
    return margin.equity(found.cash, held) - margin.required(held)


def test_the_example_of_the_manual(on_margin):
    """docs/accounts.md, Margin."""
    market = on_margin
    market.house_places("SELL", 100, "10.05")
    market.drain()
    standings.set_limits(market.account, changes={"leverage_max": None}, actor=market.operator)
    market.symbol = "NEXT"
    market.list("NEXT")
    assert market.place("BUY", 100, "10.05").is_accepted
    assert available(market.account) == 95
    market.house_places("SELL", 100, "10.05")
    market.drain()
    found = stakes(market.account)
    (exposure,) = found.exposures.values()
    assert (found.cash, exposure.market_value) == (-405, 1005)
    assert available(market.account) == Decimal("97.50")
    assert exposure.maintenance == Decimal("251.25")


def test_a_short_sale_requires_margin_from_the_moment_it_is_accepted(on_margin):
    assert on_margin.place("SELL", 100, "10.00").is_accepted
    assert available(on_margin.account) == 100
    assert on_margin.place("SELL", 21, "10.00").reject is RejectReason.INSUFFICIENT_BUYING_POWER
    assert on_margin.place("SELL", 20, "10.00").is_accepted
    assert available(on_margin.account) == 0


def test_orders_to_buy_and_to_sell_require_the_larger_side_alone(on_margin):
    assert on_margin.place("SELL", 100, "10.00").is_accepted
    assert on_margin.place("BUY", 100, "9.00").is_accepted
    assert available(on_margin.account) == 100


def test_what_a_short_sale_required_is_given_back_by_its_cancel_and_by_its_cover(on_margin):
    market = on_margin
    order = market.place("SELL", 100, "10.00").order
    market.drain()
    orders.cancel(order.order_id, actor=market.trader)
    assert available(market.account) == 100
    market.drain()
    assert available(market.account) == 600
    market.house_places("BUY", 60, "10.00")
    market.place("SELL", 60, "10.00")
    market.drain()
    assert available(market.account) == 300
    market.house_places("SELL", 60, "10.00")
    assert market.place("BUY", 60, "10.00").is_accepted
    market.drain()
    assert available(market.account) == 600


def test_an_account_shows_the_margin_that_its_orders_require_and_what_is_left(on_margin):
    market = on_margin
    market.house_places("SELL", 40, "10.00")
    market.place("BUY", 40, "10.00")
    market.drain()
    market.place("BUY", 20, "9.00")
    money = account_selectors.by_number(market.account)
    assert (money.cash, money.reserved, money.buying_power) == (200, 100, 300)


def test_a_rejected_and_an_expired_order_require_nothing(on_margin):
    market = on_margin
    market.place("SELL", 100, "10.00", time_in_force="IOC")
    waiting = market.place("SELL", 10, "10.00").order
    trading.halt(market.symbol, reason="news pending", actor=market.operator)
    market.drain()
    assert order_selectors.access_order(waiting.order_id, actor=market.trader).leaves_qty == 0
    assert available(market.account) == 600


def test_a_replacement_holds_what_the_larger_form_of_its_order_requires(on_margin):
    market = on_margin
    order = market.place("SELL", 40, "10.00").order
    market.drain()
    assert replaced(market, order, 121, "10.00").reject is RejectReason.INSUFFICIENT_BUYING_POWER
    assert replaced(market, order, 100, "9.90").is_accepted
    assert available(market.account) == 600 - 500 - 10
    market.drain()
    # The offer at 9.90 brings the mark down with it.
    assert available(market.account) == 600 - 495
    assert replaced(market, order, 20, "10.00").is_accepted
    assert available(market.account) == 600 - 495
    market.drain()
    assert available(market.account) == 500
    assert not InboxCommand.objects.exists()


def replaced(market, order, quantity, price):
    cl_ord_id = market.ticket("BUY", 1).cl_ord_id
    return orders.replace(
        ReplaceTicket(cl_ord_id, order.order_id, Decimal(quantity), Decimal(price)), actor=market.trader
    )


def test_an_account_that_lacks_margin_may_only_make_its_position_smaller(on_margin):
    market = on_margin
    market.house_places("SELL", 110, "10.00")
    market.place("BUY", 110, "10.00")
    market.drain()
    moves_to(market, "9.00")
    assert available(market.account) < 0
    assert market.place("BUY", 1, "9.00").reject is RejectReason.INSUFFICIENT_BUYING_POWER
    assert market.place("SELL", 111, "9.00").reject is RejectReason.INSUFFICIENT_BUYING_POWER
    assert market.place("SELL", 110, "9.00").is_accepted
    assert market.place("SELL", 1, "9.00").reject is RejectReason.INSUFFICIENT_BUYING_POWER


def moves_to(market, price):
    """The house trades with itself at a price."""
    market.house_places("SELL", 1, price)
    market.house_places("BUY", 1, price)
    market.drain()


def test_leverage_bounds_positions_where_the_margin_would_allow_more(on_margin):
    standings.set_limits(on_margin.account, changes={"leverage_max": Decimal("1.5")}, actor=on_margin.operator)
    assert on_margin.place("BUY", 91, "10.00").reject is RejectReason.LEVERAGE_LIMIT
    assert on_margin.place("BUY", 90, "10.00").is_accepted


def test_fees_are_part_of_what_an_order_requires(on_margin):
    on_margin.list("COST", taker_bps="10", taker_per_lot="0.5")
    assert on_margin.place("BUY", 100, "10.00", symbol="COST").is_accepted
    assert available(on_margin.account) == 600 - 500 - 1 - 50


@pytest.mark.parametrize("side", ["BUY", "SELL"])
@pytest.mark.parametrize(
    "terms",
    [
        {"price": "10.30"},
        {"price": "9.70"},
        {"price": None},
        {"price": None, "protection_px": "10.10"},
        {"ord_type": "STOP", "price": None, "stop_px": "10.40"},
        {"ord_type": "PEGGED", "peg_price_type": "PRIMARY", "price": "10.20"},
        {"price": "10.00", "display_qty": 5},
    ],
    ids=str,
)
def test_the_database_weighs_an_order_as_it_was_weighed_when_it_was_accepted(on_margin, side, terms):
    market = on_margin
    market.list("COST", taker_bps="10", taker_per_lot="0.5", maker_bps="-1")
    market.symbol = "COST"
    market.house_places("SELL", 500, "10.20")
    market.house_places("BUY", 500, "9.95")
    market.drain()
    before = stakes(market.account).exposures
    price = terms.get("price")
    ticket = market.ticket(side, 30, price, **{name: term for name, term in terms.items() if name != "price"})
    instrument = listed("COST")
    accepted = risk.check(ticket, instrument=instrument, account=traded(market.account), means=None)
    weight = weigh(Side[side], lots=30, price_ticks=book_units.named(accepted.price_ticks), instrument=instrument)
    assert orders.place(ticket, actor=market.trader).is_accepted
    (exposure,) = stakes(market.account).exposures.values()
    assert before == {}
    assert (exposure.value, exposure.adverse) == (weight.value, weight.adverse)
    assert exposure.buy_lots + exposure.sell_lots == 30


def listed(symbol) -> ListedInstrument:
    return intake.instruments([symbol])[symbol]


def traded(number):
    with transaction.atomic():
        return intake.lock_account(Account.objects.get(number=number).pk)


WHAT = st.one_of(
    st.tuples(
        st.just("place"),
        st.sampled_from(list(Side)),
        st.sampled_from([1, 20, 60, 130]),
        st.sampled_from([985, 1000, 1015]),
    ),
    st.tuples(
        st.just("house"), st.sampled_from(list(Side)), st.sampled_from([10, 50]), st.sampled_from([990, 1000, 1010])
    ),
    st.tuples(st.just("cancel"), st.integers(0, 20)),
    st.tuples(st.just("replace"), st.integers(0, 20), st.sampled_from([5, 90]), st.sampled_from([990, 1010])),
    st.tuples(st.just("drain")),
)


@hypothesis_settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)
@given(acts=st.lists(WHAT, min_size=15, max_size=30))
def test_what_is_taken_on_is_covered_or_makes_no_position_larger_and_all_of_it_is_given_back(market, acts):
    trading_on_margin = TradingOnMargin(market, symbol=f"M{next(numbers)}")
    for name, *what in acts:
        with suppress(MarketError):
            getattr(trading_on_margin, name)(*what)
    orders.mass_cancel(trading_on_margin.number, actor=market.trader)
    trading_on_margin.drain()
    assert all(
        exposure == exposure.without_orders() for exposure in stakes(trading_on_margin.number).exposures.values()
    )
    assert not InboxCommand.objects.exists()


class TradingOnMargin:
    """A margin account and the house in an instrument of their own; each order that is taken on is looked at."""

    def __init__(self, market, *, symbol):
        market.list(symbol)
        self.market, self.symbol = market, symbol
        self.number = margin_account(market, 600)
        self.placed = []

    def place(self, side, lots, ticks):
        """The margin account places an order."""
        ticket = self._ticket(side, lots, ticks, account=self.number)
        receipt = self._looked_at(lambda: orders.place(ticket, actor=self.market.trader))
        if receipt.is_accepted:
            self.placed.append(receipt.order)

    def house(self, side, lots, ticks):
        """The house places an order."""
        ticket = self._ticket(side, lots, ticks, account=self.market.house_account)
        orders.place(ticket, actor=self.market.house)

    def replace(self, which, lots, ticks):
        """The margin account replaces an order."""
        if self.placed:
            order = self.placed[which % len(self.placed)]
            self._looked_at(lambda: replaced(self.market, order, lots, Decimal(ticks).scaleb(-2)))

    def cancel(self, which):
        """The margin account cancels an order."""
        if self.placed:
            orders.cancel(self.placed[which % len(self.placed)].order_id, actor=self.market.trader)

    def drain(self):
        """The matching service works."""
        self.market.drain(self.symbol)

    def _ticket(self, side, lots, ticks, *, account):
        return self.market.ticket(side.name, lots, Decimal(ticks).scaleb(-2), symbol=self.symbol, account=account)

    def _looked_at(self, act):
        worst_before = self._worst_lots()
        receipt = act()
        if receipt.is_accepted and not receipt.replayed:
            assert available(self.number) >= 0 or self._worst_lots() <= worst_before
        return receipt

    def _worst_lots(self):
        return sum(exposure.worst_lots for exposure in stakes(self.number).exposures.values())
