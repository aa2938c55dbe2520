"""Laws that no stream of commands may break, held against events and snapshots alone."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from hypothesis import given, note, settings
from hypothesis import strategies as st

from matching.layout import NO_PRICE
from tests.matching.drawing import KernelMatcher, Matcher, open_matcher, orders_of
from tests.matching.reference import ReferenceBook
from tests.matching.reference.order import Place
from tests.matching.streams import EXAMPLES, plain_streams, short_and_busy_streams
from vocabulary.commands import CommandKind, EventKind
from vocabulary.orders import ContingencyType, LiquiditySide, Side
from vocabulary.phases import TradingPhase

OPENS_OR_CHANGES = (EventKind.NEW, EventKind.TRADE, EventKind.REPLACED, EventKind.RESTATED, EventKind.TRIGGERED)
CLOSES = (EventKind.CANCELED, EventKind.EXPIRED)

MATCHERS = ("reference", "kernel")
Law = Callable[..., None]


def law(**drawn: st.SearchStrategy[Any]) -> Callable[[Law], Law]:
    """Hold each example against the one matcher and then the other: to draw it costs more than to walk through it."""

    def of_both_matchers(holds: Law) -> Law:
        def holds_for_both(**example: Any) -> None:
            for name in MATCHERS:
                note(f"the matcher: {name}")
                holds(name, **example)

        holds_for_both.__name__, holds_for_both.__qualname__ = holds.__name__, holds.__qualname__
        return settings(max_examples=EXAMPLES // 2, deadline=None)(given(**drawn)(holds_for_both))

    return of_both_matchers


@dataclass(frozen=True)
class Step:
    """One command, what it gave, and the open orders before and after it."""

    command: np.void
    before: np.ndarray
    events: np.ndarray
    after: np.ndarray


@dataclass
class Walk:
    """A matcher that goes through a stream step by step."""

    matcher: Matcher
    commands: np.ndarray

    def __iter__(self) -> Iterator[Step]:
        after = orders_of(self.matcher)
        for at in range(len(self.commands)):
            before = after
            events = self.matcher.apply(self.commands[at : at + 1]).copy()
            after = orders_of(self.matcher)
            yield Step(self.commands[at], before, events, after)


def walk(name: str, stream: tuple[tuple[int, int], np.ndarray]) -> Walk:
    (base_ticks, levels), commands = stream
    return Walk(open_matcher(name, base_ticks=base_ticks, levels=levels), commands)


@law(stream=short_and_busy_streams())
def test_quantity_is_conserved(name, stream):
    last_told: dict[int, int] = {}
    trade_seq = 0
    for step in walk(name, stream):
        for event in step.events:
            if event["kind"] in OPENS_OR_CHANGES:
                assert event["order_qty_lots"] == event["cum_qty_lots"] + event["leaves_qty_lots"]
                last_told[int(event["order_id"])] = int(event["leaves_qty_lots"])
            elif event["kind"] in CLOSES:
                assert event["leaves_qty_lots"] == 0
                last_told[int(event["order_id"])] = 0
        open_qty = {int(order["order_id"]): int(order["leaves_qty_lots"]) for order in step.after}
        assert open_qty == {order_id: leaves for order_id, leaves in last_told.items() if leaves}
        trades = step.events[step.events["kind"] == EventKind.TRADE]
        for one, other in zip(trades[::2], trades[1::2], strict=True):
            trade_seq += 1
            assert one["trade_seq"] == other["trade_seq"] == trade_seq
            assert {one["side"], other["side"]} == set(Side)
            assert (one["order_id"], one["contra_order_id"]) == (other["contra_order_id"], other["order_id"])
            assert (one["last_px_ticks"], one["last_qty_lots"]) == (other["last_px_ticks"], other["last_qty_lots"])
            assert one["last_qty_lots"] > 0


@law(stream=short_and_busy_streams())
def test_no_order_trades_beyond_its_price(name, stream):
    for step in walk(name, stream):
        for event in step.events[step.events["kind"] == EventKind.TRADE]:
            if event["price_ticks"] == NO_PRICE:
                continue
            if event["liquidity"] == LiquiditySide.MAKER:
                assert event["last_px_ticks"] == event["price_ticks"]
            elif event["side"] == Side.BUY:
                assert event["last_px_ticks"] <= event["price_ticks"]
            else:
                assert event["last_px_ticks"] >= event["price_ticks"]


@law(stream=short_and_busy_streams())
def test_an_aggressor_never_trades_at_a_better_price_after_a_worse_one(name, stream):
    for step in walk(name, stream):
        takers = step.events[step.events["liquidity"] == LiquiditySide.TAKER]
        for order_id in set(takers["order_id"].tolist()):
            fills = takers[takers["order_id"] == order_id]
            prices = fills["last_px_ticks"].tolist()
            assert prices == sorted(prices, reverse=bool(fills["side"][0] == Side.SELL))


@law(stream=plain_streams())
def test_makers_trade_in_the_order_of_price_and_then_of_arrival(name, stream):
    arrived: dict[int, int] = {}
    for step in walk(name, stream):
        before = {int(order["order_id"]): order for order in step.before}
        for event in step.events:
            order_id = int(event["order_id"])
            old = before.get(order_id)
            if event["kind"] == EventKind.NEW or (
                event["kind"] == EventKind.REPLACED
                and old is not None
                and (old["price_ticks"] != event["price_ticks"] or old["order_qty_lots"] < event["order_qty_lots"])
            ):
                arrived[order_id] = int(event["event_seq"])
        makers = step.events[step.events["liquidity"] == LiquiditySide.MAKER]
        if len(makers):
            worse_by = 1 if makers[0]["side"] == Side.SELL else -1
            waiting = sorted(
                (worse_by * int(order["price_ticks"]), arrived[order_id], order_id)
                for order_id, order in before.items()
                if order["side"] == makers[0]["side"]
            )
            assert makers["order_id"].tolist() == [order_id for _, _, order_id in waiting[: len(makers)]]


@law(stream=short_and_busy_streams())
def test_a_book_at_rest_in_continuous_trading_is_never_crossed(name, stream):
    for step in walk(name, stream):
        if step.events[-1]["phase"] == TradingPhase.CONTINUOUS:
            in_book = step.after[step.after["place"] == Place.BOOK]
            assert NO_PRICE not in in_book["price_ticks"]
            bids, offers = (in_book["price_ticks"][in_book["side"] == side] for side in (Side.BUY, Side.SELL))
            assert not len(bids) or not len(offers) or bids.max() < offers.min()


@law(stream=short_and_busy_streams())
def test_orders_trade_in_continuous_trading_and_in_the_uncross_alone(name, stream):
    for step in walk(name, stream):
        trades = step.events[step.events["kind"] == EventKind.TRADE]
        at_auction = trades["liquidity"] == LiquiditySide.AUCTION
        assert set(trades["phase"][~at_auction].tolist()) <= {TradingPhase.CONTINUOUS}
        assert set(trades["phase"][at_auction].tolist()) <= {TradingPhase.CONTINUOUS, TradingPhase.CLOSED}
        if at_auction.any():
            announced = step.events[0]
            assert announced["kind"] == EventKind.PHASE_CHANGED
            assert set(trades["last_px_ticks"][at_auction].tolist()) == {announced["price_ticks"]}
            assert trades["last_qty_lots"][at_auction].sum() // 2 <= announced["last_qty_lots"]


@law(stream=short_and_busy_streams())
def test_no_aggressor_trades_outside_the_bands(name, stream):
    last_px = reference = static_bps = dynamic_bps = 0
    for step in walk(name, stream):
        first = step.events[0]
        if first["kind"] == EventKind.RULES_CHANGED and step.command["kind"] == CommandKind.SET_REFERENCE:
            reference = int(first["price_ticks"])
        elif first["kind"] == EventKind.RULES_CHANGED and step.command["kind"] == CommandKind.SET_BANDS:
            static_bps, dynamic_bps = int(step.command["static_band_bps"]), int(step.command["dynamic_band_bps"])
        elif first["kind"] == EventKind.PHASE_CHANGED and first["last_qty_lots"]:
            reference = last_px = int(first["price_ticks"])
        aggressor, last_before = 0, 0
        for event in step.events[step.events["liquidity"] == LiquiditySide.TAKER]:
            if event["order_id"] != aggressor:
                aggressor, last_before = event["order_id"], last_px or reference
            price = int(event["last_px_ticks"])
            for middle, bps in ((reference, static_bps), (last_before, dynamic_bps)):
                width = middle * bps // 10_000
                assert width == 0 or abs(price - middle) <= width
            last_px = price


@law(stream=short_and_busy_streams(), phase=st.sampled_from([TradingPhase.CONTINUOUS, TradingPhase.CLOSED]))
def test_no_price_would_trade_more_than_the_uncross(name, stream, phase):
    (base_ticks, levels), commands = stream
    walked = walk(name, stream)
    for command in commands:
        command["phase"] = phase if command["phase"] == TradingPhase.CONTINUOUS else command["phase"]
    for step in walked:
        announced = step.events[0]
        if announced["kind"] != EventKind.PHASE_CHANGED or announced["phase"] not in (
            TradingPhase.CONTINUOUS,
            TradingPhase.CLOSED,
        ):
            continue
        everyone = step.before[step.before["place"] == Place.BOOK]
        in_book = without_shadowed(everyone)
        limits = {int(price) for price in everyone["price_ticks"] if price != NO_PRICE}
        prices = limits | (set(range(base_ticks, base_ticks + levels)) if levels <= 300 else set())
        weighed = {price: weigh(in_book, price) for price in prices}
        most = max((min(demand, supply) for demand, supply in weighed.values()), default=0)
        if limits:
            assert announced["last_qty_lots"] == most
        if announced["last_qty_lots"]:
            chosen = int(announced["price_ticks"])
            demand, supply = weighed.get(chosen) or weigh(in_book, chosen)
            assert min(demand, supply) == announced["last_qty_lots"]
            assert not [
                price
                for price in limits
                if min(weighed[price]) == most and abs(weighed[price][0] - weighed[price][1]) < abs(demand - supply)
            ]


def without_shadowed(ranked: np.ndarray) -> np.ndarray:
    """The orders that count in an uncross: not those that a partner ranked before them would cancel by trading."""
    seen: set[int] = set()
    counts = []
    for order in ranked:
        has_partner = order["contingency_type"] == ContingencyType.ONE_CANCELS_THE_OTHER
        counts.append(not (has_partner and int(order["linked_order_id"]) in seen))
        seen.add(int(order["order_id"]))
    counted: np.ndarray = ranked[np.array(counts, dtype=bool)]
    return counted


def weigh(in_book: np.ndarray, price: int) -> tuple[int, int]:
    """Demand and supply at a price."""
    any_price = in_book["price_ticks"] == NO_PRICE
    bids, offers = in_book["side"] == Side.BUY, in_book["side"] == Side.SELL
    demand = in_book["leaves_qty_lots"][bids & (any_price | (in_book["price_ticks"] >= price))].sum()
    supply = in_book["leaves_qty_lots"][offers & (any_price | (in_book["price_ticks"] <= price))].sum()
    return int(demand), int(supply)


@law(stream=short_and_busy_streams())
def test_the_indicative_price_is_what_an_uncross_then_chooses(name, stream):
    walked = walk(name, stream)
    indicated: tuple[int, int, int] = walked.matcher.indicative()
    for step in walked:
        announced = step.events[0]
        if announced["kind"] == EventKind.PHASE_CHANGED and step.command["kind"] == CommandKind.RESUME:
            assert indicated[:2] == (announced["price_ticks"], announced["last_qty_lots"])
        indicated = walked.matcher.indicative()


@law(stream=short_and_busy_streams())
def test_what_is_hidden_is_part_of_the_leaves(name, stream):
    for step in walk(name, stream):
        assert (step.events["hidden_qty_lots"] >= 0).all()
        assert (step.events["hidden_qty_lots"] <= step.events["leaves_qty_lots"]).all()
        icebergs = step.after[(step.after["display_qty_lots"] > 0) & (step.after["place"] == Place.BOOK)]
        assert (icebergs["shown_qty_lots"] >= 1).all()
        assert (icebergs["shown_qty_lots"] <= icebergs["display_qty_lots"]).all()
        assert (icebergs["shown_qty_lots"] <= icebergs["leaves_qty_lots"]).all()


@law(stream=short_and_busy_streams())
def test_the_depth_that_events_add_up_to_is_the_books(name, stream):
    walked = walk(name, stream)
    told: dict[int, tuple[int, int, int]] = {}
    for step in walked:
        for event in step.events:
            follow(told, event)
        for side in Side:
            from_events: dict[int, int] = {}
            for told_side, price, shown in told.values():
                if told_side == side and price != NO_PRICE and shown:
                    from_events[price] = from_events.get(price, 0) + shown
            in_order = sorted(from_events.items(), reverse=side is Side.BUY)
            assert in_order == depth_of(step.after, side)
            assert in_order == [level[:2] for level in levels_of(walked.matcher, side)]


def follow(told: dict[int, tuple[int, int, int]], event: Any) -> None:
    """Keep of each open order its side, price and what it shows."""
    order_id = int(event["order_id"])
    if event["kind"] in CLOSES or (event["kind"] == EventKind.TRADE and event["leaves_qty_lots"] == 0):
        del told[order_id]
    elif event["kind"] in OPENS_OR_CHANGES:
        shown = int(event["leaves_qty_lots"] - event["hidden_qty_lots"])
        told[order_id] = (int(event["side"]), int(event["price_ticks"]), shown)


def depth_of(orders: np.ndarray, side: Side) -> list[tuple[int, int]]:
    """What the snapshot's orders show at each price, best first."""
    shown: dict[int, int] = {}
    for order in orders[(orders["place"] == Place.BOOK) & (orders["side"] == side)]:
        price = int(order["price_ticks"])
        if price != NO_PRICE:
            shows = order["shown_qty_lots"] if order["display_qty_lots"] else order["leaves_qty_lots"]
            shown[price] = shown.get(price, 0) + int(shows)
    return sorted(shown.items(), reverse=side is Side.BUY)


