"""From the exchange's records to this door's replies. Decimals go out without an exponent, times in UTC."""

from collections.abc import Iterable, Sequence

from analytics.records import CandleRecord, PriceSummary, TrendDirection, VolumeTrends
from grpc_api.translator import words
from grpc_api.translator.parts import (
    execution_of,
    full_depth_orders_of,
    instrument_of,
    levels_of,
    order_of,
    orders_of,
    stamp,
    text,
    text_or_none,
)
from market.feed import ExecutionNews
from market.records import (
    AccountRecord,
    BookState,
    DepthRecord,
    FullDepthRecord,
    InstrumentRecord,
    OrderRecord,
    PositionRecord,
    Receipt,
    SessionRecord,
    TradeRecord,
)
from marketops.v1 import (
    admin_service_pb2,
    analytics_service_pb2,
    market_data_pb2,
    market_service_pb2,
)

_TREND = {
    TrendDirection.RISING: analytics_service_pb2.VOLUME_TREND_RISING,
    TrendDirection.FALLING: analytics_service_pb2.VOLUME_TREND_FALLING,
    TrendDirection.FLAT: analytics_service_pb2.VOLUME_TREND_FLAT,
    None: analytics_service_pb2.VOLUME_TREND_UNSPECIFIED,
}


def added(record: InstrumentRecord) -> market_service_pb2.AddInstrumentResponse:
    """The instrument as it is listed."""
    return market_service_pb2.AddInstrumentResponse(instrument=instrument_of(record))


def instruments(records: Iterable[InstrumentRecord]) -> market_service_pb2.ListInstrumentsResponse:
    """Every instrument."""
    return market_service_pb2.ListInstrumentsResponse(instruments=[instrument_of(record) for record in records])


def instrument(record: InstrumentRecord) -> market_service_pb2.GetInstrumentResponse:
    """One instrument."""
    return market_service_pb2.GetInstrumentResponse(instrument=instrument_of(record))


def placed(receipt: Receipt) -> market_service_pb2.PlaceOrderResponse:
    """An accepted ticket's order."""
    assert receipt.order is not None, "an accepted ticket has an order"
    return market_service_pb2.PlaceOrderResponse(order=order_of(receipt.order), replayed=receipt.replayed)


def replaced(receipt: Receipt) -> market_service_pb2.ReplaceOrderResponse:
    """An accepted change's order."""
    assert receipt.order is not None, "an accepted ticket has an order"
    return market_service_pb2.ReplaceOrderResponse(order=order_of(receipt.order), replayed=receipt.replayed)


def bracket(receipts: Sequence[Receipt]) -> market_service_pb2.PlaceBracketResponse:
    """The orders of an accepted bracket."""
    return market_service_pb2.PlaceBracketResponse(
        orders=orders_of(receipts), replayed=all(receipt.replayed for receipt in receipts)
    )


def one_cancels_other(receipts: Sequence[Receipt]) -> market_service_pb2.PlaceOneCancelsOtherResponse:
    """The orders of an accepted pair."""
    return market_service_pb2.PlaceOneCancelsOtherResponse(
        orders=orders_of(receipts), replayed=all(receipt.replayed for receipt in receipts)
    )


def cancels_taken_on(count: int) -> market_service_pb2.CancelOrdersResponse:
    """How many orders are to be canceled."""
    return market_service_pb2.CancelOrdersResponse(orders=count)


def switch(record: SessionRecord | None) -> market_service_pb2.CancelAllAfterResponse:
    """When the switch acts, if it is armed."""
    return market_service_pb2.CancelAllAfterResponse(expires_at=None if record is None else stamp(record.expires_at))


def canceled(record: OrderRecord) -> market_service_pb2.CancelOrderResponse:
    """The order whose cancel was taken on."""
    return market_service_pb2.CancelOrderResponse(order=order_of(record))


def order(record: OrderRecord) -> market_service_pb2.GetOrderResponse:
    """One order."""
    return market_service_pb2.GetOrderResponse(order=order_of(record))


def orders(records: Iterable[OrderRecord]) -> market_service_pb2.ListOrdersResponse:
    """Orders."""
    return market_service_pb2.ListOrdersResponse(orders=[order_of(record) for record in records])


def accounts(records: Iterable[AccountRecord]) -> market_service_pb2.ListAccountsResponse:
    """Accounts."""
    return market_service_pb2.ListAccountsResponse(
        accounts=[
            market_service_pb2.Account(
                number=record.number,
                kind=record.kind,
                currency=record.currency,
                deposits=text(record.deposits),
                cash=text(record.cash),
                reserved=text(record.reserved),
                buying_power=text(record.buying_power),
            )
            for record in records
        ]
    )


def positions(records: Iterable[PositionRecord]) -> market_service_pb2.ListPositionsResponse:
    """Positions."""
    return market_service_pb2.ListPositionsResponse(
        positions=[
            market_service_pb2.Position(
                account=record.account,
                symbol=record.symbol,
                quantity=text(record.quantity),
                cash=text(record.cash),
                mark_px=text_or_none(record.mark_px),
                market_value=text_or_none(record.market_value),
                profit=text_or_none(record.profit),
                fees=text(record.fees),
                cost=text(record.cost),
                average_cost=text_or_none(record.average_cost),
                realised_profit=text(record.realised_profit),
                unrealised_profit=text_or_none(record.unrealised_profit),
            )
            for record in records
        ]
    )


def order_book(record: DepthRecord) -> market_service_pb2.QueryOrderBookResponse:
    """A book aggregated by price."""
    return market_service_pb2.QueryOrderBookResponse(
        symbol=record.symbol,
        epoch=record.epoch,
        last_sequence=record.last_sequence,
        depth=market_data_pb2.Depth(
            phase=words.TRADING_PHASE[record.phase], bids=levels_of(record.bids), offers=levels_of(record.offers)
        ),
    )


