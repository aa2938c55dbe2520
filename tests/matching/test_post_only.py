"""The rules of orders that may only rest, drawn."""

import numpy as np
import pytest

from tests.matching.drawing import auction, buy, draw, order_of, peg_sell, picture_of, play, replace, sell, tidy
from vocabulary.orders import ExecInst, PegPriceType, TimeInForce

POST_ONLY = {"exec_inst": ExecInst.POST_ONLY}
SLIDE = {"exec_inst": ExecInst.POST_ONLY | ExecInst.SLIDE}
PICTURE = "101 A 10\n ---\n 99 B 10"


def test_an_order_that_would_not_trade_rests(matcher):
    draw(matcher, PICTURE)
    assert play(matcher, buy("C", 5, at=100, **POST_ONLY)) == ["C NEW leaves 5"]
    assert picture_of(matcher) == tidy("101 A 10\n ---\n 100 C 5\n 99 B 10")


@pytest.mark.parametrize("order", [buy("C", 5, at=101, **POST_ONLY), sell("C", 5, at=99, **POST_ONLY)])
def test_an_order_that_would_trade_is_rejected(matcher, order):
    draw(matcher, PICTURE)
    assert play(matcher, order) == ["C REJECTED would_trade"]
    assert picture_of(matcher) == tidy(PICTURE)


def test_a_sliding_order_rests_one_tick_short_of_the_best_price_opposite(matcher):
    draw(matcher, PICTURE)
    assert play(matcher, buy("C", 5, at=105, **SLIDE)) == ["C NEW leaves 5"]
    assert order_of(matcher, "C")["price_ticks"] == 100
    assert play(matcher, sell("D", 5, at=99, **SLIDE)) == ["D NEW leaves 5"]
    assert picture_of(matcher) == tidy("101 A 10, D 5\n ---\n 100 C 5\n 99 B 10")


def test_a_sliding_order_tells_the_price_at_which_it_stands(matcher):
    draw(matcher, PICTURE)
    (event,) = matcher.apply(buy("C", 5, at=105, **SLIDE))
    assert event["price_ticks"] == 100


def test_an_order_that_would_slide_out_of_the_range_is_rejected(matcher):
    draw(matcher, "1 A 10\n ---")
    (event,) = matcher.apply(buy("C", 5, at=5, **SLIDE))
    assert (event["kind"], event["price_ticks"]) == (8, 5)
    assert play(matcher, buy("C", 5, at=5, **SLIDE)) == ["C REJECTED would_trade"]


def test_a_pegged_order_counts_as_the_best_price_opposite(matcher):
    draw(matcher, "---\n 99 B 10")
    play(matcher, peg_sell("P", 5, to=PegPriceType.MARKET))
    assert picture_of(matcher) == tidy("100 P 5\n ---\n 99 B 10")
    assert play(matcher, buy("C", 5, at=100, **POST_ONLY)) == ["C REJECTED would_trade"]


def test_in_a_call_it_rests_at_its_price(matcher):
    play(matcher, auction(), sell("A", 10, at=101))
    assert play(matcher, buy("C", 5, at=105, **POST_ONLY), buy("D", 5, at=105, **SLIDE)) == [
        "C NEW leaves 5",
        "D NEW leaves 5",
    ]
    assert picture_of(matcher) == tidy("101 A 10\n ---\n 105 C 5, D 5")


def test_a_replace_that_would_trade_is_refused(matcher):
    draw(matcher, PICTURE)
    play(matcher, buy("C", 5, at=98, **POST_ONLY))
    (event,) = matcher.apply(replace("C", 7, at=101))
    assert (event["reason"], event["price_ticks"], event["order_qty_lots"]) == (114, 98, 5)
    assert play(matcher, replace("C", 7, at=100)) == ["C REPLACED leaves 7"]


def test_a_replace_slides(matcher):
    draw(matcher, PICTURE)
    play(matcher, buy("C", 5, at=98, **SLIDE))
    (event,) = matcher.apply(replace("C", 5, at=150))
    assert event["price_ticks"] == 100
    assert picture_of(matcher) == tidy("101 A 10\n ---\n 100 C 5\n 99 B 10")


def test_an_order_that_slides_to_the_price_it_has_keeps_its_place(matcher):
    draw(matcher, PICTURE)
    play(matcher, buy("C", 5, at=100, **SLIDE), buy("D", 5, at=100))
    play(matcher, replace("C", 4, at=120))
    assert picture_of(matcher) == tidy("101 A 10\n ---\n 100 C 4, D 5\n 99 B 10")


def refused() -> list[np.ndarray]:
    return [
        buy("C", 5, at=None, **POST_ONLY),
        buy("C", 5, at=100, exec_inst=ExecInst.SLIDE),
        *(
            buy("C", 5, at=100, time_in_force=time_in_force, **POST_ONLY)
            for time_in_force in (
                TimeInForce.IOC,
                TimeInForce.FOK,
                TimeInForce.AT_THE_OPEN,
                TimeInForce.AT_THE_CLOSE,
            )
        ),
    ]


@pytest.mark.parametrize("order", refused())
def test_only_limit_orders_that_stay_can_be_post_only(matcher, order):
    assert play(matcher, order) == ["C REJECTED invalid_terms"]