def levels_of(matcher: Matcher, side: Side) -> list[tuple[int, int, int]]:
    """What the book itself says of its depth."""
    if isinstance(matcher, KernelMatcher):
        return [(level.price_ticks, level.qty_lots, level.order_count) for level in matcher.book.depth(side)]
    assert isinstance(matcher, ReferenceBook)
    return matcher.depth(side)


@law(stream=short_and_busy_streams())
def test_links_join_open_orders_of_one_account_and_each_knows_the_other(name, stream):
    for step in walk(name, stream):
        open_orders = {int(order["order_id"]): order for order in step.after}
        for order_id, order in open_orders.items():
            linked = [int(order[field]) for field in ("linked_order_id", "second_linked_order_id") if order[field]]
            for other in (open_orders[linked_id] for linked_id in linked):
                assert other["account_id"] == order["account_id"]
                assert order_id in (other["linked_order_id"], other["second_linked_order_id"])


@law(stream=short_and_busy_streams())
def test_every_command_is_answered_in_its_turn(name, stream):
    (base_ticks, levels), commands = stream
    events = open_matcher(name, base_ticks=base_ticks, levels=levels).apply(commands)
    assert events["event_seq"].tolist() == list(range(1, len(events) + 1))
    assert sorted(set(events["command_seq"].tolist())) == list(range(1, len(commands) + 1))
    assert events["command_seq"].tolist() == sorted(events["command_seq"].tolist())


@law(stream=short_and_busy_streams())
def test_a_rejected_command_moves_no_order(name, stream):
    for step in walk(name, stream):
        if step.events[0]["kind"] in (EventKind.REJECTED, EventKind.CANCEL_REJECTED, EventKind.REPLACE_REJECTED):
            restated = step.events[1:]
            assert set(restated["kind"].tolist()) <= {EventKind.RESTATED}
            if not len(restated):
                assert step.after.tobytes() == step.before.tobytes()