def full_depth(record: FullDepthRecord) -> market_service_pb2.QueryFullDepthResponse:
    """A book order by order."""
    return market_service_pb2.QueryFullDepthResponse(
        symbol=record.symbol,
        epoch=record.epoch,
        last_sequence=record.last_sequence,
        phase=words.TRADING_PHASE[record.phase],
        bid_order_count=record.bid_order_count,
        offer_order_count=record.offer_order_count,
        bids=full_depth_orders_of(record.bids),
        offers=full_depth_orders_of(record.offers),
        checksum=record.levels_crc32,
    )


def trades(records: Iterable[TradeRecord]) -> market_service_pb2.ListTradesResponse:
    """Trades."""
    return market_service_pb2.ListTradesResponse(
        trades=[
            market_data_pb2.Trade(
                trade_id=record.trade_id,
                price=text(record.price),
                quantity=text(record.quantity),
                aggressor_side=words.number_of(words.SIDE, record.aggressor_side),
                executed_at=stamp(record.executed_at),
                sequence=record.event_sequence,
            )
            for record in records
        ]
    )


def executions(news: ExecutionNews) -> market_service_pb2.StreamExecutionsResponse:
    """Execution reports, and how far the stream has come in the books that moved."""
    return market_service_pb2.StreamExecutionsResponse(
        executions=[execution_of(report) for report in news.reports],
        positions={symbol: position.sequence for symbol, position in news.positions.items()},
        epochs={symbol: position.epoch for symbol, position in news.positions.items()},
    )


def price_summary(record: PriceSummary) -> analytics_service_pb2.GetPriceSummaryResponse:
    """Prices over a window."""
    return analytics_service_pb2.GetPriceSummaryResponse(
        symbol=record.symbol,
        start=stamp(record.start),
        end=stamp(record.end),
        trade_count=record.trade_count,
        volume=text(record.volume),
        turnover=text(record.turnover),
        open_px=text_or_none(record.open_px),
        high_px=text_or_none(record.high_px),
        low_px=text_or_none(record.low_px),
        last_px=text_or_none(record.last_px),
        average_px=text_or_none(record.average_px),
        vwap=text_or_none(record.vwap),
        change=text_or_none(record.change),
        change_percent=text_or_none(record.change_percent),
    )


def volume_trends(record: VolumeTrends) -> analytics_service_pb2.GetVolumeTrendsResponse:
    """Volume by interval, and its trend."""
    return analytics_service_pb2.GetVolumeTrendsResponse(
        symbol=record.symbol,
        start=stamp(record.start),
        end=stamp(record.end),
        intervals=[
            analytics_service_pb2.IntervalVolume(
                open_time=stamp(interval.open_time),
                volume=text(interval.volume),
                trade_count=interval.trade_count,
                is_whole=interval.is_whole,
            )
            for interval in record.intervals
        ],
        volume=text(record.volume),
        average_volume=text_or_none(record.average_volume),
        slope=text_or_none(record.slope),
        trend=_TREND[record.trend],
    )


def candles(records: Iterable[CandleRecord]) -> analytics_service_pb2.ListCandlesResponse:
    """Candles."""
    return analytics_service_pb2.ListCandlesResponse(
        candles=[
            analytics_service_pb2.Candle(
                open_time=stamp(record.open_time),
                open_px=text(record.open_px),
                high_px=text(record.high_px),
                low_px=text(record.low_px),
                close_px=text(record.close_px),
                volume=text(record.volume),
                trade_count=record.trade_count,
            )
            for record in records
        ]
    )


def halted(record: InstrumentRecord) -> admin_service_pb2.HaltResponse:
    """The instrument that was halted."""
    return admin_service_pb2.HaltResponse(instrument=instrument_of(record))


def resumed(record: InstrumentRecord) -> admin_service_pb2.ResumeResponse:
    """The instrument that trades on."""
    return admin_service_pb2.ResumeResponse(instrument=instrument_of(record))


def phase_changed(record: InstrumentRecord) -> admin_service_pb2.ChangePhaseResponse:
    """The instrument whose phase is to be another one."""
    return admin_service_pb2.ChangePhaseResponse(instrument=instrument_of(record))


def uncrossed(record: InstrumentRecord) -> admin_service_pb2.UncrossResponse:
    """The instrument whose call is to end."""
    return admin_service_pb2.UncrossResponse(instrument=instrument_of(record))


def bands_set(record: InstrumentRecord) -> admin_service_pb2.SetBandsResponse:
    """The instrument with its new bands."""
    return admin_service_pb2.SetBandsResponse(instrument=instrument_of(record))


def reference_set(record: InstrumentRecord) -> admin_service_pb2.SetReferenceResponse:
    """The instrument with its new reference price."""
    return admin_service_pb2.SetReferenceResponse(instrument=instrument_of(record))


def allocation_set(record: InstrumentRecord) -> admin_service_pb2.SetAllocationResponse:
    """The instrument with its new allocation rule."""
    return admin_service_pb2.SetAllocationResponse(instrument=instrument_of(record))


def status(records: Iterable[BookState]) -> admin_service_pb2.StatusResponse:
    """How the books stand."""
    return admin_service_pb2.StatusResponse(
        books=[
            admin_service_pb2.BookState(
                symbol=record.symbol,
                phase=words.TRADING_PHASE[record.phase],
                phase_reason=record.phase_reason,
                status=record.status,
                status_reason=record.status_reason,
                inbox_depth=record.inbox_depth,
                oldest_inbox_age_ms=round(record.oldest_inbox_age_s * 1000),
                command_sequence=record.command_seq,
                event_sequence=record.event_seq,
            )
            for record in records
        ]
    )
