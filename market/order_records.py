"""From an order's row to the record that doors show."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import QuerySet

from access.records import Actor
from market import grants, prepared
from market.models import Order
from market.records import OrderRecord
from vocabulary.orders import (
    PRICED_TYPES,
    ContingencyType,
    ExecInst,
    OrdStatus,
    OrdType,
    PegOffsetType,
    PegPriceType,
    SelfTradePrevention,
    Side,
    TimeInForce,
)
from vocabulary.rejects import RejectReason
from vocabulary.units import TradingUnits, average_price, plain

ORDER_COLUMNS = (
    "id",
    "cl_ord_id",
    "account__number",
    "instrument__symbol",
    "instrument__tick_size",
    "instrument__lot_size",
    "side",
    "ord_type",
    "time_in_force",
    "order_qty_lots",
    "price_ticks",
    "ord_status",
    "cum_qty_lots",
    "leaves_qty_lots",
    "cum_tick_lots",
    "reject_reason",
    "reject_text",
    "created_at",
    "transact_time",
    "is_liquidation",
    "terms__exec_inst",
    "terms__self_trade_prevention",
    "terms__peg_price_type",
    "terms__peg_offset_type",
    "terms__peg_offset",
    "terms__stop_px_ticks",
    "terms__display_qty_lots",
    "terms__min_qty_lots",
    "terms__expire_time_ns",
    "terms__linked_order_id",
    "terms__contingency_type",
    "terms__limit_price_ticks",
    "terms__protection_px_ticks",
)
PLAIN_COLUMNS = ORDER_COLUMNS.index("terms__exec_inst")


class TermsRow(NamedTuple):
    """An order's row of terms; 0 and None stand for a term that it does not name."""

    exec_inst: int
    self_trade_prevention: int
    peg_price_type: int
    peg_offset_type: int
    peg_offset: int
    stop_px_ticks: int
    display_qty_lots: int
    min_qty_lots: int
    expire_time_ns: int
    linked_order_id: int
    contingency_type: int
    limit_price_ticks: int | None
    protection_px_ticks: int | None


def records_of(orders: "QuerySet[Order]") -> list[OrderRecord]:
    """The records of the orders that a query finds, in its order, read in one statement."""
    return [_record(row) for row in orders.values_list(*ORDER_COLUMNS)]


ACCESS_ORDER = f"""
SELECT o.id, o.cl_ord_id, a.number, i.symbol, i.tick_size, i.lot_size, o.side, o.ord_type, o.time_in_force,
       o.order_qty_lots, o.price_ticks, o.ord_status, o.cum_qty_lots, o.leaves_qty_lots, o.cum_tick_lots,
       o.reject_reason, o.reject_text, o.created_at, o.transact_time, o.is_liquidation,
       {", ".join(f"t.{name}" for name in TermsRow._fields)}
  FROM market_order o
  LEFT JOIN market_orderterms t ON t.order_id = o.id
  JOIN market_account a ON a.id = o.account_id
  JOIN market_instrument i ON i.id = o.instrument_id
 WHERE o.id = %(order_id)s
   AND EXISTS (SELECT FROM market_accountgrant g WHERE g.account_id = o.account_id AND {grants.GRANTED})
"""


def record_for(actor: Actor, *, order_id: int) -> OrderRecord | None:
    """One order, if its account is the actor's. Whoever waits for an order asks this again and again."""
    with prepared.cursor() as cursor:
        cursor.execute(ACCESS_ORDER, {"order_id": order_id, **grants.parameters(actor)})
        row = cursor.fetchone()
    return None if row is None else _record(row)


def records_by_id(order_ids: Iterable[int]) -> dict[int, OrderRecord]:
    """The records of these orders by their ids."""
    return {record.order_id: record for record in records_of(Order.objects.filter(pk__in=list(order_ids)))}


