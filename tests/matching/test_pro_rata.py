"""The rules of sharing pro rata, drawn."""

from tests.matching.drawing import (
    Matcher,
    buy,
    draw,
    or_else,
    picture_of,
    play,
    sell,
    set_allocation,
    share_pro_rata,
    tidy,
)
from vocabulary.orders import SelfTradePrevention, TimeInForce
from vocabulary.phases import AllocationRule


def makers(matcher: Matcher, *commands) -> list[str]:
    """What the makers of the last command's trades were told."""
    return [sentence for sentence in play(matcher, *commands)[1:] if "TRADE" in sentence][::2]


def test_an_aggressor_is_shared_out_in_proportion_to_what_is_shown(matcher):
    draw(matcher, "101 A 60, B 30, C 10\n ---")
    play(matcher, share_pro_rata())
    assert play(matcher, buy("D", 50, at=101)) == [
        "D NEW leaves 50",
        "A TRADE 30 @ 101 leaves 30",
        "D TRADE 30 @ 101 leaves 20",
        "B TRADE 15 @ 101 leaves 15",
        "D TRADE 15 @ 101 leaves 5",
        "C TRADE 5 @ 101 leaves 5",
        "D TRADE 5 @ 101 leaves 0",
    ]
    assert picture_of(matcher) == tidy("101 A 30, B 15, C 5\n ---")


def test_what_rounding_leaves_over_goes_to_the_first_in_the_queue(matcher):
    draw(matcher, "101 A 10, B 10, C 10\n ---")
    play(matcher, share_pro_rata())
    assert makers(matcher, buy("D", 8, at=101)) == [
        "A TRADE 4 @ 101 leaves 6",
        "B TRADE 2 @ 101 leaves 8",
        "C TRADE 2 @ 101 leaves 8",
    ]


def test_what_is_left_over_is_given_to_each_at_most_what_it_still_shows(matcher):
    draw(matcher, "101 A 1, B 1, C 1, D 1\n ---")
    play(matcher, share_pro_rata())
    assert makers(matcher, buy("E", 3, at=101)) == [f"{name} TRADE 1 @ 101 leaves 0" for name in "ABC"]


def test_an_order_without_a_share_does_not_trade(matcher):
    draw(matcher, "101 A 100, B 1\n ---")
    play(matcher, share_pro_rata())
    assert makers(matcher, buy("D", 2, at=101)) == ["A TRADE 2 @ 101 leaves 98"]


def test_an_aggressor_as_large_as_the_level_trades_with_each_in_queue_order_and_goes_on(matcher):
    draw(matcher, "102 C 10\n 101 A 10, B 20\n ---")
    play(matcher, share_pro_rata())
    assert makers(matcher, buy("D", 35, at=102)) == [
        "A TRADE 10 @ 101 leaves 0",
        "B TRADE 20 @ 101 leaves 0",
        "C TRADE 5 @ 102 leaves 5",
    ]


def test_icebergs_share_by_what_they_show(matcher):
    draw(matcher, "101 A 100 shows 10, B 30\n ---")
    play(matcher, share_pro_rata())
    assert makers(matcher, buy("D", 20, at=101)) == ["A TRADE 5 @ 101 leaves 95 hides 90", "B TRADE 15 @ 101 leaves 15"]
    assert picture_of(matcher) == tidy("101 A 95 shows 5, B 15\n ---")


def test_icebergs_show_anew_at_the_end_of_the_queue_after_the_round_and_the_next_round_begins(matcher):
    draw(matcher, "101 A 100 shows 10, B 20, C 30 shows 10\n ---")
    play(matcher, share_pro_rata())
    assert makers(matcher, buy("D", 47, at=101)) == [
        "A TRADE 10 @ 101 leaves 90 hides 80",
        "B TRADE 20 @ 101 leaves 0",
        "C TRADE 10 @ 101 leaves 20 hides 10",
        "A TRADE 4 @ 101 leaves 86 hides 80",
        "C TRADE 3 @ 101 leaves 17 hides 10",
    ]
    assert picture_of(matcher) == tidy("101 A 86 shows 6, C 17 shows 7\n ---")


