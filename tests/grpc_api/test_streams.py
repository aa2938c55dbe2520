"""Streams: market data that is the book's own, executions that are complete and one's own, and how both end."""

from decimal import Decimal
from itertools import pairwise
from threading import Thread
from uuid import UUID, uuid4

import grpc
import pytest
from django.utils import timezone

from access.models import ApiKey
from grpc_api.metrics import CALLS
from market.feed import checksum, replaying
from market.feed.pace import Budget
from market.models import Book
from market.selectors import depth
from market.services import orders
from marketops.v1 import instruments_pb2, market_data_pb2, orders_pb2
from marketops.v1 import market_service_pb2 as market_pb2
from tests.grpc_api.conftest import PATIENCE_S, Caller, Door, refused

EVERY_CHANNEL = [market_data_pb2.CHANNEL_TRADES, market_data_pb2.CHANNEL_DEPTH, market_data_pb2.CHANNEL_TICKER]


def subscription(*channels: int, symbols: tuple[str, ...] = ("ACME",)) -> market_pb2.StreamMarketDataRequest:
    return market_pb2.StreamMarketDataRequest(symbols=symbols, channels=channels)


def updates_of(stream):
    for response in stream:
        assert response.updates
        yield from response.updates


class Ladder:
    """A book as a client keeps it from snapshots and changes."""

    def __init__(self) -> None:
        self.sides: tuple[dict[str, str], dict[str, str]] = ({}, {})
        self.sequence = -1
        self.checksums = 0

    def take(self, update: market_data_pb2.MarketDataUpdate) -> None:
        if update.HasField("snapshot"):
            self.sides = ({}, {})
            self._put(update.snapshot.depth)
        else:
            assert update.first_sequence == self.sequence + 1
            self._put(update.depth)
        self.sequence = update.last_sequence

    def _put(self, change: market_data_pb2.Depth) -> None:
        for side, levels in zip(self.sides, (change.bids, change.offers), strict=True):
            for level in levels:
                side[level.price] = level.quantity
                if level.quantity == "0":
                    del side[level.price]
        if change.HasField("checksum"):
            bids = sorted(self.sides[0].items(), key=lambda level: Decimal(level[0]), reverse=True)
            offers = sorted(self.sides[1].items(), key=lambda level: Decimal(level[0]))
            assert checksum.of_book(bids, offers) == change.checksum
            self.checksums += 1


def test_the_streamed_depth_is_the_books_own_at_every_sequence(door: Door):
    door.place.house_places("SELL", 30, "10.10")
    door.place.drain()
    stream = door.anonymous.market.StreamMarketData(subscription(market_data_pb2.CHANNEL_DEPTH), timeout=PATIENCE_S)
    updates, ladder = updates_of(stream), Ladder()
    ladder.take(next(updates))
    for step in range(5):
        door.place.house_places("SELL", 10, f"10.{20 + step}")
        door.place.place("BUY", 7, "10.10")
        door.place.drain()
        book = depth.of("ACME", levels=100)
        while ladder.sequence < book.last_sequence:
            update = next(updates)
            if not update.HasField("heartbeat"):
                ladder.take(update)
        assert ladder.sequence == book.last_sequence
        expected = [{str(level.price): str(level.quantity) for level in side} for side in (book.bids, book.offers)]
        assert list(ladder.sides) == expected
    assert ladder.checksums >= 2
    stream.cancel()


def test_every_channel_begins_with_a_snapshot_and_accounts_for_every_sequence(door: Door):
    door.place.trade(10, "10.00")
    stream = door.anonymous.market.StreamMarketData(subscription(*EVERY_CHANNEL), timeout=PATIENCE_S)
    updates = updates_of(stream)
    snapshots = {update.snapshot.WhichOneof("content"): update for update in (next(updates) for _ in range(3))}
    assert set(snapshots) == {"trades", "depth", "ticker"}
    (trade,) = snapshots["trades"].snapshot.trades.trades
    assert (trade.trade_id, trade.price, trade.quantity) == (1, "10.00", "10")
    assert trade.aggressor_side == orders_pb2.SIDE_BUY
    assert snapshots["ticker"].snapshot.ticker.last_px == "10.00"
    (epoch,) = {update.snapshot.epoch for update in snapshots.values()}
    assert {update.epoch for update in snapshots.values()} == {epoch}
    assert {update.snapshot.reason for update in snapshots.values()} == {market_data_pb2.SNAPSHOT_REASON_SUBSCRIBED}

    positions = {name: update.last_sequence for name, update in snapshots.items()}
    door.place.trade(5, "10.01")
    traded: list[tuple[int, str]] = []
    while not traded:
        update = next(updates)
        kind = update.WhichOneof("content")
        assert update.epoch == epoch
        if kind == "heartbeat":
            assert dict(update.heartbeat.positions).keys() == positions.keys()
            continue
        assert update.first_sequence == positions[kind] + 1
        positions[kind] = update.last_sequence
        traded = [(found.trade_id, found.price) for found in update.trades.trades]
    assert traded == [(2, "10.01")]
    stream.cancel()


