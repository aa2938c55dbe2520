"""The rules of linked orders, drawn."""

import numpy as np
import pytest

from tests.matching.drawing import (
    account_id,
    auction,
    buy,
    cancel,
    expire,
    halt,
    held_for,
    open_,
    or_else,
    order_of,
    peg_buy,
    picture_of,
    play,
    replace,
    sell,
    stop_sell,
    tidy,
    waiting,
)
from vocabulary.orders import OrdType, PegPriceType, TimeInForce


def take_profit_or_stop_loss() -> list[np.ndarray]:
    return [sell("A", 10, at=105), stop_sell("B", 10, stop_px=95, **or_else("A"))]


def bracket() -> list[np.ndarray]:
    """An entry order at 100, its take-profit at 105 and its stop-loss at 95."""
    return [
        buy("A", 10, at=100),
        sell("B", 10, at=105, **held_for("A")),
        stop_sell("C", 10, stop_px=95, **held_for("A")),
    ]


def links_of(matcher, name: str) -> tuple[int, int, int]:
    order = order_of(matcher, name)
    return tuple(int(order[field]) for field in ("contingency_type", "linked_order_id", "second_linked_order_id"))


def test_when_one_trades_in_any_quantity_the_other_is_canceled(matcher):
    play(matcher, *take_profit_or_stop_loss())
    assert (links_of(matcher, "A"), links_of(matcher, "B")) == ((1, 2, 0), (1, 1, 0))
    assert play(matcher, buy("C", 4, at=105)) == [
        "C NEW leaves 4",
        "A TRADE 4 @ 105 leaves 6",
        "C TRADE 4 @ 105 leaves 0",
        "B CANCELED linked_order",
    ]
    assert picture_of(matcher) == tidy("105 A 6\n ---")
    assert links_of(matcher, "A") == (0, 0, 0)


def test_when_a_stop_acts_and_trades_its_partner_is_canceled(matcher):
    play(matcher, *take_profit_or_stop_loss(), buy("D", 1, at=95), buy("E", 3, at=94))
    assert play(matcher, sell("F", 1, at=95))[3:] == [
        "B TRIGGERED leaves 10",
        "E TRADE 3 @ 94 leaves 0",
        "B TRADE 3 @ 94 leaves 7",
        "A CANCELED linked_order",
        "B CANCELED no_liquidity",
    ]


@pytest.mark.parametrize(
    ("ends", "how"), [(cancel("A"), "CANCELED"), (expire("A"), "EXPIRED"), (cancel("B", account_id=101), "CANCELED")]
)
def test_when_one_closes_the_other_is_canceled_next(matcher, ends, how):
    play(matcher, *take_profit_or_stop_loss())
    first, second = ("A", "B") if ends["order_id"][0] == 1 else ("B", "A")
    assert play(matcher, ends) == [f"{first} {how}", f"{second} CANCELED linked_order"]


def test_a_new_order_that_trades_at_once_cancels_its_partner(matcher):
    play(matcher, sell("A", 10, at=105), buy("D", 3, at=100), buy("E", 3, at=99))
    assert play(matcher, sell("B", 10, at=99, **or_else("A"))) == [
        "B NEW leaves 10",
        "D TRADE 3 @ 100 leaves 0",
        "B TRADE 3 @ 100 leaves 7",
        "A CANCELED linked_order",
        "E TRADE 3 @ 99 leaves 0",
        "B TRADE 3 @ 99 leaves 4",
    ]


def test_the_makers_partner_is_canceled_before_the_aggressors(matcher):
    play(matcher, buy("A", 10, at=90), sell("B", 10, at=105), sell("C", 10, at=106, **or_else("B")))
    assert play(matcher, buy("D", 2, at=105, **or_else("A")))[1:] == [
        "B TRADE 2 @ 105 leaves 8",
        "D TRADE 2 @ 105 leaves 0",
        "C CANCELED linked_order",
        "A CANCELED linked_order",
    ]


def test_a_partner_that_the_aggressor_was_about_to_meet_is_gone(matcher):
    play(matcher, sell("A", 5, at=101), sell("B", 5, at=101, **or_else("A")), sell("C", 5, at=102))
    assert play(matcher, buy("D", 12, at=102))[1:] == [
        "A TRADE 5 @ 101 leaves 0",
        "D TRADE 5 @ 101 leaves 7",
        "B CANCELED linked_order",
        "C TRADE 5 @ 102 leaves 0",
        "D TRADE 5 @ 102 leaves 2",
    ]


