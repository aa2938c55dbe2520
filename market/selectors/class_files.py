"""Everything that the members of a class have done, as tables to be taken away: a heading and rows for each file."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from django.db import connection

from access.records import Actor
from market.models import EquitySample
from market.records import MemberRecord
from market.selectors import classes, ledger
from vocabulary.orders import OrdStatus, OrdType, Side, TimeInForce
from vocabulary.rejects import RejectReason

LEDGER_PAGE = 1_000

MEMBERS = ("username", "account", "joined_at", "resets", "removed_at")
RANKED = ("rank", "username", "account", "equity", "profit", "return_pct", "drawdown_pct")
ORDERED = (
    "account", "order_id", "cl_ord_id", "symbol", "side", "ord_type", "time_in_force", "order_qty", "price",
    "ord_status", "cum_qty", "reject_reason", "created_at",
)  # fmt: skip
EXECUTED = ("account", "order_id", "trade_id", "symbol", "side", "last_px", "last_qty", "fee", "executed_at")
POSTED = ("account", "happened_at", "cause", "cause_id", "symbol", "amount", "quantity", "note")
SAMPLED = ("account", "sampled_at", "cash", "equity", "unrealised_profit")

Row = tuple[Any, ...]


class ClassFile(NamedTuple):
    """One table: the name of its file, the names of its columns, and its rows, read as they are taken."""

    name: str
    columns: tuple[str, ...]
    rows: Iterable[Row]


ORDERS = """
SELECT a.number, o.id, o.cl_ord_id, i.symbol, o.side, o.ord_type, o.time_in_force, o.order_qty_lots * i.lot_size,
       o.price_ticks * i.tick_size, o.ord_status, o.cum_qty_lots * i.lot_size, o.reject_reason, o.created_at
  FROM market_order o
  JOIN market_account a ON a.id = o.account_id
  JOIN market_instrument i ON i.id = o.instrument_id
 WHERE a.number = %(number)s
 ORDER BY o.id
"""
EXECUTIONS = """
SELECT a.number, leg.order_id, t.id, i.symbol, leg.side, t.price_ticks * i.tick_size, t.quantity_lots * i.lot_size,
       leg.fee_micros * 0.000001, t.executed_at
  FROM market_account a
 CROSS JOIN LATERAL (
       SELECT id AS trade_id, buy_order_id AS order_id, 'BUY' AS side, buy_fee_micros AS fee_micros
         FROM market_trade WHERE buy_account_id = a.id
        UNION ALL
       SELECT id, sell_order_id, 'SELL', sell_fee_micros FROM market_trade WHERE sell_account_id = a.id) leg
  JOIN market_trade t ON t.id = leg.trade_id
  JOIN market_instrument i ON i.id = t.instrument_id
 WHERE a.number = %(number)s
 ORDER BY t.id, leg.side
"""


def of_class(code: str, *, actor: Actor) -> list[ClassFile]:
    """The files of a class, those of removed members among them, for staff. Raises NotPermitted, NotFound."""
    members = classes.members(code, actor=actor)
    standing = classes.leaderboard(code, actor=actor)
    return [
        ClassFile("members.csv", MEMBERS, _named(members, MEMBERS)),
        ClassFile("results.csv", RANKED, _named(standing, RANKED)),
        ClassFile("orders.csv", ORDERED, _of_each(members, _orders)),
        ClassFile("executions.csv", EXECUTED, _of_each(members, _executions)),
        ClassFile("ledger.csv", POSTED, _of_each(members, lambda number: _ledger(number, actor=actor))),
        ClassFile("equity.csv", SAMPLED, _of_each(members, _equity)),
    ]


def _named(records: Iterable[object], columns: Sequence[str]) -> Iterator[Row]:
    for record in records:
        yield tuple(getattr(record, name) for name in columns)


def _of_each(members: Sequence[MemberRecord], read: Callable[[str], Iterable[Row]]) -> Iterator[Row]:
    for member in members:
        yield from read(member.account)


def _orders(number: str) -> Iterator[Row]:
    for row in _fetch(ORDERS, number=number):
        side, ord_type, time_in_force, order_qty, price, ord_status, cum_qty, reject_reason, created_at = row[4:]
        yield (
            *row[:4],
            Side(side).name,
            OrdType(ord_type).name,
            TimeInForce(time_in_force).name,
            order_qty,
            price,
            OrdStatus(ord_status).name,
            cum_qty,
            "" if reject_reason == RejectReason.NONE else RejectReason(reject_reason).code,
            created_at,
        )


def _executions(number: str) -> Iterator[Row]:
    yield from _fetch(EXECUTIONS, number=number)


def _ledger(number: str, *, actor: Actor) -> Iterator[Row]:
    before = None
    while page := ledger.of_account(number, actor=actor, count=LEDGER_PAGE, before=before):
        yield from _named(page, POSTED)
        before = page[-1].cursor


def _equity(number: str) -> Iterator[Row]:
    found = EquitySample.objects.filter(account__number=number).order_by("sampled_at")
    yield from found.values_list("account__number", *SAMPLED[1:]).iterator()


def _fetch(sql: str, **parameters: Any) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())