def replay(door: Door, **changes) -> market_pb2.ReplayResponse:
    epoch = door.anonymous.call("QueryOrderBook", market_pb2.QueryOrderBookRequest(symbol="ACME")).epoch
    request = {"symbol": "ACME", "epoch": epoch, "first_sequence": 1, **changes}
    found: market_pb2.ReplayResponse = door.anonymous.call("Replay", market_pb2.ReplayRequest(**request))
    return found


def test_a_missed_range_comes_again_as_updates_that_account_for_all_of_it(door: Door):
    for number in range(3):
        door.place.trade(10 + number, "10.00")
    door.place.house_places("SELL", 5, "10.10")
    door.place.drain()
    found, ladder = replay(door, count=5), Ladder()
    assert (found.first_sequence, found.last_sequence, found.newest_sequence) == (1, 5, 13)
    rest = replay(door, first_sequence=6)
    ladder.sequence = 0
    trades = []
    for update in (*found.updates, *rest.updates):
        if update.HasField("depth"):
            ladder.take(update)
        else:
            trades += [trade.quantity for trade in update.trades.trades]
    assert (trades, ladder.sides, ladder.sequence, ladder.checksums) == (
        ["10", "11", "12"],
        ({}, {"10.10": "5"}),
        13,
        2,
    )
    alone = replay(door, channels=[market_data_pb2.CHANNEL_TRADES])
    assert [update.WhichOneof("content") for update in alone.updates] == ["trades"]


def test_a_range_that_cannot_be_had_is_out_of_range_and_says_why(door: Door, monkeypatch):
    door.place.trade(10, "10.00")
    with refused("OUT_OF_RANGE", "sequence_ahead"):
        replay(door, first_sequence=5)
    with refused("OUT_OF_RANGE", "other_epoch"):
        replay(door, epoch=str(UUID(int=7)))
    monkeypatch.setattr("vocabulary.limits.REPLAY_DEPTH_REACH_EVENTS", 2)
    with refused("OUT_OF_RANGE", "expired"):
        replay(door)
    with refused("NOT_FOUND", "unknown_symbol"):
        replay(door, symbol="NOPE")


def test_who_asks_for_replays_too_often_is_told_when_to_come_back(door: Door, monkeypatch):
    monkeypatch.setattr(replaying, "_budget", Budget(1, at_once=1, callers_max=10))
    door.place.trade(10, "10.00")
    replay(door)
    with refused("RESOURCE_EXHAUSTED", "throttled") as told:
        replay(door)
    assert told.retry_s in (0, 1)


@pytest.mark.parametrize(
    ("changes", "field", "reason"),
    [
        ({"epoch": ""}, "epoch", "required"),
        ({"epoch": "6f0c"}, "epoch", "malformed"),
        ({"first_sequence": 0}, "first_sequence", "not_a_whole_number"),
        ({"first_sequence": -1}, "first_sequence", "not_a_whole_number"),
        ({"count": 0}, "count", "not_a_whole_number"),
        ({"count": 1001}, "count", "not_a_whole_number"),
        ({"channels": [market_data_pb2.CHANNEL_TICKER]}, "channels", "unknown_word"),
        ({"channels": [77]}, "channels", "unknown_word"),
    ],
)
def test_a_replay_that_cannot_be_followed_names_the_field(door: Door, changes, field, reason):
    with refused("INVALID_ARGUMENT", reason) as told:
        replay(door, **changes)
    assert told.fields == [field]