@pytest.mark.parametrize(
    "order",
    [
        sell("X", 5, at=110, **or_else("Z")),
        sell("X", 5, at=110, **(or_else("A") | {"account_id": 999})),
        buy("X", 5, at=90, **or_else("A")),
        sell("X", 5, at=110, **or_else("B")),
        buy("X", 5, at=90, **or_else("P")),
        buy("X", 5, at=90, **or_else("E")),
        sell("X", 5, at=110, **or_else("F")),
        sell("X", 5, at=110, **held_for("Z")),
        sell("X", 5, at=110, **(held_for("E") | {"account_id": 999})),
        sell("X", 5, at=110, **held_for("A")),
        sell("X", 5, at=110, **held_for("P")),
        buy("X", 5, at=90, **(held_for("F") | {"account_id": account_id("E")})),
        buy("X", 5, at=90, **held_for("E")),
        sell("X", 5, at=110, **held_for("K")),
    ],
)
def test_an_order_that_cannot_be_linked_to_is_as_good_as_unknown(matcher, order):
    play(matcher, *take_profit_or_stop_loss(), peg_buy("P", 5, to=PegPriceType.PRIMARY))
    play(matcher, buy("E", 5, at=90), sell("F", 5, at=110, **held_for("E")))
    play(matcher, buy("K", 5, at=90), sell("L", 5, at=110, **held_for("K")), sell("M", 5, at=110, **held_for("K")))
    before = matcher.snapshot()[128:]
    assert play(matcher, order) == ["X REJECTED unknown_link"]
    assert matcher.snapshot()[128:] == before


@pytest.mark.parametrize(
    "order",
    [
        buy("X", 5, at=100, **or_else("X")),
        buy("X", 5, at=100, contingency_type=1),
        buy("X", 5, at=100, linked_order_id=1),
        buy("X", 5, at=100, **or_else("A"), time_in_force=TimeInForce.IOC),
        buy("X", 5, at=100, **or_else("A"), time_in_force=TimeInForce.AT_THE_CLOSE),
        buy("X", 5, at=100, **or_else("A"), ord_type=OrdType.PEGGED, peg_price_type=PegPriceType.MID),
        buy("X", 5, at=100, **held_for("A"), min_qty_lots=1),
        buy("X", 5, at=100, **held_for("A"), exec_inst=1),
    ],
)
def test_terms_that_do_not_go_with_a_link_are_rejected(matcher, order):
    play(matcher, buy("A", 10, at=90))
    assert play(matcher, order) == ["X REJECTED invalid_terms"]


def test_held_orders_stand_aside_until_their_parent_is_filled(matcher):
    assert play(matcher, *bracket()) == ["A NEW leaves 10", "B NEW leaves 10 hides 10", "C NEW leaves 10 hides 10"]
    assert picture_of(matcher) == tidy("---\n 100 A 10")
    assert waiting(matcher) == ["B sell 10 aside", "C sell 10 aside"]
    assert [links_of(matcher, name) for name in "ABC"] == [(0, 2, 3), (2, 1, 0), (2, 1, 0)]
    assert play(matcher, sell("D", 10, at=100)) == [
        "D NEW leaves 10",
        "A TRADE 10 @ 100 leaves 0",
        "D TRADE 10 @ 100 leaves 0",
        "B TRIGGERED leaves 10",
        "C TRIGGERED leaves 10 hides 10",
    ]
    assert picture_of(matcher) == tidy("105 B 10\n ---")
    assert waiting(matcher) == ["C sell 10 stop 95"]
    assert [links_of(matcher, name) for name in "BC"] == [(1, 3, 0), (1, 2, 0)]


def test_the_take_profit_cancels_the_stop_loss(matcher):
    play(matcher, *bracket(), sell("D", 10, at=100))
    assert play(matcher, buy("E", 10, at=105)) == [
        "E NEW leaves 10",
        "B TRADE 10 @ 105 leaves 0",
        "E TRADE 10 @ 105 leaves 0",
        "C CANCELED linked_order",
    ]


def test_a_part_of_a_fill_releases_nothing(matcher):
    play(matcher, *bracket())
    assert len(play(matcher, sell("D", 4, at=100))) == 3
    assert waiting(matcher) == ["B sell 10 aside", "C sell 10 aside"]


def test_a_parent_closed_unfilled_takes_its_held_orders_along(matcher):
    play(matcher, *bracket())
    assert play(matcher, cancel("A")) == ["A CANCELED", "B CANCELED linked_order", "C CANCELED linked_order"]
    assert waiting(matcher) == []


