"""The house on a real exchange: it makes markets trade, and keeps within the rules that hold for everybody."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from access.services import users
from market.errors import Rejected
from market.matcher.drain import Matcher
from market.selectors import depth, orders, positions, tops, trades
from market.services import corporate_actions, options, trading
from simulation.agents.market_maker import LEVELS
from simulation.agents.zero_intelligence import OPEN_ORDERS_MAX
from simulation.house import CANCEL_PATIENCE_TICKS, House
from simulation.services import population
from tests.simulation.exchange import OPERATOR, list_pair, list_share, match_all
from vocabulary import limits
from vocabulary.options import PutOrCall
from vocabulary.orders import OrdStatus
from vocabulary.roles import Role

pytestmark = pytest.mark.usefixtures("clean_database", "warm_kernel")


@pytest.fixture
def matcher():
    return Matcher()


def open_house(*, seed=1, noise_rate_per_s=8.0):
    return House(actor=population.ensure_house_traders(), seed=seed, noise_rate_per_s=noise_rate_per_s)


def let_trade(house, *, ticks, matcher):
    for _ in range(ticks):
        house.tick(elapsed_s=0.25)
        match_all(matcher)


def own_orders(**conditions):
    house = population.ensure_house_traders()
    return orders.of_actor(house, count=limits.PAGE_SIZE_MAX, **conditions)


def test_the_house_makes_a_fresh_market_trade(matcher):
    instruments = [list_share(), list_pair()]
    let_trade(open_house(), ticks=80, matcher=matcher)

    for instrument in instruments:
        printed = trades.newest(instrument.symbol, count=1_000)
        assert len(printed) > 20
        assert len({trade.price for trade in printed}) > 3
        assert all(abs(trade.price / instrument.reference_price - 1) < Decimal("0.05") for trade in printed)
        book = depth.of(instrument.symbol, levels=10)
        assert len(book.bids) >= LEVELS - 1
        assert len(book.offers) >= LEVELS - 1
    assert {order.ord_status for order in own_orders()} <= {
        OrdStatus.NEW,
        OrdStatus.PARTIALLY_FILLED,
        OrdStatus.FILLED,
        OrdStatus.CANCELED,
        OrdStatus.EXPIRED,
    }


def test_the_first_tick_already_quotes_every_instrument(matcher):
    list_share()
    list_pair()

    assert open_house(noise_rate_per_s=0.0).tick(elapsed_s=0.25) == 2 * 2 * LEVELS
    match_all(matcher)
    assert all(top.bid_px is not None and top.offer_px is not None for top in tops.every())


def test_what_the_house_wins_in_one_account_it_loses_in_another(matcher):
    list_share()
    let_trade(open_house(), ticks=40, matcher=matcher)

    held = positions.of_actor(population.ensure_house_traders())
    assert sum(position.quantity for position in held) == 0
    assert sum(position.cash for position in held) == 0
    assert any(position.quantity for position in held)


def test_open_orders_stay_few(matcher):
    list_share()
    let_trade(open_house(noise_rate_per_s=40.0), ticks=100, matcher=matcher)

    assert len(own_orders(is_open=True)) <= 2 * 2 * LEVELS + population.NOISE_ACCOUNTS * OPEN_ORDERS_MAX


def test_orders_of_an_earlier_run_are_canceled_at_the_start(matcher):
    list_share()
    let_trade(open_house(), ticks=4, matcher=matcher)
    left = {order.order_id for order in own_orders(is_open=True)}
    assert left

    open_house().clear_left_overs()
    match_all(matcher)

    assert own_orders(is_open=True) == []
    assert {order.ord_status for order in own_orders() if order.order_id in left} == {OrdStatus.CANCELED}


def test_the_same_seed_twice_needs_no_cl_ord_id_twice(matcher):
    list_share()
    first = open_house(seed=3).tick(elapsed_s=0.25)

    again = open_house(seed=3)
    again.clear_left_overs()

    assert again.tick(elapsed_s=0.25) == first
    assert len(own_orders()) == 2 * first


def test_a_halted_instrument_gets_no_orders_until_it_resumes(matcher):
    list_share()
    list_pair()
    house = open_house()
    let_trade(house, ticks=4, matcher=matcher)
    trading.halt("ACME", reason="news pending", actor=OPERATOR)
    before = len(own_orders(symbol="ACME"))
    elsewhere = len(own_orders(symbol="EUR-JPY"))

    let_trade(house, ticks=20, matcher=matcher)
    assert len(own_orders(symbol="ACME")) == before
    assert len(own_orders(symbol="EUR-JPY")) > elsewhere

    trading.resume("ACME", actor=OPERATOR)
    let_trade(house, ticks=20, matcher=matcher)
    assert len(own_orders(symbol="ACME")) > before


def test_an_instrument_listed_later_is_traded_too(matcher):
    list_share()
    house = open_house()
    let_trade(house, ticks=2, matcher=matcher)
    list_pair()
    let_trade(house, ticks=8, matcher=matcher)

    assert own_orders(symbol="EUR-JPY", is_open=True)


def test_after_a_split_the_house_quotes_around_the_restated_price(matcher):
    list_share()
    house = open_house()
    let_trade(house, ticks=8, matcher=matcher)
    trading.halt("ACME", reason="split", actor=OPERATOR)
    split = {"new_units": 4, "old_units": 1, "reference": "split-1"}
    staff = users.create(username="stella", password="correct-horse-battery-1", role=Role.STAFF)
    with suppress(Rejected):
        corporate_actions.split("ACME", **split, actor=staff)
    match_all(matcher)
    restated = corporate_actions.split("ACME", **split, actor=staff).amount
    trading.resume("ACME", actor=OPERATOR)
    let_trade(house, ticks=8, matcher=matcher)

    quoted = [order.price for order in own_orders(symbol="ACME", is_open=True)]
    assert quoted
    assert all(abs(price / restated - 1) < Decimal("0.1") for price in quoted)


def test_options_and_what_was_delisted_are_left_alone(matcher):
    list_share()
    options.list_contract(
        "ACME",
        put_or_call=PutOrCall.CALL,
        strike_price=Decimal("10.00"),
        expires_at=datetime.now(UTC) + timedelta(days=30),
        symbol="CALL-1",
        actor=OPERATOR,
    )
    let_trade(open_house(), ticks=8, matcher=matcher)
    assert own_orders(symbol="ACME")
    assert not own_orders(symbol="CALL-1")


def test_cancels_that_wait_for_the_matcher_are_not_sent_again(matcher):
    list_share()
    house = open_house(noise_rate_per_s=0.0)
    let_trade(house, ticks=1, matcher=matcher)
    house.clear_left_overs()
    house.distrust()

    for _ in range(CANCEL_PATIENCE_TICKS // 2):
        house.tick(elapsed_s=0.0)

    # Twenty quotes: ten that are being canceled, ten that took their places; nothing more while the matcher is away.
    assert len(own_orders(is_open=True)) == 2 * 2 * LEVELS