def price_of(ord_type: OrdType, price_ticks: int | None, *, units: TradingUnits) -> Decimal | None:
    """The price that an order names; None for one whose row holds its protection, or where a peg has put it."""
    is_named = price_ticks is not None and ord_type in PRICED_TYPES
    return units.to_price(price_ticks) if is_named and price_ticks is not None else None


def with_terms(
    plain: OrderRecord, terms: TermsRow, *, units: TradingUnits, pegged_ticks: int | None = None
) -> OrderRecord:
    """The same record with its order's terms."""
    peg_type, stp, contingency = terms.peg_price_type, terms.self_trade_prevention, terms.contingency_type
    is_bps = terms.peg_offset_type == PegOffsetType.BASIS_POINTS
    offset = Decimal(terms.peg_offset) if is_bps else units.to_price(terms.peg_offset)
    is_pegged = plain.ord_type is OrdType.PEGGED
    return replace(
        plain,
        price=_price(terms.limit_price_ticks, units=units) if is_pegged else plain.price,
        pegged_price=_price(pegged_ticks, units=units) if is_pegged else None,
        stop_px=_price(terms.stop_px_ticks or None, units=units),
        protection_px=_price(terms.protection_px_ticks, units=units),
        display_qty=_quantity(terms.display_qty_lots, units=units),
        min_qty=_quantity(terms.min_qty_lots, units=units),
        exec_inst=ExecInst(terms.exec_inst),
        self_trade_prevention=SelfTradePrevention(stp) if stp else None,
        peg_price_type=PegPriceType(peg_type) if peg_type else None,
        peg_offset_type=PegOffsetType(terms.peg_offset_type) if peg_type else None,
        peg_offset=offset if peg_type else None,
        expire_time=_moment(terms.expire_time_ns) if terms.expire_time_ns else None,
        linked_order_id=terms.linked_order_id or None,
        contingency_type=ContingencyType(contingency) if contingency else None,
    )


def _record(row: tuple[Any, ...]) -> OrderRecord:
    column = dict(zip(ORDER_COLUMNS[:PLAIN_COLUMNS], row, strict=False))
    units = TradingUnits(plain(column["instrument__tick_size"]), plain(column["instrument__lot_size"]))
    ord_type, price_ticks = OrdType(column["ord_type"]), column["price_ticks"]
    record = OrderRecord(
        order_id=column["id"],
        cl_ord_id=column["cl_ord_id"],
        account=column["account__number"],
        symbol=column["instrument__symbol"],
        side=Side(column["side"]),
        ord_type=ord_type,
        time_in_force=TimeInForce(column["time_in_force"]),
        order_qty=units.to_quantity(column["order_qty_lots"]),
        price=price_of(ord_type, price_ticks, units=units),
        ord_status=OrdStatus(column["ord_status"]),
        cum_qty=units.to_quantity(column["cum_qty_lots"]),
        leaves_qty=units.to_quantity(column["leaves_qty_lots"]),
        avg_px=average_price(tick_lots=int(column["cum_tick_lots"]), lots=column["cum_qty_lots"], units=units),
        reject_reason=RejectReason(column["reject_reason"]),
        reject_text=column["reject_text"],
        created_at=column["created_at"],
        transact_time=column["transact_time"],
        is_liquidation=column["is_liquidation"],
    )
    terms = TermsRow(*row[PLAIN_COLUMNS:])
    # An order without terms has no such row: the join gives NULL in each of its columns.
    has_terms = terms.exec_inst is not None
    return with_terms(record, terms, units=units, pegged_ticks=price_ticks) if has_terms else record


def _price(ticks: int | None, *, units: TradingUnits) -> Decimal | None:
    return None if ticks is None else units.to_price(ticks)


def _quantity(lots: int, *, units: TradingUnits) -> Decimal | None:
    return units.to_quantity(lots) if lots else None


def _moment(nanoseconds: int) -> datetime:
    seconds, rest = divmod(nanoseconds, 1_000_000_000)
    return datetime.fromtimestamp(seconds, tz=UTC).replace(microsecond=rest // 1_000)