def test_a_parent_closed_after_a_part_releases_as_much_as_it_filled(matcher):
    play(matcher, *bracket(), sell("D", 4, at=100))
    assert play(matcher, cancel("A")) == ["A CANCELED", "B TRIGGERED leaves 4", "C TRIGGERED leaves 4 hides 4"]
    assert order_of(matcher, "B")["order_qty_lots"] == 4


def test_a_held_order_smaller_than_the_fill_keeps_its_quantity(matcher):
    play(matcher, buy("A", 10, at=100), sell("B", 3, at=105, **held_for("A")))
    assert play(matcher, sell("D", 10, at=100))[-1] == "B TRIGGERED leaves 3"
    assert links_of(matcher, "B") == (0, 0, 0)


def test_a_released_order_takes_when_the_order_that_filled_its_parent_is_done(matcher):
    play(matcher, buy("A", 10, at=100), sell("B", 10, at=98, **held_for("A")), buy("F", 4, at=99), buy("G", 9, at=98))
    assert play(matcher, sell("D", 14, at=99)) == [
        "D NEW leaves 14",
        "A TRADE 10 @ 100 leaves 0",
        "D TRADE 10 @ 100 leaves 4",
        "F TRADE 4 @ 99 leaves 0",
        "D TRADE 4 @ 99 leaves 0",
        "B TRIGGERED leaves 10",
        "G TRADE 9 @ 98 leaves 0",
        "B TRADE 9 @ 98 leaves 1",
    ]
    assert picture_of(matcher) == tidy("98 B 1\n ---")


def test_a_released_stop_that_is_reached_already_acts_at_the_end_of_the_queue(matcher):
    play(matcher, buy("A", 10, at=100), stop_sell("C", 10, stop_px=101, **held_for("A")))
    play(matcher, sell("B", 10, at=105, **held_for("A")))
    assert play(matcher, sell("D", 10, at=100))[3:] == [
        "C TRIGGERED leaves 10 hides 10",
        "B TRIGGERED leaves 10",
        "C TRIGGERED leaves 10",
        "C CANCELED no_liquidity",
        "B CANCELED linked_order",
    ]


def test_a_released_order_that_trades_cancels_its_partner_before_that_one_acts(matcher):
    play(matcher, buy("F", 10, at=98), buy("A", 10, at=100))
    play(matcher, sell("B", 10, at=98, **held_for("A")), sell("C", 10, at=98, **held_for("A")))
    assert play(matcher, sell("D", 10, at=100))[3:] == [
        "B TRIGGERED leaves 10",
        "F TRADE 10 @ 98 leaves 0",
        "B TRADE 10 @ 98 leaves 0",
        "C CANCELED linked_order",
    ]


def test_a_held_order_that_closes_is_forgotten(matcher):
    play(matcher, *bracket())
    assert play(matcher, cancel("B", account_id=101)) == ["B CANCELED"]
    assert links_of(matcher, "A") == (0, 3, 0)
    play(matcher, sell("E", 10, at=106, **held_for("A")))
    assert links_of(matcher, "A") == (0, 3, 5)


def test_a_held_stop_takes_a_new_stop_price(matcher):
    play(matcher, *bracket())
    assert play(matcher, replace("C", 8, at=90, stop_px_ticks=97, account_id=101)) == ["C REPLACED leaves 8 hides 8"]
    assert waiting(matcher) == ["B sell 10 aside", "C sell 8 aside"]
    play(matcher, sell("D", 10, at=100))
    assert waiting(matcher) == ["C sell 8 stop 97"]


def test_in_a_halt_a_released_order_rests_though_it_could_trade(matcher):
    play(matcher, *bracket(), buy("E", 5, at=99), sell("D", 4, at=100), replace("B", 10, at=99, account_id=101), halt())
    assert play(matcher, cancel("A")) == ["A CANCELED", "B TRIGGERED leaves 4", "C TRIGGERED leaves 4 hides 4"]
    assert picture_of(matcher) == tidy("99 B 4\n ---\n 99 E 5")


def test_in_an_uncross_the_bids_links_act_first(matcher):
    play(matcher, auction(), sell("A", 5, at=100), sell("B", 5, at=104, **or_else("A")))
    play(matcher, buy("C", 5, at=101), buy("D", 5, at=90, **or_else("C")))
    assert play(matcher, open_()) == [
        "PHASE_CHANGED CONTINUOUS 5 @ 100",
        "C TRADE 5 @ 100 leaves 0",
        "A TRADE 5 @ 100 leaves 0",
        "D CANCELED linked_order",
        "B CANCELED linked_order",
    ]
