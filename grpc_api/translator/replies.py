"""From the exchange's records to this door's replies. Decimals go out without an exponent, times in UTC."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal

from google.protobuf.timestamp_pb2 import Timestamp

from analytics.records import CandleRecord, PriceSummary, TrendDirection, VolumeTrends
from grpc_api.translator import words
from market.feed import ExecutionNews
from market.records import (
    AccountExecution,
    AccountRecord,
    BookState,
    DepthLevel,
    DepthRecord,
    InstrumentRecord,
    OrderRecord,
    PositionRecord,
    Receipt,
    TradeRecord,
)
from marketops.v1 import (
    admin_service_pb2,
    analytics_service_pb2,
    instruments_pb2,
    market_data_pb2,
    market_service_pb2,
    orders_pb2,
)
from vocabulary.rejects import RejectReason

_TREND = {
    TrendDirection.RISING: analytics_service_pb2.VOLUME_TREND_RISING,
    TrendDirection.FALLING: analytics_service_pb2.VOLUME_TREND_FALLING,
    TrendDirection.FLAT: analytics_service_pb2.VOLUME_TREND_FLAT,
    None: analytics_service_pb2.VOLUME_TREND_UNSPECIFIED,
}


def added(record: InstrumentRecord) -> market_service_pb2.AddInstrumentResponse:
    """The instrument as it is listed."""
    return market_service_pb2.AddInstrumentResponse(instrument=_instrument(record))


def instruments(records: Iterable[InstrumentRecord]) -> market_service_pb2.ListInstrumentsResponse:
    """Every instrument."""
    return market_service_pb2.ListInstrumentsResponse(instruments=[_instrument(record) for record in records])


def instrument(record: InstrumentRecord) -> market_service_pb2.GetInstrumentResponse:
    """One instrument."""
    return market_service_pb2.GetInstrumentResponse(instrument=_instrument(record))


def placed(receipt: Receipt) -> market_service_pb2.PlaceOrderResponse:
    """An accepted ticket's order."""
    assert receipt.order is not None, "an accepted ticket has an order"
    return market_service_pb2.PlaceOrderResponse(order=_order(receipt.order), replayed=receipt.replayed)


def replaced(receipt: Receipt) -> market_service_pb2.ReplaceOrderResponse:
    """An accepted change's order."""
    assert receipt.order is not None, "an accepted ticket has an order"
    return market_service_pb2.ReplaceOrderResponse(order=_order(receipt.order), replayed=receipt.replayed)


def bracket(receipts: Sequence[Receipt]) -> market_service_pb2.PlaceBracketResponse:
    """The orders of an accepted bracket."""
    return market_service_pb2.PlaceBracketResponse(
        orders=_orders_of(receipts), replayed=all(receipt.replayed for receipt in receipts)
    )


def one_cancels_other(receipts: Sequence[Receipt]) -> market_service_pb2.PlaceOneCancelsOtherResponse:
    """The orders of an accepted pair."""
    return market_service_pb2.PlaceOneCancelsOtherResponse(
        orders=_orders_of(receipts), replayed=all(receipt.replayed for receipt in receipts)
    )


def cancels_taken_on(count: int) -> market_service_pb2.CancelOrdersResponse:
    """How many orders are to be canceled."""
    return market_service_pb2.CancelOrdersResponse(orders=count)


def canceled(record: OrderRecord) -> market_service_pb2.CancelOrderResponse:
    """The order whose cancel was taken on."""
    return market_service_pb2.CancelOrderResponse(order=_order(record))


def order(record: OrderRecord) -> market_service_pb2.GetOrderResponse:
    """One order."""
    return market_service_pb2.GetOrderResponse(order=_order(record))


def orders(records: Iterable[OrderRecord]) -> market_service_pb2.ListOrdersResponse:
    """Orders."""
    return market_service_pb2.ListOrdersResponse(orders=[_order(record) for record in records])


