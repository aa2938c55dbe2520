"""The rules of icebergs, drawn."""

import pytest

from tests.matching.drawing import buy, draw, picture_of, play, replace, sell, stop_sell, tidy
from vocabulary.orders import OrdType, TimeInForce


def test_an_iceberg_shows_a_part_of_its_quantity_and_hides_the_rest(matcher):
    assert play(matcher, sell("A", 100, at=101, display_qty_lots=20)) == ["A NEW leaves 100 hides 80"]
    assert picture_of(matcher) == tidy("101 A 100 shows 20\n ---")


def test_an_iceberg_that_has_traded_all_it_shows_shows_anew_at_the_end_of_the_queue(matcher):
    draw(matcher, "101 A 50 shows 20, B 10\n ---")
    assert play(matcher, buy("C", 40, at=101)) == [
        "C NEW leaves 40",
        "A TRADE 20 @ 101 leaves 30 hides 10",
        "C TRADE 20 @ 101 leaves 20",
        "B TRADE 10 @ 101 leaves 0",
        "C TRADE 10 @ 101 leaves 10",
        "A TRADE 10 @ 101 leaves 20 hides 10",
        "C TRADE 10 @ 101 leaves 0",
    ]
    assert picture_of(matcher) == tidy("101 A 20 shows 10\n ---")


def test_an_iceberg_that_has_traded_a_part_of_what_it_shows_keeps_its_place(matcher):
    draw(matcher, "101 A 50 shows 20, B 10\n ---")
    assert play(matcher, buy("C", 19, at=101))[1] == "A TRADE 19 @ 101 leaves 31 hides 30"
    assert picture_of(matcher) == tidy("101 A 31 shows 1, B 10\n ---")


def test_the_last_slice_is_what_is_left(matcher):
    draw(matcher, "101 A 25 shows 20\n ---")
    assert play(matcher, buy("C", 20, at=101))[1] == "A TRADE 20 @ 101 leaves 5"
    assert picture_of(matcher) == tidy("101 A 5 shows 5\n ---")


def test_an_iceberg_alone_at_its_price_trades_slice_after_slice(matcher):
    draw(matcher, "101 A 50 shows 20\n ---")
    assert play(matcher, buy("C", 50, at=101))[1::2] == [
        "A TRADE 20 @ 101 leaves 30 hides 10",
        "A TRADE 20 @ 101 leaves 10",
        "A TRADE 10 @ 101 leaves 0",
    ]
    assert picture_of(matcher) == "---"


def test_an_iceberg_takes_with_all_it_has_and_rests_showing_a_part(matcher):
    draw(matcher, "101 B 30\n ---")
    assert play(matcher, buy("A", 100, at=101, display_qty_lots=10)) == [
        "A NEW leaves 100 hides 90",
        "B TRADE 30 @ 101 leaves 0",
        "A TRADE 30 @ 101 leaves 70 hides 60",
    ]
    assert picture_of(matcher) == tidy("---\n 101 A 70 shows 10")


def test_a_fill_or_kill_order_counts_what_icebergs_hide(matcher):
    draw(matcher, "101 A 20 shows 5\n ---")
    events = play(matcher, buy("C", 20, at=101, time_in_force=TimeInForce.FOK))
    assert events[-1] == "C TRADE 5 @ 101 leaves 0"
    assert len(events) == 9


def test_a_lower_total_keeps_the_place_and_shows_no_more_than_is_left(matcher):
    draw(matcher, "101 A 50 shows 20, B 10\n ---")
    assert play(matcher, replace("A", 15, at=101)) == ["A REPLACED leaves 15"]
    assert picture_of(matcher) == tidy("101 A 15 shows 15, B 10\n ---")


def test_a_higher_total_goes_to_the_end_and_shows_afresh(matcher):
    draw(matcher, "101 A 50 shows 20, B 10\n ---")
    play(matcher, buy("C", 5, at=101))
    assert play(matcher, replace("A", 60, at=101)) == ["A REPLACED leaves 55 hides 35"]
    assert picture_of(matcher) == tidy("101 B 10, A 55 shows 20\n ---")


def test_an_iceberg_has_at_most_a_hundred_slices(matcher):
    assert play(matcher, sell("A", 100, at=101, display_qty_lots=1)) == ["A NEW leaves 100 hides 99"]
    assert play(matcher, sell("B", 101, at=101, display_qty_lots=1)) == ["B REJECTED invalid_terms"]
    assert play(matcher, replace("A", 101, at=101)) == ["A REPLACE_REJECTED invalid_terms"]
    assert picture_of(matcher) == tidy("101 A 100 shows 1\n ---")


@pytest.mark.parametrize(
    "order",
    [
        sell("A", 10, at=101, display_qty_lots=-1),
        sell("A", 10, at=101, display_qty_lots=5, time_in_force=TimeInForce.IOC),
        sell("A", 10, at=101, display_qty_lots=5, time_in_force=TimeInForce.FOK),
        sell("A", 10, at=None, display_qty_lots=5),
        stop_sell("A", 10, stop_px=99, display_qty_lots=5),
        sell("A", 10, at=101, display_qty_lots=5, ord_type=OrdType.PEGGED, peg_price_type=5),
    ],
)
def test_only_limit_orders_that_rest_can_be_icebergs(matcher, order):
    assert play(matcher, order) == ["A REJECTED invalid_terms"]


def test_an_order_may_show_more_than_it_has(matcher):
    assert play(matcher, sell("A", 10, at=101, display_qty_lots=50)) == ["A NEW leaves 10"]
    assert picture_of(matcher) == tidy("101 A 10 shows 10\n ---")


def test_a_stop_limit_iceberg_hides_all_while_it_waits_and_a_part_when_it_rests(matcher):
    draw(matcher, "---\n 95 B 1")
    assert play(matcher, stop_sell("A", 30, stop_px=95, at=96, display_qty_lots=10)) == ["A NEW leaves 30 hides 30"]
    assert play(matcher, sell("C", 1, at=95))[-1] == "A TRIGGERED leaves 30 hides 20"
    assert picture_of(matcher) == tidy("96 A 30 shows 10\n ---")
