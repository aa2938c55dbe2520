"""What a book can be asked, what it refuses to be, and how it fails."""

import numpy as np
import pytest

from matching import EVENT, NO_PRICE, Book, DepthLevel, TornBook, apply, kernel, restore, snapshot
from tests.matching.drawing import (
    KernelMatcher,
    auction,
    buy,
    draw,
    mass_cancel,
    open_,
    sell,
    set_allocation,
    stop_buy,
    stop_sell,
)
from vocabulary.limits import LADDER_LEVELS_MAX, ORDER_QTY_LOTS_MAX, PRICE_TICKS_MAX
from vocabulary.orders import Side, TimeInForce
from vocabulary.phases import AllocationRule, TradingPhase


def drawn_book(picture: str) -> Book:
    book = Book.create(base_ticks=1, levels=200)
    draw(KernelMatcher(book), picture)
    return book


def test_a_new_book_is_empty_and_continuous():
    book = Book.create(base_ticks=7, levels=50)
    assert (book.base_ticks, book.levels, book.phase) == (7, 50, TradingPhase.CONTINUOUS)
    assert (book.command_seq, book.event_seq, book.trade_seq, book.open_order_count) == (0, 0, 0, 0)
    assert (book.best_bid_ticks, book.best_offer_ticks) == (NO_PRICE, NO_PRICE)
    assert (book.best_bid_qty_lots, book.best_offer_qty_lots) == (0, 0)
    assert len(book.orders()) == 0


def test_a_book_can_open_halted():
    assert Book.create(base_ticks=1, levels=1, phase=TradingPhase.HALTED).phase is TradingPhase.HALTED


def test_the_top_of_the_book_is_the_best_price_and_its_quantity():
    book = drawn_book("103 A 5\n 101 B 10, C 20\n ---\n 99 D 7\n 50 E 1")
    assert (book.best_bid_ticks, book.best_bid_qty_lots) == (99, 7)
    assert (book.best_offer_ticks, book.best_offer_qty_lots) == (101, 30)


def test_depth_adds_up_each_price_best_first():
    book = drawn_book("103 A 5\n 101 B 10, C 20\n ---\n 99 D 7\n 50 E 1")
    assert book.depth(Side.SELL) == [DepthLevel(101, 30, 2), DepthLevel(103, 5, 1)]
    assert book.depth(Side.BUY, levels=1) == [DepthLevel(99, 7, 1)]
    assert book.depth(Side.BUY, levels=0) == []


def test_orders_are_listed_bids_first_by_price_and_then_by_time():
    book = drawn_book("103 A 5\n 101 B 10, C 20\n ---\n 99 D 7, F 2\n 50 E 1")
    assert "".join(chr(64 + int(order)) for order in book.orders()["order_id"]) == "DFEBCA"


@pytest.mark.parametrize("levels", [0, -1, LADDER_LEVELS_MAX + 1])
def test_a_ladder_has_a_bounded_number_of_levels(levels):
    with pytest.raises(ValueError, match="levels"):
        Book.create(base_ticks=1, levels=levels)


@pytest.mark.parametrize("base_ticks", [0, -5, PRICE_TICKS_MAX - 8, 2**40])
def test_a_ladder_stays_within_the_prices_of_the_exchange(base_ticks):
    with pytest.raises(ValueError, match="leave the prices"):
        Book.create(base_ticks=base_ticks, levels=10)


def test_the_ends_of_the_largest_ladder_trade():
    book = Book.create(base_ticks=PRICE_TICKS_MAX - LADDER_LEVELS_MAX + 1, levels=LADDER_LEVELS_MAX)
    lowest, highest = PRICE_TICKS_MAX - LADDER_LEVELS_MAX + 1, PRICE_TICKS_MAX
    apply(book, np.concatenate([buy("A", 1, at=lowest), sell("B", 1, at=highest)]))
    assert (book.best_bid_ticks, book.best_offer_ticks) == (lowest, highest)
    events = apply(book, np.concatenate([buy("C", 1, at=highest), sell("D", 1, at=lowest)]))
    assert events["last_px_ticks"].tolist() == [0, highest, highest, 0, lowest, lowest]


