"""The rules of cancel and replace, drawn."""

import pytest

from tests.matching.drawing import buy, cancel, draw, picture_of, replace, sell, tidy, told
from vocabulary.limits import ORDER_QTY_LOTS_MAX

QUEUE = "101 A 10, B 20, C 30\n ---"


@pytest.mark.parametrize(
    ("name", "left"),
    [("A", "101 B 20, C 30\n ---"), ("B", "101 A 10, C 30\n ---"), ("C", "101 A 10, B 20\n ---")],
)
def test_a_cancel_takes_the_order_out_of_any_place_in_the_queue(matcher, name, left):
    draw(matcher, QUEUE)
    assert told(matcher.apply(cancel(name))) == [f"{name} CANCELED"]
    assert picture_of(matcher) == tidy(left)


def test_a_cancel_reports_what_was_done_and_leaves_nothing(matcher):
    draw(matcher, "101 A 10\n ---")
    matcher.apply(buy("B", 4, at=101))
    (event,) = matcher.apply(cancel("A"))
    assert (event["order_qty_lots"], event["cum_qty_lots"], event["leaves_qty_lots"]) == (10, 4, 0)
    assert picture_of(matcher) == "---"


def test_a_cancel_of_an_order_that_is_not_open_is_rejected(matcher):
    draw(matcher, QUEUE)
    matcher.apply(buy("D", 10, at=101))
    for name in ("A", "D", "Z"):
        assert told(matcher.apply(cancel(name))) == [f"{name} CANCEL_REJECTED unknown_order"]
    assert picture_of(matcher) == tidy("101 B 20, C 30\n ---")


def test_a_strangers_order_looks_like_one_that_does_not_exist(matcher):
    draw(matcher, QUEUE)
    for amendment in (cancel("A", account_id=102), replace("A", 5, at=101, account_id=102)):
        (event,) = matcher.apply(amendment)
        assert told([event])[0].endswith("REJECTED unknown_order")
        shown = ("side", "price_ticks", "order_qty_lots", "cum_qty_lots", "leaves_qty_lots", "account_id")
        assert [event[name] for name in shown] == [0, -1, 0, 0, 0, 102]
    assert picture_of(matcher) == tidy(QUEUE)


def test_a_lower_quantity_keeps_the_place_in_the_queue(matcher):
    draw(matcher, QUEUE)
    assert told(matcher.apply(replace("A", 6, at=101))) == ["A REPLACED leaves 6"]
    assert picture_of(matcher) == tidy("101 A 6, B 20, C 30\n ---")


def test_the_same_terms_again_keep_the_place_in_the_queue(matcher):
    draw(matcher, QUEUE)
    matcher.apply(replace("A", 10, at=101))
    assert picture_of(matcher) == tidy(QUEUE)


def test_a_higher_quantity_goes_to_the_end_of_the_queue(matcher):
    draw(matcher, QUEUE)
    assert told(matcher.apply(replace("A", 11, at=101))) == ["A REPLACED leaves 11"]
    assert picture_of(matcher) == tidy("101 B 20, C 30, A 11\n ---")


def test_another_price_goes_to_the_end_of_its_queue(matcher):
    draw(matcher, "102 D 5\n 101 A 10, B 20\n ---")
    matcher.apply(replace("A", 10, at=102))
    assert picture_of(matcher) == tidy("102 D 5, A 10\n 101 B 20\n ---")


def test_a_replaced_quantity_is_the_new_total(matcher):
    draw(matcher, "101 A 10\n ---")
    matcher.apply(buy("B", 4, at=101))
    (event,) = matcher.apply(replace("A", 7, at=101))
    assert (event["order_qty_lots"], event["cum_qty_lots"], event["leaves_qty_lots"]) == (7, 4, 3)


@pytest.mark.parametrize("quantity", [3, 4])
def test_a_total_that_is_done_already_is_refused(matcher, quantity):
    draw(matcher, "101 A 10\n ---")
    matcher.apply(buy("B", 4, at=101))
    (event,) = matcher.apply(replace("A", quantity, at=101))
    assert told([event]) == ["A REPLACE_REJECTED not_replaceable"]
    assert (event["order_qty_lots"], event["cum_qty_lots"], event["leaves_qty_lots"]) == (10, 4, 6)
    assert picture_of(matcher) == tidy("101 A 6\n ---")


@pytest.mark.parametrize(
    ("quantity", "price", "reason"),
    [
        (5, 0, "price_out_of_range"),
        (5, -1, "price_out_of_range"),
        (5, 201, "price_out_of_range"),
        (0, 101, "incorrect_quantity"),
        (-5, 101, "incorrect_quantity"),
        (ORDER_QTY_LOTS_MAX + 1, 101, "incorrect_quantity"),
    ],
)
def test_a_refused_replace_leaves_the_order_as_it_was(matcher, quantity, price, reason):
    draw(matcher, QUEUE)
    assert told(matcher.apply(replace("A", quantity, at=price))) == [f"A REPLACE_REJECTED {reason}"]
    assert picture_of(matcher) == tidy(QUEUE)


def test_a_replace_that_crosses_trades_as_aggressor_and_rests_the_remainder(matcher):
    draw(matcher, "101 A 10\n ---\n 99 B 25")
    assert told(matcher.apply(replace("B", 25, at=101))) == [
        "B REPLACED leaves 25",
        "A TRADE 10 @ 101 leaves 0",
        "B TRADE 10 @ 101 leaves 15",
    ]
    assert picture_of(matcher) == tidy("---\n 101 B 15")


def test_a_replaced_order_can_trade_away_whole_and_its_id_is_free_again(matcher):
    draw(matcher, "101 A 10\n ---\n 99 B 10")
    matcher.apply(replace("B", 10, at=101))
    assert picture_of(matcher) == "---"
    assert told(matcher.apply(sell("B", 1, at=150))) == ["B NEW leaves 1"]


def test_a_replaced_order_stays_with_its_owner_and_can_be_canceled(matcher):
    draw(matcher, QUEUE)
    matcher.apply(replace("B", 50, at=150))
    assert told(matcher.apply(cancel("B"))) == ["B CANCELED"]
    assert picture_of(matcher) == tidy("101 A 10, C 30\n ---")
