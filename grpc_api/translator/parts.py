"""The parts that replies are made of."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal

from google.protobuf.timestamp_pb2 import Timestamp

from grpc_api.translator import words
from market.records import (
    AccountExecution,
    DepthLevel,
    FullDepthOrder,
    InstrumentRecord,
    OptionRecord,
    OrderRecord,
    Receipt,
)
from marketops.v1 import (
    instruments_pb2,
    market_data_pb2,
    orders_pb2,
)
from vocabulary.rejects import RejectReason


def instrument_of(record: InstrumentRecord) -> instruments_pb2.Instrument:
    """An instrument."""
    return instruments_pb2.Instrument(
        symbol=record.symbol,
        name=record.name,
        kind=words.INSTRUMENT_KIND[record.kind],
        currency=record.currency,
        tick_size=text(record.tick_size),
        lot_size=text(record.lot_size),
        reference_price=text(record.reference_price),
        low_limit_price=text(record.low_limit_price),
        high_limit_price=text(record.high_limit_price),
        order_qty_max=text(record.order_qty_max),
        phase=words.TRADING_PHASE[record.phase],
        phase_reason=record.phase_reason,
        static_band_bps=record.static_band_bps,
        dynamic_band_bps=record.dynamic_band_bps,
        volatility_auction_s=record.volatility_auction_s,
        auction_ends_at=stamp_or_none(record.auction_ends_at),
        allocation=words.ALLOCATION_RULE[record.allocation],
        calendar=words.CALENDAR_KIND[record.calendar],
        next_phase=words.number_of(words.TRADING_PHASE, record.next_phase),
        next_phase_at=stamp_or_none(record.next_phase_at),
        option=None if record.option is None else option_of(record.option),
        delisted_at=stamp_or_none(record.delisted_at),
    )


def option_of(record: OptionRecord) -> instruments_pb2.Option:
    """The terms of an option."""
    return instruments_pb2.Option(
        underlying=record.underlying,
        put_or_call=words.PUT_OR_CALL[record.put_or_call],
        strike_price=text(record.strike_price),
        contract_multiplier=text(record.contract_multiplier),
        expires_at=stamp(record.expires_at),
        settlement_price=text_or_none(record.settlement_price),
        settlement_basis=words.number_of(words.SETTLEMENT_BASIS, record.settlement_basis),
    )


def orders_of(receipts: Sequence[Receipt]) -> list[orders_pb2.Order]:
    """The orders of these receipts, as far as they were written down."""
    return [order_of(receipt.order) for receipt in receipts if receipt.order is not None]


def terms_of(record: OrderRecord) -> orders_pb2.OrderTerms | None:
    """An order's terms, None when it names none."""
    terms = orders_pb2.OrderTerms(
        stop_px=text_or_none(record.stop_px),
        protection_px=text_or_none(record.protection_px),
        display_qty=text_or_none(record.display_qty),
        min_qty=text_or_none(record.min_qty),
        exec_inst=[words.EXEC_INST[instruction] for instruction in record.exec_inst],
        self_trade_prevention=words.number_of(words.SELF_TRADE_PREVENTION, record.self_trade_prevention),
        peg_price_type=words.number_of(words.PEG_PRICE_TYPE, record.peg_price_type),
        peg_offset_type=words.number_of(words.PEG_OFFSET_TYPE, record.peg_offset_type),
        peg_offset=text_or_none(record.peg_offset),
        expire_time=stamp_or_none(record.expire_time),
        contingency_type=words.number_of(words.CONTINGENCY_TYPE, record.contingency_type),
        linked_order_id=record.linked_order_id,
        pegged_price=text_or_none(record.pegged_price),
    )
    return terms if terms.ByteSize() else None


def order_of(record: OrderRecord) -> orders_pb2.Order:
    """An order."""
    return orders_pb2.Order(
        order_id=record.order_id,
        cl_ord_id=record.cl_ord_id,
        account=record.account,
        symbol=record.symbol,
        side=words.SIDE[record.side],
        ord_type=words.ORD_TYPE[record.ord_type],
        time_in_force=words.TIME_IN_FORCE[record.time_in_force],
        order_qty=text(record.order_qty),
        price=text_or_none(record.price),
        ord_status=words.ORD_STATUS[record.ord_status],
        cum_qty=text(record.cum_qty),
        leaves_qty=text(record.leaves_qty),
        avg_px=text_or_none(record.avg_px),
        reject_reason=code(record.reject_reason),
        text=record.reject_text,
        created_at=stamp(record.created_at),
        transact_time=stamp(record.transact_time),
        terms=terms_of(record),
        is_liquidation=record.is_liquidation,
        md_entry_id=record.md_entry_id,
    )


def execution_of(report: AccountExecution) -> orders_pb2.ExecutionReport:
    """An execution report."""
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
        reason=code(execution.reason),
        cum_qty=text(execution.cum_qty),
        leaves_qty=text(execution.leaves_qty),
        last_px=text_or_none(execution.last_px),
        last_qty=text_or_none(execution.last_qty),
        liquidity_side=words.LIQUIDITY_SIDE[liquidity] if liquidity else orders_pb2.LIQUIDITY_SIDE_UNSPECIFIED,
        trade_id=execution.trade_id,
        transact_time=stamp(execution.transact_time),
        sequence=report.event_sequence,
        fee=text_or_none(execution.fee),
    )


def levels_of(levels: Iterable[DepthLevel]) -> list[market_data_pb2.DepthLevel]:
    """Levels of a book."""
    return [
        market_data_pb2.DepthLevel(
            price=text(level.price), quantity=text(level.quantity), order_count=level.order_count
        )
        for level in levels
    ]


def full_depth_orders_of(orders: Iterable[FullDepthOrder]) -> list[market_data_pb2.FullDepthOrder]:
    """Orders of a book."""
    return [
        market_data_pb2.FullDepthOrder(
            md_entry_id=order.md_entry_id,
            price=text(order.price),
            quantity=text(order.quantity),
            queue_position=order.queue_position,
        )
        for order in orders
    ]


def text(value: Decimal) -> str:
    """A decimal, written out in full."""
    return format(value, "f")


def text_or_none(value: Decimal | None) -> str | None:
    """The same, None for none."""
    return None if value is None else text(value)


def code(reason: RejectReason) -> str:
    """The code of a reason, empty for none."""
    return "" if reason is RejectReason.NONE else reason.code


def stamp(moment: datetime) -> Timestamp:
    """A moment."""
    made = Timestamp()
    made.FromDatetime(moment)
    return made


def stamp_or_none(moment: datetime | None) -> Timestamp | None:
    """The same, None for none."""
    return None if moment is None else stamp(moment)
