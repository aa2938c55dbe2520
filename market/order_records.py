"""From an order's row to the record that doors show."""

from collections.abc import Iterable
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from market.models import Order
from market.records import OrderRecord
from vocabulary.orders import OrdStatus, OrdType, Side, TimeInForce
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
)


def records_of(orders: "QuerySet[Order]") -> list[OrderRecord]:
    """The records of the orders that a query finds, in its order, read in one statement."""
    return [_record(row) for row in orders.values_list(*ORDER_COLUMNS)]


ACCESS_ORDER = """
SELECT o.id, o.cl_ord_id, a.number, i.symbol, i.tick_size, i.lot_size, o.side, o.ord_type, o.time_in_force,
       o.order_qty_lots, o.price_ticks, o.ord_status, o.cum_qty_lots, o.leaves_qty_lots, o.cum_tick_lots,
       o.reject_reason, o.reject_text, o.created_at, o.transact_time
  FROM market_order o
  JOIN market_account a ON a.id = o.account_id
  JOIN market_instrument i ON i.id = o.instrument_id
 WHERE o.id = %s AND EXISTS (SELECT FROM market_accountgrant g WHERE g.account_id = o.account_id AND g.user_id = %s)
"""


def record_for(user_id: int, *, order_id: int) -> OrderRecord | None:
    """One order, if the user may trade its account. Whoever waits for an order asks this again and again."""
    with connection.cursor() as cursor:
        cursor.execute(ACCESS_ORDER, [order_id, user_id])
        row = cursor.fetchone()
    return None if row is None else _record(row)


def records_by_id(order_ids: Iterable[int]) -> dict[int, OrderRecord]:
    """The records of these orders by their ids."""
    return {record.order_id: record for record in records_of(Order.objects.filter(pk__in=list(order_ids)))}


def _record(row: tuple[Any, ...]) -> OrderRecord:
    column = dict(zip(ORDER_COLUMNS, row, strict=True))
    units = TradingUnits(plain(column["instrument__tick_size"]), plain(column["instrument__lot_size"]))
    price_ticks = column["price_ticks"]
    return OrderRecord(
        order_id=column["id"],
        cl_ord_id=column["cl_ord_id"],
        account=column["account__number"],
        symbol=column["instrument__symbol"],
        side=Side(column["side"]),
        ord_type=OrdType(column["ord_type"]),
        time_in_force=TimeInForce(column["time_in_force"]),
        order_qty=units.to_quantity(column["order_qty_lots"]),
        price=None if price_ticks is None else units.to_price(price_ticks),
        ord_status=OrdStatus(column["ord_status"]),
        cum_qty=units.to_quantity(column["cum_qty_lots"]),
        leaves_qty=units.to_quantity(column["leaves_qty_lots"]),
        avg_px=average_price(tick_lots=int(column["cum_tick_lots"]), lots=column["cum_qty_lots"], units=units),
        reject_reason=RejectReason(column["reject_reason"]),
        reject_text=column["reject_text"],
        created_at=column["created_at"],
        transact_time=column["transact_time"],
    )
