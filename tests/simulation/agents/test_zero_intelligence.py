"""A zero-intelligence trader is random, but never takes with a limit order and stays within its bounds."""

import numpy as np

from simulation.agents.view import OwnOrder
from simulation.agents.zero_intelligence import OPEN_ORDERS_MAX, ZeroIntelligenceTrader
from tests.simulation.agents.drawing import REFERENCE_TICKS, Blotter, cancels, draw_view, places
from vocabulary.orders import OrdType, Side, TimeInForce


def trader(*, seed=1, rate_per_s=4.0):
    return ZeroIntelligenceTrader(rate_per_s=rate_per_s, generator=np.random.default_rng(seed))


def many(agent, view, *, times=2_000):
    return [intention for _ in range(times) for intention in agent.act(view)]


def test_orders_arrive_at_the_rate_asked_for():
    placed = places(many(trader(rate_per_s=2.0), draw_view(elapsed_s=0.25), times=8_000))

    assert abs(len(placed) - 4_000) < 200


def test_limit_orders_never_take_and_market_orders_never_rest():
    placed = places(many(trader(), draw_view()))
    limit_orders = [place for place in placed if place.ord_type is OrdType.LIMIT]
    market_orders = [place for place in placed if place.ord_type is OrdType.MARKET]

    assert limit_orders
    assert all(place.price_ticks < REFERENCE_TICKS + 3 for place in limit_orders if place.side is Side.BUY)
    assert all(place.price_ticks > REFERENCE_TICKS - 3 for place in limit_orders if place.side is Side.SELL)
    assert market_orders
    assert {(place.price_ticks, place.time_in_force) for place in market_orders} == {(None, TimeInForce.IOC)}


def test_an_empty_side_is_not_taken_from():
    placed = places(many(trader(), draw_view(bid_ticks=None, offer_ticks=None)))

    assert {place.ord_type for place in placed} == {OrdType.LIMIT}


def test_its_own_order_at_the_touch_is_not_taken():
    own = OwnOrder(1, Side.SELL, REFERENCE_TICKS + 3, 5)
    placed = places(many(trader(), draw_view(own_orders=(own,))))

    takers = [place for place in placed if place.ord_type is OrdType.MARKET]
    assert {place.side for place in takers} == {Side.SELL}


def test_open_orders_stay_bounded():
    agent, blotter = trader(rate_per_s=100.0), Blotter()
    most = 0
    for _ in range(5_000):
        blotter.note(agent.act(draw_view(own_orders=blotter.own_orders)))
        most = max(most, len(blotter.orders))

    assert most == OPEN_ORDERS_MAX


def test_open_orders_are_canceled_in_time():
    own = tuple(OwnOrder(number, Side.BUY, REFERENCE_TICKS - 50, 1) for number in range(10))
    ended = len(cancels(many(trader(rate_per_s=0.0), draw_view(own_orders=own, elapsed_s=0.25), times=600)))

    # Ten orders with a mean life of 15 s, watched for 150 s in which each that ends is replaced.
    assert 70 < ended < 130


def test_a_long_trader_sells_more_and_a_short_one_buys_more():
    def bought(position_lots):
        placed = places(many(trader(), draw_view(position_lots=position_lots)))
        return sum(place.side is Side.BUY for place in placed) / len(placed)

    assert abs(bought(0) - 0.5) < 0.05
    assert abs(bought(10_000) - 0.2) < 0.05
    assert abs(bought(-10_000) - 0.8) < 0.05


def test_no_order_lies_outside_the_band_or_is_too_large():
    view = draw_view(low_limit_ticks=9_995, high_limit_ticks=10_005, order_qty_lots_max=3)
    placed = places(many(trader(), view))

    assert all(9_995 <= place.price_ticks <= 10_005 for place in placed if place.price_ticks is not None)
    assert max(place.order_qty_lots for place in placed) == 3


def test_a_halt_pauses_everything():
    own = (OwnOrder(1, Side.BUY, REFERENCE_TICKS - 50, 1),)

    assert many(trader(), draw_view(is_halted=True, own_orders=own)) == []


def test_the_same_seed_and_views_give_the_same_intentions():
    assert many(trader(seed=3), draw_view(), times=50) == many(trader(seed=3), draw_view(), times=50)
    assert many(trader(seed=3), draw_view(), times=50) != many(trader(seed=4), draw_view(), times=50)
