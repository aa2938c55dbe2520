"""Whatever happens in a book, its frames rebuild it."""

from decimal import Decimal
from uuid import UUID
from zlib import crc32

import numpy as np
import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

import matching
from market.feed import checksum
from market.feed.channels import CHECKSUM_INTERVAL_US, Channel, feeds_of
from market.feed.frame import FeedFrame, PublicEvent, frame_of, from_message, to_message
from market.feed.market_view import MarketView, Opening
from market.feed.outbox import Outbox
from tests.market.feed.following import Follower
from tests.matching.streams import streams
from vocabulary import limits
from vocabulary.commands import EventKind
from vocabulary.orders import LiquiditySide, Side
from vocabulary.phases import TradingPhase
from vocabulary.units import TradingUnits

EPOCH = UUID(int=7)
IN_THE_BOOK = 1
UNITS = TradingUnits(tick_size=Decimal("0.05"), lot_size=Decimal(10))


def opening_of(book: matching.Book, *, last_px_ticks: int | None = None) -> Opening:
    return Opening(
        symbol="ACME",
        instrument_id=1,
        units=UNITS,
        reference_price=Decimal("10.00"),
        epoch=str(EPOCH),
        sequence=book.event_seq,
        phase=book.phase,
        phase_reason="",
        last_px_ticks=last_px_ticks,
        orders=[
            (int(order["order_id"]), int(order["side"]), int(order["price_ticks"]), shown_qty_lots(order))
            for order in book.orders()
            if order["place"] == IN_THE_BOOK and order["price_ticks"] != matching.NO_PRICE
        ],
        auction=None,
        trades=[],
        minutes=[],
    )


def shown_qty_lots(order: np.void) -> int:
    return int(order["shown_qty_lots"] if order["display_qty_lots"] else order["leaves_qty_lots"])


def frame_after(book: matching.Book, commands: np.ndarray) -> FeedFrame:
    events = matching.apply(book, commands)
    return frame_of(symbol="ACME", instrument_id=1, epoch=EPOCH, commands=commands, events=events)


def depth_of(book: matching.Book, side: Side) -> dict[str, str]:
    levels = book.depth(side, levels=limits.LADDER_LEVELS_MAX)
    return {str(UNITS.to_price(level.price_ticks)): str(UNITS.to_quantity(level.qty_lots)) for level in levels}


def is_second_fill(event: PublicEvent) -> bool:
    is_auction = event.liquidity == LiquiditySide.AUCTION
    return event.liquidity == LiquiditySide.TAKER or (is_auction and event.side == Side.SELL)


def new_order(side: Side, quantity: int, price: int, *, order_id: int) -> np.ndarray:
    commands = np.zeros(1, dtype=matching.COMMAND)
    commands["kind"], commands["ord_type"] = 1, 2
    commands["side"], commands["order_qty_lots"], commands["price_ticks"] = side, quantity, price
    commands["order_id"], commands["account_id"], commands["transact_time_ns"] = order_id, 1, 1_000_000_000 * order_id
    return commands


@settings(max_examples=200, deadline=None)
@given(streams(), st.data())
def test_frames_rebuild_the_book_whenever_one_joins_and_wherever_batches_and_frames_end(stream, data):
    (base_ticks, levels), commands = stream
    book = matching.Book.create(base_ticks=base_ticks, levels=levels)
    joins_at = data.draw(st.integers(0, len(commands)))
    follower, trades_expected = Follower(), []
    view, feeds, reached = None, {}, 0
    while reached < len(commands) or view is None:
        batch_end = min(len(commands), reached + data.draw(st.integers(1, 8)))
        if view is None and reached >= joins_at:
            view = MarketView(opening_of(book))
            feeds = feeds_of(view)
            for channel in Channel:
                follower.take(orjson.loads(feeds[channel].snapshot(now_us=0).text))
        batch, reached = commands[reached:batch_end], batch_end
        if len(batch) == 0:
            continue
        frame = frame_after(book, batch)
        if view is None:
            continue
        view.apply(from_message(to_message(frame)).public_events(after=view.sequence))
        trades_expected += [
            (event.trade_seq, event.event_seq)
            for event in frame.public_events(after=0)
            if event.kind == EventKind.TRADE and is_second_fill(event)
        ]
        if data.draw(st.booleans()) or reached == len(commands):
            for feed in feeds.values():
                message = feed.frame(now_us=0)
                if message is not None:
                    follower.take(orjson.loads(message.text))
            assert follower.bids == depth_of(book, Side.BUY)
            assert follower.offers == depth_of(book, Side.SELL)
    assert [(trade["trade_id"], trade["sequence"]) for trade in follower.trades] == trades_expected
    assert view.sequence == book.event_seq
    assert view.phase is book.phase