def accounts(records: Iterable[AccountRecord]) -> market_service_pb2.ListAccountsResponse:
    """Accounts."""
    return market_service_pb2.ListAccountsResponse(
        accounts=[
            market_service_pb2.Account(
                number=record.number,
                kind=record.kind,
                currency=record.currency,
                deposits=_text(record.deposits),
                cash=_text(record.cash),
                reserved=_text(record.reserved),
                buying_power=_text(record.buying_power),
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
                quantity=_text(record.quantity),
                cash=_text(record.cash),
                mark_px=_text_or_none(record.mark_px),
                market_value=_text_or_none(record.market_value),
                profit=_text_or_none(record.profit),
                fees=_text(record.fees),
                cost=_text(record.cost),
                average_cost=_text_or_none(record.average_cost),
                realised_profit=_text(record.realised_profit),
                unrealised_profit=_text_or_none(record.unrealised_profit),
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
            phase=words.TRADING_PHASE[record.phase], bids=_levels(record.bids), offers=_levels(record.offers)
        ),
    )


def trades(records: Iterable[TradeRecord]) -> market_service_pb2.ListTradesResponse:
    """Trades."""
    return market_service_pb2.ListTradesResponse(
        trades=[
            market_data_pb2.Trade(
                trade_id=record.trade_id,
                price=_text(record.price),
                quantity=_text(record.quantity),
                aggressor_side=words.number_of(words.SIDE, record.aggressor_side),
                executed_at=_stamp(record.executed_at),
                sequence=record.event_sequence,
            )
            for record in records
        ]
    )


def executions(news: ExecutionNews) -> market_service_pb2.StreamExecutionsResponse:
    """Execution reports, and how far the stream has come in the books that moved."""
    return market_service_pb2.StreamExecutionsResponse(
        executions=[_execution(report) for report in news.reports],
        positions={symbol: position.sequence for symbol, position in news.positions.items()},
        epochs={symbol: position.epoch for symbol, position in news.positions.items()},
    )


def price_summary(record: PriceSummary) -> analytics_service_pb2.GetPriceSummaryResponse:
    """Prices over a window."""
    return analytics_service_pb2.GetPriceSummaryResponse(
        symbol=record.symbol,
        start=_stamp(record.start),
        end=_stamp(record.end),
        trade_count=record.trade_count,
        volume=_text(record.volume),
        turnover=_text(record.turnover),
        open_px=_text_or_none(record.open_px),
        high_px=_text_or_none(record.high_px),
        low_px=_text_or_none(record.low_px),
        last_px=_text_or_none(record.last_px),
        average_px=_text_or_none(record.average_px),
        vwap=_text_or_none(record.vwap),
        change=_text_or_none(record.change),
        change_percent=_text_or_none(record.change_percent),
    )


def volume_trends(record: VolumeTrends) -> analytics_service_pb2.GetVolumeTrendsResponse:
    """Volume by interval, and its trend."""
    return analytics_service_pb2.GetVolumeTrendsResponse(
        symbol=record.symbol,
        start=_stamp(record.start),
        end=_stamp(record.end),
        intervals=[
            analytics_service_pb2.IntervalVolume(
                open_time=_stamp(interval.open_time),
                volume=_text(interval.volume),
                trade_count=interval.trade_count,
                is_whole=interval.is_whole,
            )
            for interval in record.intervals
        ],
        volume=_text(record.volume),
        average_volume=_text_or_none(record.average_volume),
        slope=_text_or_none(record.slope),
        trend=_TREND[record.trend],
    )


def candles(records: Iterable[CandleRecord]) -> analytics_service_pb2.ListCandlesResponse:
    """Candles."""
    return analytics_service_pb2.ListCandlesResponse(
        candles=[
            analytics_service_pb2.Candle(
                open_time=_stamp(record.open_time),
                open_px=_text(record.open_px),
                high_px=_text(record.high_px),
                low_px=_text(record.low_px),
                close_px=_text(record.close_px),
                volume=_text(record.volume),
                trade_count=record.trade_count,
            )
            for record in records
        ]
    )


def halted(record: InstrumentRecord) -> admin_service_pb2.HaltResponse:
    """The instrument that was halted."""
    return admin_service_pb2.HaltResponse(instrument=_instrument(record))


def resumed(record: InstrumentRecord) -> admin_service_pb2.ResumeResponse:
    """The instrument that trades on."""
    return admin_service_pb2.ResumeResponse(instrument=_instrument(record))


def phase_changed(record: InstrumentRecord) -> admin_service_pb2.ChangePhaseResponse:
    """The instrument whose phase is to be another one."""
    return admin_service_pb2.ChangePhaseResponse(instrument=_instrument(record))


def uncrossed(record: InstrumentRecord) -> admin_service_pb2.UncrossResponse:
    """The instrument whose call is to end."""
    return admin_service_pb2.UncrossResponse(instrument=_instrument(record))


def bands_set(record: InstrumentRecord) -> admin_service_pb2.SetBandsResponse:
    """The instrument with its new bands."""
    return admin_service_pb2.SetBandsResponse(instrument=_instrument(record))


def reference_set(record: InstrumentRecord) -> admin_service_pb2.SetReferenceResponse:
    """The instrument with its new reference price."""
    return admin_service_pb2.SetReferenceResponse(instrument=_instrument(record))


def allocation_set(record: InstrumentRecord) -> admin_service_pb2.SetAllocationResponse:
    """The instrument with its new allocation rule."""
    return admin_service_pb2.SetAllocationResponse(instrument=_instrument(record))


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


def _instrument(record: InstrumentRecord) -> instruments_pb2.Instrument:
    return instruments_pb2.Instrument(
        symbol=record.symbol,
        name=record.name,
        kind=words.INSTRUMENT_KIND[record.kind],
        currency=record.currency,
        tick_size=_text(record.tick_size),
        lot_size=_text(record.lot_size),
        reference_price=_text(record.reference_price),
        low_limit_price=_text(record.low_limit_price),
        high_limit_price=_text(record.high_limit_price),
        order_qty_max=_text(record.order_qty_max),
        phase=words.TRADING_PHASE[record.phase],
        phase_reason=record.phase_reason,
        static_band_bps=record.static_band_bps,
        dynamic_band_bps=record.dynamic_band_bps,
        volatility_auction_s=record.volatility_auction_s,
        auction_ends_at=_stamp_or_none(record.auction_ends_at),
        allocation=words.ALLOCATION_RULE[record.allocation],
        calendar=words.CALENDAR_KIND[record.calendar],
        next_phase=words.number_of(words.TRADING_PHASE, record.next_phase),
        next_phase_at=_stamp_or_none(record.next_phase_at),
    )


def _orders_of(receipts: Sequence[Receipt]) -> list[orders_pb2.Order]:
    return [_order(receipt.order) for receipt in receipts if receipt.order is not None]


def _terms(record: OrderRecord) -> orders_pb2.OrderTerms | None:
    """An order's terms, None when it names none."""
    terms = orders_pb2.OrderTerms(
        stop_px=_text_or_none(record.stop_px),
        protection_px=_text_or_none(record.protection_px),
        display_qty=_text_or_none(record.display_qty),
        min_qty=_text_or_none(record.min_qty),
        exec_inst=[words.EXEC_INST[instruction] for instruction in record.exec_inst],
        self_trade_prevention=words.number_of(words.SELF_TRADE_PREVENTION, record.self_trade_prevention),
        peg_price_type=words.number_of(words.PEG_PRICE_TYPE, record.peg_price_type),
        peg_offset_type=words.number_of(words.PEG_OFFSET_TYPE, record.peg_offset_type),
        peg_offset=_text_or_none(record.peg_offset),
        expire_time=_stamp_or_none(record.expire_time),
        contingency_type=words.number_of(words.CONTINGENCY_TYPE, record.contingency_type),
        linked_order_id=record.linked_order_id,
        pegged_price=_text_or_none(record.pegged_price),
    )
    return terms if terms.ByteSize() else None


def _order(record: OrderRecord) -> orders_pb2.Order:
    return orders_pb2.Order(
        order_id=record.order_id,
        cl_ord_id=record.cl_ord_id,
        account=record.account,
        symbol=record.symbol,
        side=words.SIDE[record.side],
        ord_type=words.ORD_TYPE[record.ord_type],
        time_in_force=words.TIME_IN_FORCE[record.time_in_force],
        order_qty=_text(record.order_qty),
        price=_text_or_none(record.price),
        ord_status=words.ORD_STATUS[record.ord_status],
        cum_qty=_text(record.cum_qty),
        leaves_qty=_text(record.leaves_qty),
        avg_px=_text_or_none(record.avg_px),
        reject_reason=_code(record.reject_reason),
        text=record.reject_text,
        created_at=_stamp(record.created_at),
        transact_time=_stamp(record.transact_time),
        terms=_terms(record),
    )


def _execution(report: AccountExecution) -> orders_pb2.ExecutionReport:
    execution = report.execution
    liquidity = execution.liquidity_side
    return orders_pb2.ExecutionReport(
        exec_id=execution.exec_id,
        order_id=execution.order_id,
        cl_ord_id=report.cl_ord_id,
        account=report.account,
        symbol=report.symbol,
        side=words.SIDE[report.side],
        exec_type=words.EXEC_TYPE[execution.exec_type],
        reason=_code(execution.reason),
        cum_qty=_text(execution.cum_qty),
        leaves_qty=_text(execution.leaves_qty),
        last_px=_text_or_none(execution.last_px),
        last_qty=_text_or_none(execution.last_qty),
        liquidity_side=words.LIQUIDITY_SIDE[liquidity] if liquidity else orders_pb2.LIQUIDITY_SIDE_UNSPECIFIED,
        trade_id=execution.trade_id,
        transact_time=_stamp(execution.transact_time),
        sequence=report.event_sequence,
        fee=_text_or_none(execution.fee),
    )


def _levels(levels: Iterable[DepthLevel]) -> list[market_data_pb2.DepthLevel]:
    return [
        market_data_pb2.DepthLevel(
            price=_text(level.price), quantity=_text(level.quantity), order_count=level.order_count
        )
        for level in levels
    ]


def _text(value: Decimal) -> str:
    return format(value, "f")


def _text_or_none(value: Decimal | None) -> str | None:
    return None if value is None else format(value, "f")


def _code(reason: RejectReason) -> str:
    return "" if reason is RejectReason.NONE else reason.code


def _stamp(moment: datetime) -> Timestamp:
    stamp = Timestamp()
    stamp.FromDatetime(moment)
    return stamp


def _stamp_or_none(moment: datetime | None) -> Timestamp | None:
    return None if moment is None else _stamp(moment)
