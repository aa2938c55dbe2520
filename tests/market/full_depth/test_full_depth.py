"""Full depth is the book's own queue: it adds up to the depth, and the next aggressor trades as it says."""

import random
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from itertools import groupby

import pytest
from django.db import connections

from market import entry_ids, full_depth
from market.errors import NotFound, Unavailable
from market.feed import checksum
from market.full_depth import kept_books
from market.models import Instrument, JournalEvent
from market.records import DepthRecord, FullDepthOrder, FullDepthRecord
from market.selectors import depth
from market.services import orders
from tests.market.feed.traffic import Traffic as BesideTraffic
from tests.market.full_depth.traffic import Traffic
from tests.market_place import MarketPlace
from vocabulary import limits
from vocabulary.commands import EventKind
from vocabulary.orders import LiquiditySide
from vocabulary.phases import TradingPhase

ALL = limits.FULL_DEPTH_ORDERS_MAX
SEEDS = [0, *(pytest.param(seed, marks=pytest.mark.nightly) for seed in range(1, 60))]


def summed(side: tuple[FullDepthOrder, ...]) -> list[tuple[Decimal, Decimal, int]]:
    """The levels that orders add up to."""
    levels = [(price, list(level)) for price, level in groupby(side, key=lambda order: order.price)]
    return [(price, sum((order.quantity for order in level), Decimal(0)), len(level)) for price, level in levels]


def assert_adds_up(by_order: FullDepthRecord, by_price: DepthRecord) -> None:
    assert (by_order.epoch, by_order.last_sequence, by_order.phase) == (
        by_price.epoch,
        by_price.last_sequence,
        by_price.phase,
    )
    told = []
    for orders_of_side, levels in ((by_order.bids, by_price.bids), (by_order.offers, by_price.offers)):
        assert summed(orders_of_side) == [(level.price, level.quantity, level.order_count) for level in levels]
        for _, level in groupby(orders_of_side, key=lambda order: order.price):
            positions = [order.queue_position for order in level]
            assert positions == list(range(1, len(positions) + 1))
        told.append([(str(level.price), str(level.quantity)) for level in levels])
    assert (by_order.bid_order_count, by_order.offer_order_count) == (len(by_order.bids), len(by_order.offers))
    assert by_order.levels_crc32 == checksum.of_book(*told)


def trades_of_makers(*, after: int) -> list[tuple[str, int]]:
    """Which makers have traded since a sequence, and how much, in that order."""
    fills = JournalEvent.objects.filter(
        event_seq__gt=after, kind=EventKind.TRADE.value, liquidity=LiquiditySide.MAKER.value
    )
    return [(entry_ids.of_order(fill.order_id), fill.last_qty_lots) for fill in fills.order_by("event_seq")]


@pytest.mark.parametrize("seed", SEEDS)
def test_it_adds_up_to_the_depth_whatever_happens_to_orders_kept_or_restored(market, seed):
    chance = random.Random(seed)
    traffic = Traffic(market, chance)
    phases = {4: TradingPhase.PRE_OPEN, 6: TradingPhase.CONTINUOUS, 9: TradingPhase.CLOSING_AUCTION}
    shown = 0
    for step in range(11):
        traffic.go_on(acts=chance.randint(5, 20))
        if step in phases:
            traffic.change_phase(phases[step])
        kept = full_depth.of("ACME", count=ALL)
        assert_adds_up(kept, depth.of("ACME", levels=limits.DEPTH_LEVELS_MAX))
        kept_books._kept.clear()
        assert full_depth.of("ACME", count=ALL) == kept
        shown += len(kept.bids) + len(kept.offers)
    assert shown > 50


@pytest.mark.parametrize("seed", SEEDS)
def test_the_next_aggressor_trades_with_the_orders_that_it_names_in_that_order(market, seed):
    traffic = Traffic(market, random.Random(seed + 100))
    traffic.go_on(acts=140)
    compared = 0
    for side, aggressor in (("bids", "SELL"), ("offers", "BUY")):
        while queue := getattr(book := full_depth.of("ACME", count=ALL), side):
            best = [order for order in queue if order.price == queue[0].price]
            market.house_places(aggressor, sum(order.quantity for order in best), best[0].price, time_in_force="IOC")
            market.drain()
            traded = trades_of_makers(after=book.last_sequence)
            assert traded[: len(best)] == [(order.md_entry_id, order.quantity) for order in best]
            compared += len(best)
    assert compared > 10


