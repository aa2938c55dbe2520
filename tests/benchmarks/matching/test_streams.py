"""The streams are what they say they are, and no command in them is rejected."""

import numpy as np
import pytest

from benchmarks.matching import flow, mixed_flow, streams
from benchmarks.matching.commands import FIELDS, records_of
from benchmarks.matching.flow import BASE_TICKS, LEVELS, Flow
from benchmarks.matching.mixed_flow import FollowingBook
from benchmarks.matching.plain_book import PlainBook
from matching import NO_PRICE, Book, CommandKind, EventKind, apply
from vocabulary.orders import OrdType, Side, TimeInForce

LENGTH = 20_000
SHARE_OFF_BY_MAX = 0.012

pytestmark = pytest.mark.usefixtures("warm_kernel")


@pytest.fixture(scope="module", params=streams.PLAIN)
def plain(request: pytest.FixtureRequest) -> tuple[flow.Shape, np.ndarray]:
    """A shape and a stream of it."""
    return streams.PLAIN[request.param], streams.made(request.param, length=LENGTH).commands


def shares(commands: np.ndarray) -> list[float]:
    """The parts of the stream that are limit orders, cancels, market orders, immediate-or-cancels and replaces."""
    is_new = commands["kind"] == CommandKind.NEW_ORDER
    is_market = is_new & (commands["ord_type"] == OrdType.MARKET)
    is_ioc = is_new & (commands["time_in_force"] == TimeInForce.IOC)
    parts = (
        is_new & ~is_market & ~is_ioc,
        commands["kind"] == CommandKind.CANCEL,
        is_market,
        is_ioc,
        commands["kind"] == CommandKind.REPLACE,
    )
    return [float(part.mean()) for part in parts]


def test_no_command_is_rejected(plain):
    _, commands = plain
    events = apply(Book.create(base_ticks=BASE_TICKS, levels=LEVELS), commands)
    assert set(events["kind"]) == {EventKind.NEW, EventKind.CANCELED, EventKind.REPLACED, EventKind.TRADE}


def test_the_shares_are_those_stated(plain):
    shape, commands = plain
    assert sum(shape.shares) == pytest.approx(1)
    assert shares(commands) == pytest.approx(shape.shares, abs=SHARE_OFF_BY_MAX)


def test_the_shallow_and_the_deep_stream_have_the_same_shares():
    stated = (0.55, 0.35, 0.03, 0.02, 0.05)
    assert streams.PLAIN["shallow"].shares == streams.PLAIN["deep"].shares == stated


def test_a_tenth_of_the_sweeps_take_several_levels_each():
    stream = streams.made("sweeps", length=LENGTH)
    events = apply(Book.create(base_ticks=BASE_TICKS, levels=LEVELS), stream.commands)
    sweeps = stream.commands["order_id"][stream.commands["time_in_force"] == TimeInForce.IOC]
    taken = events[(events["kind"] == EventKind.TRADE) & np.isin(events["contra_order_id"], sweeps)]
    levels = np.unique(np.stack([taken["contra_order_id"], taken["last_px_ticks"]]), axis=1)
    assert levels.shape[1] / len(sweeps) > 4


def test_an_immediate_or_cancel_order_reaches_two_ticks_through_the_touch():
    book = PlainBook()
    made = Flow(flow.SHALLOW, book=book)
    reaches = []
    for _ in range(LENGTH):
        bid, offer = book.best(Side.BUY), book.best(Side.SELL)
        _, side, _, time_in_force, _, price, _ = made.commands(1)[0]
        if time_in_force == TimeInForce.IOC and bid is not None and offer is not None:
            reaches.append(price - offer if side == Side.BUY else bid - price)
    assert len(reaches) > LENGTH / 100
    assert set(reaches) == {2}


def test_every_replace_loses_its_place_half_by_quantity_and_half_by_price():
    commands = streams.made("shallow", length=LENGTH).commands
    terms: dict[int, tuple[int, int]] = {}
    moves = []
    for kind, order_id, price, qty in zip(
        *(commands[name].tolist() for name in ("kind", "order_id", "price_ticks", "order_qty_lots")), strict=True
    ):
        if kind == CommandKind.REPLACE:
            old_price, old_qty = terms[order_id]
            moves.append((abs(price - old_price), qty > old_qty))
        if kind != CommandKind.CANCEL:
            terms[order_id] = price, qty
    assert set(moves) == {(0, True), *((ticks, False) for ticks in range(1, 6))}
    assert np.mean([raised for _, raised in moves]) == pytest.approx(0.5, abs=0.06)


def test_limit_orders_lie_as_far_from_the_mid_as_stated():
    drawn = Flow(flow.DEEP, book=PlainBook())
    distances = np.array([drawn.distance() for _ in range(100_000)])
    mean = 0.85 * (25 - 0.5) + 0.15 * 1_500 / 2  # a distance is rounded down
    assert distances.mean() == pytest.approx(mean, rel=0.03)
    assert distances.max() == 1_500
    assert distances.min() == 0


def test_the_seed_alone_makes_a_stream():
    first, second = (streams.made("shallow", length=2_000).commands for _ in range(2))
    assert first.tobytes() == second.tobytes()


def test_core_and_plain_book_lead_to_the_same_stream():
    followed_by_core = Flow(flow.SHALLOW, book=FollowingBook()).commands(3_000)
    assert followed_by_core == Flow(flow.SHALLOW, book=PlainBook()).commands(3_000)


def test_a_book_is_filled_to_its_size_and_stays_there():
    stream = streams.made("1000-resting", length=5_000)
    book = Book.create(base_ticks=BASE_TICKS, levels=LEVELS)
    apply(book, stream.commands[: stream.head])
    assert book.open_order_count == 1_000
    for start in range(stream.head, len(stream.commands), 100):
        apply(book, stream.commands[start : start + 100])
        assert 900 < book.open_order_count <= 1_000
    assert book.trade_seq > 500


def test_the_facts_of_a_stream_are_counted_on_the_core():
    buy, sell = Side.BUY.value, Side.SELL.value
    commands = records_of(
        [(1, buy, 2, 0, 1, 10, 5), (1, buy, 2, 0, 2, 10, 5), (1, buy, 2, 0, 3, 9, 5), (1, sell, 2, 0, 4, 10, 7)]
    )
    told = streams.facts(streams.Stream(commands, 0))
    assert (told["fills"], told["orders_left"], told["levels_left"], told["longest_queue_left"]) == (2, 2, 2, 1)


def test_a_stream_with_a_rejected_command_is_refused():
    cancel_of_nothing = records_of([(2, 0, 0, 0, 1, NO_PRICE, 0)])
    with pytest.raises(AssertionError, match="rejected"):
        streams.facts(streams.Stream(cancel_of_nothing, 0))


@pytest.mark.skipif(not mixed_flow.is_known_to_the_core(), reason="the core knows no icebergs, stops and post-only yet")
def test_the_mix_takes_the_paths_that_it_is_for():
    told = streams.facts(streams.made("mix", length=LENGTH))
    paths = told["paths"]
    for name, share in (("icebergs", 0.02), ("stops", 0.015), ("post_only", 0.015)):
        assert paths[name] / LENGTH == pytest.approx(share, abs=0.004)
    assert paths["iceberg_reloads"] > LENGTH / 200
    assert paths["stops_triggered"] > LENGTH / 500
    assert paths["post_only_rejected"] > LENGTH / 500


def test_a_command_has_the_same_fields_as_a_tuple_and_as_a_record():
    command = (1, 2, 2, 3, 4, 5, 6)
    assert tuple(records_of([command])[list(FIELDS)].item()) == command