def test_a_stream_of_a_symbol_that_is_not_listed_is_not_found(door: Door):
    for symbol in ("NOPE", "acme", "\x00", "A" * 40):
        with refused("NOT_FOUND", "unknown_symbol"):
            door.anonymous.first_of("StreamMarketData", subscription(*EVERY_CHANNEL, symbols=(symbol,)))


def test_a_placed_order_and_its_fill_are_streamed_to_their_owners_alone(door: Door):
    mine = door.trader.market.StreamExecutions(market_pb2.StreamExecutionsRequest(), **door.trader.how)
    theirs = door.other.market.StreamExecutions(market_pb2.StreamExecutionsRequest(), **door.other.how)
    strangers = door.staff.market.StreamExecutions(market_pb2.StreamExecutionsRequest(), **door.staff.how)
    assert [dict(next(stream).positions) for stream in (mine, theirs, strangers)] == [{"ACME": 0}] * 3
    with door.matching():
        door.place.house_places("SELL", 60, "10.00", cl_ord_id="house-1")
        order_id = door.trader.call("PlaceOrder", door.ticket(price="10.00")).order.order_id
        reports = take(mine, 2)
        assert [report.cl_ord_id for report in take(theirs, 2)] == ["house-1"] * 2
    assert [orders_pb2.ExecType.Name(report.exec_type) for report in reports] == ["EXEC_TYPE_NEW", "EXEC_TYPE_TRADE"]
    fill = reports[1]
    assert fill.transact_time.ToJsonString() > "2026"
    fill.ClearField("transact_time")
    assert fill == orders_pb2.ExecutionReport(
        exec_id=f"ACME-{fill.sequence}",
        order_id=order_id,
        cl_ord_id="my-1",
        account=door.place.account,
        symbol="ACME",
        side=orders_pb2.SIDE_BUY,
        exec_type=orders_pb2.EXEC_TYPE_TRADE,
        cum_qty="60",
        leaves_qty="40",
        last_px="10.00",
        last_qty="60",
        liquidity_side=orders_pb2.LIQUIDITY_SIDE_TAKER,
        trade_id=1,
        sequence=fill.sequence,
        fee="0.000000",
    )
    moved: dict[str, int] = {}
    while moved.get("ACME", 0) < fill.sequence:
        response = next(strangers)
        assert not response.executions
        moved = dict(response.positions)


def take(stream, count: int) -> list[orders_pb2.ExecutionReport]:
    """At least so many reports, as they come."""
    reports: list[orders_pb2.ExecutionReport] = []
    while len(reports) < count:
        reports += next(stream).executions
    return reports


def test_a_stream_goes_on_where_an_earlier_one_ended_with_nothing_lost_and_nothing_twice(door: Door):
    seen, position = [], 0
    for step in range(4):
        for number in range(3):
            door.place.place("BUY", 1, f"9.{10 + number}", cl_ord_id=f"s-{step}-{number}")
        door.place.drain()
        request = market_pb2.StreamExecutionsRequest(since={"ACME": position})
        response = door.trader.first_of("StreamExecutions", request)
        seen += [report.cl_ord_id for report in response.executions]
        sequences = [report.sequence for report in response.executions]
        assert all(earlier < later for earlier, later in pairwise([position, *sequences]))
        position = response.positions["ACME"]
    assert seen == [f"s-{step}-{number}" for step in range(4) for number in range(3)]


def test_an_epoch_that_ends_ends_the_stream_and_its_cursor(door: Door):
    door.place.trade(10, "10.00")
    began = door.trader.first_of("StreamExecutions", market_pb2.StreamExecutionsRequest(since={"ACME": 0}))
    cursor = market_pb2.StreamExecutionsRequest(since=began.positions, epochs=began.epochs)
    assert dict(cursor.epochs) == {"ACME": str(Book.objects.get().epoch)}
    stream = door.trader.market.StreamExecutions(cursor, **door.trader.how)
    next(stream)
    Book.objects.update(epoch=uuid4())
    with refused("OUT_OF_RANGE", "other_epoch"):
        for _ in stream:
            pass
    with refused("OUT_OF_RANGE", "other_epoch"):
        door.trader.first_of("StreamExecutions", cursor)


def test_a_stream_hears_of_instruments_that_are_listed_later(door: Door):
    stream = door.trader.market.StreamExecutions(market_pb2.StreamExecutionsRequest(), **door.trader.how)
    next(stream)
    door.place.list("BOLT")
    door.place.place("BUY", 1, "9.00", symbol="BOLT", cl_ord_id="bolt-1")
    door.place.drain("BOLT")
    assert [report.cl_ord_id for report in take(stream, 1)] == ["bolt-1"]
    stream.cancel()