def test_an_iceberg_whose_share_is_all_it_shows_goes_behind_those_that_keep_some(matcher):
    draw(matcher, "101 A 5 shows 1, B 3\n ---")
    play(matcher, share_pro_rata())
    assert makers(matcher, buy("D", 3, at=101)) == ["A TRADE 1 @ 101 leaves 4 hides 3", "B TRADE 2 @ 101 leaves 1"]
    assert picture_of(matcher) == tidy("101 B 1, A 4 shows 1\n ---")


def test_ones_own_orders_are_met_before_the_level_is_shared_out(matcher):
    draw(matcher, "101 B 10, A 10, C 10\n ---")
    play(matcher, share_pro_rata())
    own = {"account_id": 101, "self_trade_prevention": SelfTradePrevention.CANCEL_PASSIVE}
    assert play(matcher, buy("D", 10, at=101, **own)) == [
        "D NEW leaves 10",
        "A CANCELED self_trade",
        "B TRADE 5 @ 101 leaves 5",
        "D TRADE 5 @ 101 leaves 5",
        "C TRADE 5 @ 101 leaves 5",
        "D TRADE 5 @ 101 leaves 0",
    ]


def test_ones_own_order_behind_others_stops_the_aggressor_before_any_trade_at_its_level(matcher):
    draw(matcher, "101 B 10, A 10, E 10\n ---")
    play(matcher, share_pro_rata())
    own = {"account_id": 101, "self_trade_prevention": SelfTradePrevention.CANCEL_AGGRESSIVE}
    assert play(matcher, buy("D", 10, at=101, **own)) == ["D NEW leaves 10", "D CANCELED self_trade"]


def test_decrements_are_taken_in_queue_order_while_the_aggressor_has_leaves(matcher):
    draw(matcher, "101 A 4, B 10, C 9\n ---")
    play(matcher, share_pro_rata(), sell("E", 9, at=101, account_id=101))
    own = {"account_id": 101, "self_trade_prevention": SelfTradePrevention.DECREMENT_AND_CANCEL}
    assert play(matcher, buy("D", 10, at=101, **own)) == [
        "D NEW leaves 10",
        "A CANCELED self_trade",
        "D RESTATED @ 101 leaves 6 self_trade",
        "E RESTATED @ 101 leaves 3 self_trade",
        "D CANCELED self_trade",
    ]


def test_the_share_of_an_order_that_a_link_cancels_goes_to_the_next_round(matcher):
    play(matcher, share_pro_rata(), sell("A", 10, at=101), sell("B", 10, at=101, **or_else("A")))
    play(matcher, sell("C", 10, at=101))
    assert play(matcher, buy("D", 15, at=101)) == [
        "D NEW leaves 15",
        "A TRADE 5 @ 101 leaves 5",
        "D TRADE 5 @ 101 leaves 10",
        "B CANCELED linked_order",
        "C TRADE 5 @ 101 leaves 5",
        "D TRADE 5 @ 101 leaves 5",
        "A TRADE 3 @ 101 leaves 2",
        "D TRADE 3 @ 101 leaves 2",
        "C TRADE 2 @ 101 leaves 3",
        "D TRADE 2 @ 101 leaves 0",
    ]


def test_a_better_price_still_trades_before_a_larger_order(matcher):
    draw(matcher, "102 A 1000\n 101 B 1\n ---")
    play(matcher, share_pro_rata())
    assert makers(matcher, buy("D", 2, at=102)) == ["B TRADE 1 @ 101 leaves 0", "A TRADE 1 @ 102 leaves 999"]


def test_a_fill_or_kill_order_counts_whole_levels(matcher):
    draw(matcher, "101 A 100 shows 10, B 20\n ---")
    play(matcher, share_pro_rata())
    assert play(matcher, buy("D", 121, at=101, time_in_force=TimeInForce.FOK))[1] == "D CANCELED not_fillable"
    assert play(matcher, buy("D", 120, at=101, time_in_force=TimeInForce.FOK))[-1] == "D TRADE 10 @ 101 leaves 0"


def test_the_rule_can_be_set_back(matcher):
    draw(matcher, "101 A 60, B 40\n ---")
    play(matcher, share_pro_rata(), set_allocation(AllocationRule.PRICE_TIME))
    assert makers(matcher, buy("D", 50, at=101)) == ["A TRADE 50 @ 101 leaves 10"]
