"""The rules that commands set: reference price, bands, allocation and the range of prices."""

import numpy as np
import pytest

from matching.layout import NO_PRICE
from tests.matching.drawing import (
    LEVELS,
    auction,
    buy,
    draw,
    header_of,
    held_for,
    peg_buy,
    picture_of,
    play,
    print_at,
    rebase,
    sell,
    set_allocation,
    set_bands,
    set_last,
    set_reference,
    stop_buy,
    stop_sell,
    tidy,
)
from vocabulary.limits import BAND_BPS_MAX, PRICE_TICKS_MAX
from vocabulary.orders import PegPriceType
from vocabulary.rejects import RejectReason

RULES = ["base_ticks", "reference_ticks", "static_band_bps", "dynamic_band_bps", "allocation"]
INT64_MIN, INT64_MAX = -(2**63), 2**63 - 1


def rules_of(matcher) -> list[int]:
    header = header_of(matcher)
    return [header[name] for name in RULES]


def test_a_new_book_has_no_reference_price_and_no_bands_and_ranks_by_time(matcher):
    assert rules_of(matcher) == [1, 0, 0, 0, 0]


@pytest.mark.parametrize(
    ("order", "told", "rules"),
    [
        (set_reference(100), 100, [1, 100, 0, 0, 0]),
        (set_reference(200), 200, [1, 200, 0, 0, 0]),
        (set_bands(static_bps=BAND_BPS_MAX, dynamic_bps=1), NO_PRICE, [1, 0, BAND_BPS_MAX, 1, 0]),
        (set_allocation(1), NO_PRICE, [1, 0, 0, 0, 1]),
        (rebase(500), 500, [500, 0, 0, 0, 0]),
        (
            rebase(PRICE_TICKS_MAX - LEVELS + 1),
            PRICE_TICKS_MAX - LEVELS + 1,
            [PRICE_TICKS_MAX - LEVELS + 1, 0, 0, 0, 0],
        ),
    ],
)
def test_a_rule_set_is_told_and_kept(matcher, order, told, rules):
    (event,) = matcher.apply(order)
    assert (event["kind"], event["reason"], event["price_ticks"]) == (0x202, RejectReason.NONE, told)
    assert [event[name] for name in ("side", "order_id", "account_id", "order_qty_lots", "cum_qty_lots")] == [0] * 5
    assert rules_of(matcher) == rules


@pytest.mark.parametrize(
    ("order", "reason"),
    [
        (set_reference(0), RejectReason.PRICE_OUT_OF_RANGE),
        (set_reference(201), RejectReason.PRICE_OUT_OF_RANGE),
        (set_reference(INT64_MIN), RejectReason.PRICE_OUT_OF_RANGE),
        (set_last(0), RejectReason.PRICE_OUT_OF_RANGE),
        (set_last(201), RejectReason.PRICE_OUT_OF_RANGE),
        (set_bands(static_bps=-1), RejectReason.INVALID_TERMS),
        (set_bands(dynamic_bps=-1), RejectReason.INVALID_TERMS),
        (set_bands(static_bps=BAND_BPS_MAX + 1), RejectReason.INVALID_TERMS),
        (set_bands(dynamic_bps=BAND_BPS_MAX + 1), RejectReason.INVALID_TERMS),
        (set_allocation(2), RejectReason.INVALID_TERMS),
        (set_allocation(-1), RejectReason.INVALID_TERMS),
        (rebase(0), RejectReason.PRICE_OUT_OF_RANGE),
        (rebase(PRICE_TICKS_MAX - LEVELS + 2), RejectReason.PRICE_OUT_OF_RANGE),
        (rebase(INT64_MAX), RejectReason.PRICE_OUT_OF_RANGE),
        (rebase(INT64_MIN), RejectReason.PRICE_OUT_OF_RANGE),
    ],
)
def test_a_rule_that_cannot_be_is_rejected_and_changes_nothing(matcher, order, reason):
    (event,) = matcher.apply(order)
    assert (event["kind"], event["reason"]) == (8, reason)
    assert rules_of(matcher) == [1, 0, 0, 0, 0]


def test_a_book_rebased_takes_the_new_prices_and_keeps_its_orders(matcher):
    draw(matcher, "101 A 10\n ---\n 99 B 10")
    assert play(matcher, rebase(99)) == ["RULES_CHANGED"]
    assert play(matcher, sell("C", 5, at=298), buy("D", 5, at=98)) == [
        "C NEW leaves 5",
        "D REJECTED price_out_of_range",
    ]
    assert picture_of(matcher) == tidy("298 C 5\n 101 A 10\n ---\n 99 B 10")
    assert play(matcher, buy("E", 10, at=101))[1] == "A TRADE 10 @ 101 leaves 0"


@pytest.mark.parametrize(
    ("order", "lowest"),
    [
        (buy("A", 5, at=50), 50),
        (stop_sell("A", 5, stop_px=50), 50),
        (stop_buy("A", 5, stop_px=60, at=50), 50),
        (stop_buy("A", 5, stop_px=50, at=60), 50),
        (np.concatenate([buy("B", 5, at=55), peg_buy("A", 5, to=PegPriceType.PRIMARY, limit=50)]), 50),
        (np.concatenate([buy("B", 5, at=55), peg_buy("A", 5, to=PegPriceType.PRIMARY, offset=-5)]), 50),
        (np.concatenate([buy("B", 5, at=55), sell("A", 5, at=50, **held_for("B"))]), 50),
    ],
)
def test_the_range_holds_every_price_limit_and_stop_price_of_an_open_order(matcher, order, lowest):
    matcher.apply(order)
    (event,) = matcher.apply(rebase(lowest + 1))
    assert event["reason"] == RejectReason.PRICE_OUT_OF_RANGE
    assert play(matcher, rebase(lowest)) == ["RULES_CHANGED"]


def test_orders_without_a_price_bind_no_range(matcher):
    play(matcher, auction(), buy("A", 5, at=None))
    assert play(matcher, rebase(1_000)) == ["RULES_CHANGED"]


def test_a_stop_price_binds_until_the_stop_is_triggered(matcher):
    play(matcher, stop_sell("A", 5, stop_px=20, at=50))
    print_at(matcher, 20)
    assert picture_of(matcher) == tidy("50 A 5\n ---")
    assert play(matcher, rebase(50)) == ["RULES_CHANGED"]


def test_last_price_and_reference_price_may_lie_outside_the_range(matcher):
    print_at(matcher, 20)
    play(matcher, set_reference(30), rebase(100))
    assert [header_of(matcher)[name] for name in ("last_px_ticks", "reference_ticks")] == [20, 30]
    play(matcher, auction(), buy("A", 5, at=None), sell("B", 5, at=None))
    assert matcher.indicative() == (NO_PRICE, 0, 0)


def test_the_last_price_is_set_in_an_empty_book_and_what_comes_after_is_measured_from_it(matcher):
    print_at(matcher, 100)
    assert play(matcher, set_last(20)) == ["RULES_CHANGED"]
    assert header_of(matcher)["last_px_ticks"] == 20
    play(matcher, stop_sell("S", 1, stop_px=30))
    assert header_of(matcher)["open_orders"] == 0, "a stop above the last price is there already"


def test_the_last_price_stays_while_an_order_is_open(matcher):
    print_at(matcher, 100)
    play(matcher, buy("B", 1, at=50))
    (event,) = matcher.apply(set_last(20))
    assert event["reason"] == RejectReason.OPEN_ORDERS
    assert header_of(matcher)["last_px_ticks"] == 100