@settings(max_examples=100, deadline=None)
@given(streams(), st.data())
def test_a_reader_who_falls_behind_gets_conflated_depth_that_still_rebuilds_the_book(stream, data):
    (base_ticks, levels), commands = stream
    book = matching.Book.create(base_ticks=base_ticks, levels=levels)
    view = MarketView(opening_of(book))
    feeds, outbox, follower = feeds_of(view), Outbox(), Follower()
    for channel in Channel:
        outbox.put(feeds[channel].snapshot(now_us=0))
    for command in range(len(commands)):
        view.apply(frame_after(book, commands[command : command + 1]).public_events(after=view.sequence))
        for feed in feeds.values():
            message = feed.frame(now_us=0)
            if message is not None:
                outbox.put(message)
        if data.draw(st.integers(0, 9)) == 0:
            read_everything(outbox, follower)
    # A snapshot of each channel, one message of each that is conflated, and the trades.
    assert len(outbox) <= 2 * len(Channel) - 1 + len(commands)
    read_everything(outbox, follower)
    assert follower.bids == depth_of(book, Side.BUY)
    assert follower.offers == depth_of(book, Side.SELL)


def read_everything(outbox: Outbox, follower: Follower) -> None:
    while len(outbox):
        step = outbox.get()
        try:
            step.send(None)
        except StopIteration as taken:
            follower.take(orjson.loads(taken.value.text))


def test_a_frame_says_prices_and_quantities_as_decimals_and_a_level_that_is_gone_as_zero():
    book = matching.Book.create(base_ticks=1, levels=1000)
    view = MarketView(opening_of(book))
    feeds = feeds_of(view)
    for commands in (
        new_order(Side.SELL, 30, 201, order_id=1),
        new_order(Side.BUY, 10, 200, order_id=2),
    ):
        view.apply(frame_after(book, commands).public_events(after=view.sequence))
    assert orjson.loads(feeds[Channel.DEPTH].frame(now_us=0).text) == {
        "type": "depth",
        "symbol": "ACME",
        "epoch": str(EPOCH),
        "first_sequence": 1,
        "last_sequence": 2,
        "phase": "CONTINUOUS",
        "phase_reason": "",
        "bids": [["10.00", "100"]],
        "offers": [["10.05", "300"]],
        "checksum": checksum.of_book([("10.00", "100")], [("10.05", "300")]),
    }
    assert feeds[Channel.TRADES].frame(now_us=0) is None
    view.apply(frame_after(book, new_order(Side.BUY, 30, 205, order_id=3)).public_events(after=view.sequence))
    assert feeds[Channel.DEPTH].frame(now_us=0).body["offers"] == [["10.05", "0"]]
    assert orjson.loads(feeds[Channel.TRADES].frame(now_us=0).text) == {
        "type": "trades",
        "symbol": "ACME",
        "epoch": str(EPOCH),
        "first_sequence": 1,
        "last_sequence": 5,
        "trades": [
            {
                "trade_id": 1,
                "price": "10.05",
                "quantity": "300",
                "aggressor_side": "BUY",
                "executed_at": "1970-01-01T00:00:03.000000Z",
                "sequence": 5,
            }
        ],
    }
    assert orjson.loads(feeds[Channel.TICKER].frame(now_us=0).text) == {
        "type": "ticker",
        "symbol": "ACME",
        "epoch": str(EPOCH),
        "first_sequence": 1,
        "last_sequence": 5,
        "phase": "CONTINUOUS",
        "phase_reason": "",
        "indicative_px": None,
        "indicative_qty": None,
        "imbalance_qty": None,
        "auction_ends_at": None,
        "reference_price": "10.00",
        "last_px": "10.05",
        "change": "0.05",
        "change_percent": "0.50",
        "bid_px": "10.00",
        "bid_qty": "100",
        "offer_px": None,
        "offer_qty": None,
        "spread": None,
        "high_px": "10.05",
        "low_px": "10.05",
        "volume": "300",
    }


