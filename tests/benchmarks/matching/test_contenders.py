"""The rivals trade as the rules say, and the check of their fills lets no difference pass."""

import numpy as np
import pytest

from benchmarks.matching import streams
from benchmarks.matching.bourse_book import BourseContender
from benchmarks.matching.commands import Command, commands_of, records_of
from benchmarks.matching.contest import DifferentFills, differing, insist_on_equal
from benchmarks.matching.core_book import CoreContender
from benchmarks.matching.flow import BASE_TICKS, LEVELS
from benchmarks.matching.plain_book import BUY, SELL, PlainBook, PlainContender
from matching import EventKind
from tests.matching.reference import ReferenceBook
from vocabulary.orders import LiquiditySide

pytestmark = pytest.mark.usefixtures("warm_kernel")

NEW, CANCEL, REPLACE = 1, 2, 3
MARKET, LIMIT = 1, 2
DAY, IOC = 0, 3


def reference_fills(commands: np.ndarray) -> list[tuple[int, ...]]:
    """The fills of the reference book: maker, taker, price, quantity."""
    events = ReferenceBook.create(base_ticks=BASE_TICKS, levels=LEVELS).apply(commands)
    makers = events[(events["kind"] == EventKind.TRADE) & (events["liquidity"] == LiquiditySide.MAKER)]
    fields = ("order_id", "contra_order_id", "last_px_ticks", "last_qty_lots")
    return list(zip(*(makers[name].tolist() for name in fields), strict=True))


def plain_fills(commands: list[Command]) -> list[tuple[int, int, int, int]]:
    """The fills of a PlainBook."""
    book = PlainBook()
    book.apply(commands)
    return book.fills


def limit(order_id: int, side: int, price: int, qty: int, *, time_in_force: int = DAY) -> Command:
    return NEW, side, LIMIT, time_in_force, order_id, price, qty


def replace(order_id: int, price: int, qty: int) -> Command:
    return REPLACE, 0, 0, 0, order_id, price, qty


@pytest.mark.parametrize("name", streams.PLAIN)
def test_pure_python_trades_as_the_reference_does(name):
    commands = streams.made(name, length=3_000).commands
    expected = reference_fills(commands)
    assert plain_fills(commands_of(commands)) == expected
    assert len(expected) > 300


@pytest.mark.parametrize(
    "amendment",
    [replace(1, 10, 8), replace(1, 10, 12), replace(1, 9, 10), replace(1, 12, 10), (CANCEL, 0, 0, 0, 1, -1, 0)],
    ids=["less", "more", "worse", "crossing", "cancel"],
)
def test_pure_python_amends_a_partly_filled_order_as_the_reference_does(amendment):
    commands = [
        limit(1, BUY, 10, 10),
        limit(2, BUY, 10, 10),
        limit(3, SELL, 11, 6),
        limit(4, SELL, 10, 3),
        amendment,
        limit(5, SELL, 9, 30, time_in_force=IOC),
        (NEW, BUY, MARKET, DAY, 6, -1, 50),
    ]
    assert plain_fills(commands) == reference_fills(records_of(commands))


def test_pure_python_finds_the_best_price_behind_levels_that_cancels_have_emptied():
    book = PlainBook()
    book.apply([limit(1, BUY, 10, 1), limit(2, BUY, 9, 1), limit(3, BUY, 10, 1)])
    book.apply([(CANCEL, 0, 0, 0, 1, -1, 0)])
    assert book.best(BUY) == 10
    book.apply([(CANCEL, 0, 0, 0, 3, -1, 0)])
    assert book.best(BUY) == 9
    assert book.best(SELL) is None


@pytest.mark.parametrize("name", streams.PLAIN)
def test_all_contenders_have_the_same_fills(name):
    commands = streams.made(name, length=5_000).commands
    all_fills = []
    for contender in (CoreContender(batch_size=None), PlainContender(collecting=True), BourseContender()):
        contender.prepare(commands, head=0)
        contender.run()
        all_fills.append(contender.fills().tolist())
    assert all_fills[0] == all_fills[1] == all_fills[2]


def test_the_cores_book_does_not_depend_on_the_batches():
    commands = streams.made("shallow", length=2_000).commands
    states = set()
    for batch_size in (None, 100, 10, 1):
        contender = CoreContender(batch_size=batch_size)
        contender.prepare(commands, head=100)
        contender.run()
        states.add(contender.state())
    assert len(states) == 1


@pytest.mark.parametrize(
    "theirs",
    [[[1, 2, 10, 5]], [[1, 2, 10, 5], [3, 4, 11, 7]], [[1, 2, 10, 5], [3, 4, 11, 6], [5, 6, 12, 1]]],
    ids=["missing", "other", "more"],
)
def test_different_fills_end_the_run(theirs):
    ours = np.array([[1, 2, 10, 5], [3, 4, 11, 6]])
    place = 2 if len(theirs) == 3 else 1
    with pytest.raises(DifferentFills, match=f"they part at fill {place}"):
        insist_on_equal(ours, np.array(theirs), stream="drawn")
    insist_on_equal(ours, ours.copy(), stream="drawn")


def test_fills_that_differ_are_counted_by_place():
    ours = np.array([[1, 2, 10, 5], [3, 4, 11, 6], [5, 6, 12, 1]])
    assert differing(ours, ours[:2]) == 0
    assert differing(ours, ours[[0, 2]]) == 1