def test_a_level_of_the_largest_orders_adds_up_without_wrapping():
    book = Book.create(base_ticks=PRICE_TICKS_MAX, levels=1)
    largest = sell("A", ORDER_QTY_LOTS_MAX, at=PRICE_TICKS_MAX)
    orders = np.repeat(largest, 1_000)
    orders["order_id"] = np.arange(1, 1_001)
    apply(book, orders)
    assert book.best_offer_qty_lots == 1_000 * ORDER_QTY_LOTS_MAX
    events = apply(book, buy("Z", ORDER_QTY_LOTS_MAX, at=PRICE_TICKS_MAX, order_id=5_000))
    notional = events["last_px_ticks"] * events["last_qty_lots"]
    assert notional.tolist() == [0, PRICE_TICKS_MAX * ORDER_QTY_LOTS_MAX, PRICE_TICKS_MAX * ORDER_QTY_LOTS_MAX]


def test_events_go_to_the_callers_buffer_while_they_fit():
    book = Book.create(base_ticks=1, levels=200)
    buffer = np.zeros(10, dtype=EVENT)
    assert np.shares_memory(apply(book, sell("A", 1, at=100), buffer=buffer), buffer)
    many = np.repeat(sell("A", 1, at=100), 20)
    assert len(apply(book, many, buffer=buffer)) == 20


@pytest.mark.parametrize("rows", [0, 1, 2, 3, 20, 21, 22, 23])
def test_one_order_may_sweep_the_whole_book_whatever_the_buffer(rows):
    book = drawn_book("102 F 1, G 1, H 1, I 1, J 1\n 101 A 1, B 1, C 1, D 1, E 1\n ---")
    events = apply(book, buy("Z", 11, at=102), buffer=np.zeros(rows, dtype=EVENT))
    assert len(events) == 21
    assert (book.open_order_count, book.best_bid_qty_lots, book.trade_seq) == (1, 1, 10)


def test_an_empty_batch_gives_no_events():
    book = Book.create(base_ticks=1, levels=200)
    assert len(apply(book, sell("A", 1, at=100)[:0])) == 0
    assert book.command_seq == 0


def test_a_book_torn_by_a_failure_is_never_used_again():
    book = drawn_book("101 A 5\n ---")
    data = snapshot(book)
    (occupied,) = np.nonzero(book._arrays["levels"]["order_count"])
    book._arrays["levels"]["first"][occupied] = len(book._arrays["orders"])
    with pytest.raises(TornBook):
        apply(book, buy("B", 5, at=101))
    with pytest.raises(TornBook):
        apply(book, buy("C", 5, at=50))
    assert len(apply(restore(data), buy("B", 5, at=101))) == 3


def lose_the_queues(book: Book, *, ladders: slice) -> None:
    """Let every queue of some ladders begin with an order that no memory is set aside for."""
    levels = book._arrays["levels"].reshape(kernel.LADDERS, -1)[ladders]
    levels["first"][levels["order_count"] > 0] = len(book._arrays["orders"])


@pytest.mark.parametrize(
    ("before", "damaged", "command"),
    [
        ([stop_buy("S", 3, stop_px=101)], slice(2, 4), buy("B", 5, at=101)),
        ([stop_sell("S", 3, stop_px=101)], slice(2, 4), buy("B", 5, at=101)),
        ([auction(), buy("B", 3, at=102)], slice(0, 2), open_()),
        ([auction(), buy("B", 3, at=None)], slice(0, 2), open_()),
        ([], slice(0, 2), mass_cancel()),
        ([], slice(0, 2), buy("B", 5, at=101, time_in_force=TimeInForce.FOK, self_trade_prevention=1)),
        ([set_allocation(AllocationRule.PRO_RATA)], slice(0, 2), buy("B", 3, at=101)),
    ],
)
def test_whatever_a_damaged_book_is_told_it_is_torn_and_never_stuck(before, damaged, command):
    book = drawn_book("102 D 5\n 101 A 5, C 5\n ---")
    for earlier in before:
        apply(book, earlier)
    lose_the_queues(book, ladders=damaged)
    with pytest.raises(TornBook):
        apply(book, command)


def test_a_book_is_made_by_create():
    with pytest.raises(TypeError, match=r"Book\.create"):
        Book()