def test_everybody_who_asks_at_once_beside_the_trading_is_given_the_book_as_it_stood_at_some_sequence(market):
    traffic = BesideTraffic(market, random.Random(5))

    def levels_of(side: tuple[FullDepthOrder, ...]) -> dict[str, str]:
        return {str(price): str(quantity) for price, quantity, _ in summed(side)}

    def ask() -> list[FullDepthRecord]:
        told = []
        try:
            while trading.is_alive():
                told.append(full_depth.of("ACME", count=ALL))
        finally:
            connections.close_all()
        return told

    with traffic.going_on(batches=20) as trading, ThreadPoolExecutor(3) as readers:
        asking = [readers.submit(ask) for _ in range(3)]
    told = [record for answers in asking for record in answers.result()]
    assert len({record.last_sequence for record in told}) > 2
    for record in told:
        assert (levels_of(record.bids), levels_of(record.offers)) == traffic.stood["ACME"][record.last_sequence]


def test_who_reduces_stays_in_place_and_who_raises_or_moves_goes_to_the_end(market):
    first, second, third = (market.place("BUY", 10, "9.90").order.order_id for _ in range(3))
    market.drain()
    orders.replace(market.replacement(first, 5, "9.90"), actor=market.trader)
    orders.replace(market.replacement(second, 11, "9.90"), actor=market.trader)
    market.drain()
    queue = full_depth.of("ACME", count=ALL).bids
    assert [(order.md_entry_id, order.quantity, order.queue_position) for order in queue] == [
        (entry_ids.of_order(first), 5, 1),
        (entry_ids.of_order(third), 10, 2),
        (entry_ids.of_order(second), 11, 3),
    ]


def test_an_iceberg_shows_no_more_than_its_slice_and_queues_anew_with_the_next(market):
    iceberg = market.place("BUY", 100, "9.90", display_qty=30).order.order_id
    other = market.place("BUY", 7, "9.90").order.order_id
    market.place("BUY", 5, ord_type="STOP", stop_px="10.50")
    market.drain()
    named = [entry_ids.of_order(order_id) for order_id in (iceberg, other)]
    queue = full_depth.of("ACME", count=ALL).bids
    assert [(order.md_entry_id, order.quantity) for order in queue] == [(named[0], 30), (named[1], 7)]
    market.house_places("SELL", 30, "9.90")
    market.drain()
    queue = full_depth.of("ACME", count=ALL).bids
    assert [(order.md_entry_id, order.quantity) for order in queue] == [(named[1], 7), (named[0], 30)]


def test_a_side_is_cut_where_the_reader_says_and_tells_how_much_there_is(market):
    for number in range(5):
        market.place("BUY", 1, f"9.9{number}")
    market.drain()
    whole, cut = full_depth.of("ACME", count=ALL), full_depth.of("ACME", count=2)
    assert (cut.bids, cut.bid_order_count) == (whole.bids[:2], 5)
    assert (cut.offers, cut.offer_order_count) == ((), 0)
    assert cut.levels_crc32 == whole.levels_crc32


def test_no_instrument_no_book(market):
    with pytest.raises(NotFound):
        full_depth.of("NONE", count=1)


def test_a_book_that_its_journal_does_not_lead_to_is_not_shown(market: MarketPlace, tamper):
    market.place("BUY", 10, "9.90")
    market.drain()
    tamper("UPDATE market_journalcommand SET order_qty_lots = 11")
    with pytest.raises(Unavailable):
        full_depth.of("ACME", count=ALL)


def test_a_kept_book_that_another_history_follows_on_is_restored(market):
    market.place("BUY", 10, "9.90")
    market.drain()
    full_depth.of("ACME", count=ALL)
    kept = kept_books.of(Instrument.objects.get(symbol="ACME"))
    kept._hot.digest = bytes(32)
    market.place("BUY", 10, "9.91")
    market.drain()
    assert_adds_up(full_depth.of("ACME", count=ALL), depth.of("ACME", levels=limits.DEPTH_LEVELS_MAX))


def test_of_so_many_books_the_one_that_was_asked_for_longest_ago_makes_room(market, monkeypatch):
    monkeypatch.setattr(limits, "FULL_DEPTH_BOOKS_MAX", 1)
    market.list("OTHER")
    for symbol in ("ACME", "OTHER", "ACME"):
        assert full_depth.of(symbol, count=1).bids == ()
    assert list(kept_books._kept) == [Instrument.objects.get(symbol="ACME").pk]
