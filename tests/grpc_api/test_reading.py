"""Reading the market and its analytics over gRPC: what the exchange says, in this door's words."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zlib import crc32

import pytest

from analytics.services import candles
from market.models import Book
from market.records import InstrumentRecord
from market.services import options
from marketops.v1 import analytics_service_pb2, instruments_pb2, market_data_pb2, orders_pb2
from marketops.v1 import market_service_pb2 as market_pb2
from tests.analytics.printing import START, Print, list_instrument, print_trades
from tests.grpc_api.conftest import Door, refused
from vocabulary.options import PutOrCall

ACME = instruments_pb2.Instrument(
    symbol="ACME", name="ACME Industries", kind=instruments_pb2.INSTRUMENT_KIND_SHARE, currency="USD",
    tick_size="0.01", lot_size="1", reference_price="10.00", low_limit_price="5.00", high_limit_price="15.00",
    order_qty_max="1000000", phase=instruments_pb2.TRADING_PHASE_CONTINUOUS,
    volatility_auction_s=30, allocation=instruments_pb2.ALLOCATION_RULE_PRICE_TIME,
    calendar=instruments_pb2.CALENDAR_KIND_ALWAYS_OPEN,
)  # fmt: skip

MINUTE = START + timedelta(seconds=2)
"""A whole minute."""


def test_instruments_are_read_and_listed(door: Door):
    assert list(door.anonymous.call("ListInstruments", market_pb2.ListInstrumentsRequest()).instruments) == [ACME]
    assert door.anonymous.call("GetInstrument", market_pb2.GetInstrumentRequest(symbol="ACME")).instrument == ACME
    listing = market_pb2.AddInstrumentRequest(
        symbol="EUR-USD", name="Euro", kind=instruments_pb2.INSTRUMENT_KIND_CURRENCY_PAIR, currency="USD",
        tick_size="0.00005", lot_size="1000", reference_price="1.08450", band_percent="10", order_qty_max="5000000",
    )  # fmt: skip
    added = door.operator.call("AddInstrument", listing).instrument
    assert (added.symbol, added.low_limit_price, added.order_qty_max) == ("EUR-USD", "0.97605", "5000000")
    symbols = [
        found.symbol
        for found in door.anonymous.call("ListInstruments", market_pb2.ListInstrumentsRequest()).instruments
    ]
    assert symbols == ["ACME", "EUR-USD"]


def test_the_terms_of_an_option_are_read(door: Door):
    expires_at = datetime(2027, 6, 18, 17, 30, tzinfo=UTC)
    options.list_contract(
        "ACME",
        put_or_call=PutOrCall.PUT,
        strike_price=Decimal("9.50"),
        expires_at=expires_at,
        symbol="PUT-1",
        actor=door.place.operator,
    )
    found = door.anonymous.call("GetInstrument", market_pb2.GetInstrumentRequest(symbol="PUT-1")).instrument
    assert found.kind == instruments_pb2.INSTRUMENT_KIND_OPTION
    terms = found.option
    assert (terms.underlying, terms.put_or_call) == ("ACME", instruments_pb2.PUT_OR_CALL_PUT)
    assert (terms.strike_price, terms.contract_multiplier) == ("9.5", "100")
    assert terms.expires_at.ToDatetime(tzinfo=UTC) == expires_at
    assert not terms.HasField("settlement_price")


def test_a_book_is_read_order_by_order(door: Door):
    for quantity, price in ((3, "9.95"), (5, "9.95"), (5, "9.90")):
        door.place.place("BUY", quantity, price)
    door.place.drain()
    book = door.anonymous.call("QueryFullDepth", market_pb2.QueryFullDepthRequest(symbol="ACME", count=2))
    assert [(order.price, order.quantity, order.queue_position) for order in book.bids] == [
        ("9.95", "3", 1),
        ("9.95", "5", 2),
    ]
    assert len({order.md_entry_id for order in book.bids}) == 2
    assert (book.bid_order_count, book.offer_order_count, list(book.offers)) == (3, 0, [])
    by_price = door.anonymous.call("QueryOrderBook", market_pb2.QueryOrderBookRequest(symbol="ACME"))
    assert (book.symbol, book.epoch, book.last_sequence, book.phase) == (
        "ACME",
        by_price.epoch,
        by_price.last_sequence,
        by_price.depth.phase,
    )
    assert book.checksum == crc32(b"9.95:8,9.90:5|")


def test_a_book_is_read_with_the_sequence_it_is_true_at(door: Door):
    for price in ("9.95", "9.95", "9.90"):
        door.place.place("BUY", 5, price)
    door.place.house_places("SELL", 7, "10.05")
    door.place.drain()
    book = door.anonymous.call("QueryOrderBook", market_pb2.QueryOrderBookRequest(symbol="ACME", levels=1))
    assert book == market_pb2.QueryOrderBookResponse(
        symbol="ACME",
        epoch=str(Book.objects.get().epoch),
        last_sequence=4,
        depth=market_data_pb2.Depth(
            phase=instruments_pb2.TRADING_PHASE_CONTINUOUS,
            bids=[market_data_pb2.DepthLevel(price="9.95", quantity="10", order_count=2)],
            offers=[market_data_pb2.DepthLevel(price="10.05", quantity="7", order_count=1)],
        ),
    )


def test_trades_are_read_newest_first_page_by_page(door: Door):
    for price in ("10.00", "10.01", "10.02"):
        door.place.trade(1, price)
    newest = door.anonymous.call("ListTrades", market_pb2.ListTradesRequest(symbol="ACME", count=2)).trades
    assert [(trade.trade_id, trade.price) for trade in newest] == [(3, "10.02"), (2, "10.01")]
    older = door.anonymous.call("ListTrades", market_pb2.ListTradesRequest(symbol="ACME", before=2)).trades
    assert [(trade.trade_id, trade.aggressor_side) for trade in older] == [(1, orders_pb2.SIDE_BUY)]


def test_a_price_summary_counts_trades_that_no_candle_holds_yet(door: Door):
    door.place.trade(10, "10.00")
    candles.build("ACME")
    door.place.trade(30, "10.04")
    summary = door.anonymous.call("GetPriceSummary", analytics_service_pb2.GetPriceSummaryRequest(symbol="ACME"))
    assert (summary.end.ToDatetime() - summary.start.ToDatetime()).days == 1
    summary.ClearField("start")
    summary.ClearField("end")
    assert summary == analytics_service_pb2.GetPriceSummaryResponse(
        symbol="ACME", trade_count=2, volume="40", turnover="401.20", open_px="10.00", high_px="10.04",
        low_px="10.00", last_px="10.04", average_px="10.02", vwap="10.03", change="0.04", change_percent="0.40",
    )  # fmt: skip


def test_volume_trends_are_read_by_interval(door: Door):
    door.place.trade(10, "10.00")
    request = analytics_service_pb2.GetVolumeTrendsRequest(symbol="ACME", interval=analytics_service_pb2.INTERVAL_1H)
    found = door.anonymous.call("GetVolumeTrends", request)
    assert found.volume == "10"
    assert len(found.intervals) in (24, 25)
    assert sum(int(interval.volume) for interval in found.intervals) == 10
    assert found.intervals[-1].trade_count + found.intervals[-2].trade_count == 1


def test_prices_and_volumes_are_those_of_the_window_that_was_asked_for(door: Door):
    symbol = printed_at_minutes(0, 1, 2, 3).symbol
    start, end = MINUTE + timedelta(minutes=1), MINUTE + timedelta(minutes=3)
    window = {"symbol": symbol, "start": start, "end": end}
    summary = door.anonymous.call("GetPriceSummary", analytics_service_pb2.GetPriceSummaryRequest(**window))
    assert (summary.start.ToDatetime(tzinfo=UTC), summary.end.ToDatetime(tzinfo=UTC)) == (start, end)
    assert (summary.trade_count, summary.open_px, summary.high_px, summary.last_px) == (2, "50.05", "50.10", "50.10")
    assert (summary.low_px, summary.volume, summary.change) == ("50.05", "50", "0.05")
    wanted = analytics_service_pb2.GetVolumeTrendsRequest(interval=analytics_service_pb2.INTERVAL_1M, **window)
    trends = door.anonymous.call("GetVolumeTrends", wanted)
    assert [(found.volume, found.trade_count, found.is_whole) for found in trends.intervals] == [
        ("20", 1, True),
        ("30", 1, True),
    ]
    assert (trends.volume, trends.average_volume, trends.slope) == ("50", "25", "10")
    assert trends.trend == analytics_service_pb2.VOLUME_TREND_RISING


def printed_at_minutes(*minutes: int) -> InstrumentRecord:
    """An instrument with a trade in each of these minutes, each a tick dearer and a lot larger; half are in candles."""
    instrument = list_instrument()
    prints = [Print(2 + 60 * minute, 1_000 + minute, 1 + minute) for minute in minutes]
    print_trades(instrument, prints[:2])
    candles.build(instrument.symbol)
    print_trades(instrument, prints[2:], first_trade_id=3)
    return instrument


def test_candles_are_read_oldest_first(door: Door):
    door.place.trade(10, "10.00")
    candles.build("ACME")
    request = analytics_service_pb2.ListCandlesRequest(symbol="ACME", interval=analytics_service_pb2.INTERVAL_1D)
    (candle,) = door.anonymous.call("ListCandles", request).candles
    assert (candle.open_px, candle.close_px, candle.volume, candle.trade_count) == ("10.00", "10.00", "10", 1)


@pytest.mark.parametrize("symbol", ["NOPE", "acme", "\x00", "A" * 17, "ACME ", ".."])
@pytest.mark.parametrize(
    ("method", "kind"),
    [
        ("GetInstrument", market_pb2.GetInstrumentRequest),
        ("QueryOrderBook", market_pb2.QueryOrderBookRequest),
        ("ListTrades", market_pb2.ListTradesRequest),
        ("GetPriceSummary", analytics_service_pb2.GetPriceSummaryRequest),
        ("GetVolumeTrends", analytics_service_pb2.GetVolumeTrendsRequest),
        ("ListCandles", analytics_service_pb2.ListCandlesRequest),
    ],
)
def test_an_unknown_symbol_is_not_found(door: Door, method, kind, symbol):
    with refused("NOT_FOUND", "unknown_symbol"):
        door.anonymous.call(method, kind(symbol=symbol))