@pytest.mark.parametrize(
    ("since", "status", "reason"),
    [
        ({"NOPE": 0}, "NOT_FOUND", "unknown_symbol"),
        ({"\x00": 0}, "NOT_FOUND", "unknown_symbol"),
        ({"ACME": 1}, "INVALID_ARGUMENT", "unknown_sequence"),
        ({"ACME": -1}, "INVALID_ARGUMENT", "not_a_whole_number"),
    ],
)
def test_a_stream_cannot_begin_where_no_book_has_come_to(door: Door, since, status, reason):
    with refused(status, reason):
        door.trader.first_of("StreamExecutions", market_pb2.StreamExecutionsRequest(since=since))


def test_a_stream_whose_key_is_revoked_ends_within_five_seconds(door: Door):
    stream = door.trader.market.StreamExecutions(market_pb2.StreamExecutionsRequest(), **door.trader.how)
    next(stream)
    ApiKey.objects.update(revoked_at=timezone.now())
    began = timezone.now()
    with refused("UNAUTHENTICATED", "invalid_key"):
        for _ in stream:
            pass
    assert (timezone.now() - began).total_seconds() < 5


def test_a_server_that_goes_down_sends_its_streams_away_and_finishes_what_it_began(door: Door):
    streams = [
        door.trader.market.StreamExecutions(market_pb2.StreamExecutionsRequest(), **door.trader.how),
        door.anonymous.market.StreamMarketData(subscription(*EVERY_CHANNEL), timeout=PATIENCE_S),
    ]
    for stream in streams:
        next(stream)
    stopping = Thread(target=door.serving.stop)
    stopping.start()
    for stream in streams:
        with refused("UNAVAILABLE", "unavailable") as told:
            for _ in stream:
                pass
        assert told.retry_s == 1
    stopping.join(PATIENCE_S)
    assert not stopping.is_alive()


def test_a_client_that_does_not_read_is_told_so_and_holds_up_nobody(door: Door, monkeypatch):
    monkeypatch.setattr("vocabulary.limits.GRPC_STALL_S_MAX", 0.5)
    request = subscription(market_data_pb2.CHANNEL_DEPTH)
    narrow = [("grpc.http2.lookahead_bytes", 65_535), ("grpc.http2.bdp_probe", 0)]
    with grpc.insecure_channel(door.serving.address, options=narrow) as channel:
        lazy = Caller(channel, key=None).market.StreamMarketData(request, timeout=60)
        next(lazy)
        rounds = 0
        while not ended_calls("StreamMarketData", "RESOURCE_EXHAUSTED"):
            rounds += 1
            assert rounds < 100, "the stream was never given up"
            fill_and_empty_the_book(door)
        diligent = door.anonymous.first_of("StreamMarketData", request)
        assert diligent.updates[0].snapshot.depth.phase == instruments_pb2.TRADING_PHASE_CONTINUOUS
        with refused("RESOURCE_EXHAUSTED", "slow_consumer"):
            for _ in lazy:
                pass


def fill_and_empty_the_book(door: Door) -> None:
    """Changes nearly five hundred levels, twice."""
    tickets = [door.place.ticket("SELL", 1, f"{10 + n / 100:.2f}", account="HOUSE") for n in range(1, 490)]
    orders.place_many(tickets, actor=door.place.house)
    door.place.drain()
    door.place.house_places("BUY", 489, "15.00", time_in_force="IOC")
    door.place.drain()


def ended_calls(method: str, status: str) -> float:
    counted: float = CALLS.labels(f"/marketops.v1.MarketService/{method}", status)._value.get()
    return counted


def test_a_client_that_leaves_leaves_nothing_behind(door: Door, caplog):
    door.anonymous.first_of("StreamMarketData", subscription(*EVERY_CHANNEL))
    door.trader.first_of("StreamExecutions", market_pb2.StreamExecutionsRequest())
    door.place.trade(1, "10.00")
    door.anonymous.first_of("StreamMarketData", subscription(*EVERY_CHANNEL))
    door.serving.stop()
    assert [record.message for record in caplog.records if record.levelname in ("WARNING", "ERROR")] == []
