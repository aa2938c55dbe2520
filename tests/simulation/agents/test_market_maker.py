"""A market maker quotes both sides, never crosses itself, leans against its inventory and keeps few orders open."""

import numpy as np
import pytest

from simulation.agents.fundamental import FairValue
from simulation.agents.market_maker import LEVELS, MarketMaker
from simulation.agents.view import OwnOrder
from tests.simulation.agents.drawing import REFERENCE_TICKS, Blotter, cancels, draw_view, places
from vocabulary.orders import OrdType, Side, TimeInForce


def maker(*, seed=1, reference_ticks=REFERENCE_TICKS):
    values, sizes = (np.random.default_rng(child) for child in np.random.SeedSequence(seed).spawn(2))
    fair_value = FairValue(reference_ticks=reference_ticks, start_ticks=reference_ticks, generator=values)
    return MarketMaker(reference_ticks=reference_ticks, fair_value=fair_value, generator=sizes)


def quotes(intentions, side):
    return sorted(place.price_ticks for place in places(intentions) if place.side is side)


def test_an_empty_market_gets_quotes_on_both_sides():
    intentions = maker().act(draw_view(bid_ticks=None, offer_ticks=None, last_ticks=None))

    assert cancels(intentions) == []
    bids, offers = quotes(intentions, Side.BUY), quotes(intentions, Side.SELL)
    assert len(bids) == len(offers) == LEVELS
    assert offers[0] - bids[-1] == 5
    assert abs(bids[-1] - REFERENCE_TICKS) < 20
    assert {(p.ord_type, p.time_in_force) for p in places(intentions)} == {(OrdType.LIMIT, TimeInForce.DAY)}


def test_quotes_that_fit_are_left_alone():
    agent, blotter = maker(), Blotter()
    blotter.note(agent.act(draw_view()))

    assert agent.act(draw_view(own_orders=blotter.own_orders, elapsed_s=0.0)) == []


@pytest.mark.parametrize("reference_ticks", [40, 1_003, 10_000, 250_000])
def test_quotes_never_cross_and_stay_few_however_long_it_trades(reference_ticks):
    agent, blotter = maker(reference_ticks=reference_ticks), Blotter()
    generator = np.random.default_rng(5)
    limits = {"low_limit_ticks": reference_ticks // 2, "high_limit_ticks": reference_ticks * 3 // 2}
    for _ in range(3_000):
        position = int(generator.integers(-2_000, 2_001))
        blotter.note(agent.act(draw_view(own_orders=blotter.own_orders, position_lots=position, **limits)))
        bids = [order.price_ticks for order in blotter.own_orders if order.side is Side.BUY]
        offers = [order.price_ticks for order in blotter.own_orders if order.side is Side.SELL]
        assert len(bids) == len(offers) == LEVELS
        assert max(bids) < min(offers)
        assert min(bids) >= limits["low_limit_ticks"]
        assert max(offers) <= limits["high_limit_ticks"]


def test_a_long_position_lowers_both_sides_and_a_short_one_raises_them():
    flat, long, short = (maker().act(draw_view(position_lots=lots)) for lots in (0, 1_200, -1_200))

    for side in Side:
        assert quotes(long, side)[0] == quotes(flat, side)[0] - 15
        assert quotes(short, side)[0] == quotes(flat, side)[0] + 15


def test_a_level_that_is_nearly_used_up_is_filled_again():
    agent, blotter = maker(), Blotter()
    blotter.note(agent.act(draw_view()))
    taken = next(order for order in blotter.own_orders if order.side is Side.SELL)
    blotter.orders[taken.order_id] = taken._replace(leaves_lots=3)

    [again] = agent.act(draw_view(own_orders=blotter.own_orders, elapsed_s=0.0))

    assert (again.side, again.price_ticks) == (Side.SELL, taken.price_ticks)
    assert again.order_qty_lots >= 20


def test_an_order_off_the_grid_is_canceled():
    stray = OwnOrder(99, Side.BUY, REFERENCE_TICKS - 5_000, 10)

    assert [cancel.order_id for cancel in cancels(maker().act(draw_view(own_orders=(stray,))))] == [99]


def test_no_quote_lies_outside_the_band():
    intentions = maker().act(draw_view(high_limit_ticks=REFERENCE_TICKS + 10))

    assert quotes(intentions, Side.SELL)[-1] <= REFERENCE_TICKS + 10
    assert len(quotes(intentions, Side.SELL)) < LEVELS
    assert len(quotes(intentions, Side.BUY)) == LEVELS


def test_no_order_is_larger_than_the_largest_allowed():
    intentions = maker().act(draw_view(order_qty_lots_max=4))

    assert {place.order_qty_lots for place in places(intentions)} == {4}


def test_a_halt_pauses_everything():
    assert maker().act(draw_view(is_halted=True)) == []


def test_the_same_seed_and_views_give_the_same_intentions():
    views = [draw_view(position_lots=lots) for lots in range(0, 3_000, 100)]
    first, again, other = maker(seed=3), maker(seed=3), maker(seed=4)

    assert [first.act(view) for view in views] == [again.act(view) for view in views]
    assert [first.act(view) for view in views] != [other.act(view) for view in views]