def test_the_checksum_comes_with_the_first_depth_and_then_once_in_a_while_with_what_is_news():
    book = matching.Book.create(base_ticks=1, levels=1000)
    view = MarketView(opening_of(book))
    depth, told = feeds_of(view)[Channel.DEPTH], []
    for number in range(1, 9):
        view.apply(frame_after(book, new_order(Side.BUY, 1, 100, order_id=number)).public_events(after=view.sequence))
        told.append("checksum" in depth.frame(now_us=number * CHECKSUM_INTERVAL_US // 3).body)
    assert told == [True, False, False, True, False, False, True, False]


def test_the_checksum_of_a_book_is_the_one_in_the_manual():
    assert checksum.of_book([("10.05", "300"), ("10.00", "120")], [("10.10", "80")]) == crc32(
        b"10.05:300,10.00:120|10.10:80"
    )
    assert checksum.of_book([], []) == crc32(b"|")


def test_an_order_that_trades_at_once_never_shows_on_the_book():
    book = matching.Book.create(base_ticks=1, levels=1000)
    view = MarketView(opening_of(book))
    feeds = feeds_of(view)
    view.apply(frame_after(book, new_order(Side.SELL, 30, 201, order_id=1)).public_events(after=view.sequence))
    feeds[Channel.DEPTH].frame(now_us=0)
    view.apply(frame_after(book, new_order(Side.BUY, 10, 210, order_id=2)).public_events(after=view.sequence))
    depth = feeds[Channel.DEPTH].frame(now_us=0).body
    assert (depth["bids"], depth["offers"]) == ([], [["10.05", "200"]])


def test_a_level_that_changed_and_changed_back_is_told_to_whoever_came_in_between():
    book = matching.Book.create(base_ticks=1, levels=1000)
    view = MarketView(opening_of(book))
    depth = feeds_of(view)[Channel.DEPTH]
    one_came = new_order(Side.BUY, 1, 100, order_id=1)
    and_went = np.zeros(1, dtype=matching.COMMAND)
    and_went["kind"], and_went["order_id"], and_went["account_id"] = matching.CommandKind.CANCEL, 1, 1
    view.apply(frame_after(book, np.concatenate([one_came, and_went])).public_events(after=view.sequence))
    assert depth.frame(now_us=0).body["bids"] == [["5.00", "0"]]


def test_a_batch_of_too_many_events_is_hinted_without_them():
    book = matching.Book.create(base_ticks=1, levels=1000)
    commands = np.concatenate(
        [new_order(Side.BUY, 1, 100, order_id=number) for number in range(1, limits.FEED_HINT_EVENTS_MAX + 2)]
    )
    frame = from_message(to_message(frame_after(book, commands)))
    assert frame.events is None
    assert (frame.first_sequence, frame.last_sequence) == (1, limits.FEED_HINT_EVENTS_MAX + 1)


def test_a_halt_is_news_of_depth_and_ticker_and_not_of_trades():
    book = matching.Book.create(base_ticks=1, levels=1000)
    view = MarketView(opening_of(book))
    feeds = feeds_of(view)
    halt = np.zeros(1, dtype=matching.COMMAND)
    halt["kind"] = matching.CommandKind.HALT
    view.apply(frame_after(book, halt).public_events(after=view.sequence))
    view.phase_reason = "news pending"
    assert view.phase is TradingPhase.HALTED
    for channel in (Channel.DEPTH, Channel.TICKER):
        body = feeds[channel].frame(now_us=0).body
        assert (body["phase"], body["phase_reason"], body["last_sequence"]) == ("HALTED", "news pending", 1)
    assert feeds[Channel.TRADES].frame(now_us=0) is None
