"""Reading an account's ledger: every movement of its money and its quantities, newest first, a page at a time.

What comes here are the rows behind the view ``market_ledger``, of one account, by the indexes that lead to them. A page
is made of whole movements: the legs of a trade and of its fee are never torn apart.
"""

import heapq
import re
from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection

from access.records import Actor
from market import grants
from market.errors import InvalidRequest, NotFound
from market.models import Account
from market.records import LedgerRecord
from vocabulary.fees import money_of
from vocabulary.units import TradingUnits, plain

BIGINT_MAX = 2**63 - 1
CURSOR_PATTERN = r"[0-9]{1,19}-[0-9]{1,19}-[0-9]{1,19}"
_CURSOR = re.compile(CURSOR_PATTERN)


class _Cursor(NamedTuple):
    """Up to which row, not included, each kind of movement is still to be read; rows go down."""

    trade: int = BIGINT_MAX
    entry: int = BIGINT_MAX
    transfer: int = BIGINT_MAX

    @property
    def text(self) -> str:
        return "-".join(str(number) for number in self)


class _Leg(NamedTuple):
    """What a movement did to the account, once."""

    cause: str
    amount: Decimal
    quantity: Decimal


class _Movement(NamedTuple):
    """A row of one of the sources, with its legs in this account."""

    happened_at: datetime
    source: str
    row_id: int
    symbol: str | None
    note: str
    legs: tuple[_Leg, ...]


def of_account(number: str, *, actor: Actor, count: int, before: str | None = None) -> list[LedgerRecord]:
    """The newest ``count`` movements of an account of the actor's, leg by leg, or those behind a row's ``cursor``.

    Operators read anybody's. Raises NotFound, InvalidRequest for a cursor that is none.
    """
    account = _access(number, actor=actor)
    cursor = _read_cursor(before)
    rows: list[LedgerRecord] = []
    movements = heapq.merge(
        _trades(account.pk, before=cursor.trade, count=count),
        _entries(account.pk, before=cursor.entry, count=count),
        _transfers(account.pk, before=cursor.transfer, count=count),
        key=lambda movement: movement.happened_at,
        reverse=True,
    )
    for _, movement in zip(range(count), movements, strict=False):
        cursor = cursor._replace(**{movement.source: movement.row_id})
        rows += [_record(movement, leg, account=number, cursor=cursor) for leg in movement.legs]
    return rows


def _access(number: str, *, actor: Actor) -> Account:
    found = Account.objects.filter(number=number)
    if not actor.role.may_operate:
        found = found.filter(grants.reached_by(actor))
    account = found.first()
    if account is None:
        raise NotFound("You have no such account.", field="account")
    return account


def _read_cursor(text: str | None) -> _Cursor:
    if text is None:
        return _Cursor()
    if _CURSOR.fullmatch(text) is None or any(int(number) > BIGINT_MAX for number in text.split("-")):
        raise InvalidRequest("before must be the cursor of a row of this ledger.", field="before", code="malformed")
    return _Cursor(*(int(number) for number in text.split("-")))


def _record(movement: _Movement, leg: _Leg, *, account: str, cursor: _Cursor) -> LedgerRecord:
    return LedgerRecord(
        account=account,
        cause=leg.cause,
        cause_id=movement.row_id,
        symbol=movement.symbol,
        amount=leg.amount,
        quantity=leg.quantity,
        happened_at=movement.happened_at,
        note=movement.note,
        cursor=cursor.text,
    )


TRADES = """
SELECT t.id, t.executed_at, i.symbol, i.tick_size, i.lot_size, t.price_ticks, t.quantity_lots,
       t.buy_account_id = %(account)s, t.sell_account_id = %(account)s, t.buy_fee_micros, t.sell_fee_micros
  FROM ((SELECT * FROM market_trade WHERE buy_account_id = %(account)s AND id < %(before)s
          ORDER BY id DESC LIMIT %(count)s)
        UNION
        (SELECT * FROM market_trade WHERE sell_account_id = %(account)s AND id < %(before)s
          ORDER BY id DESC LIMIT %(count)s)) t
  JOIN market_instrument i ON i.id = t.instrument_id
 ORDER BY t.id DESC LIMIT %(count)s
"""


def _trades(account_id: int, *, before: int, count: int) -> Iterator[_Movement]:
    for row in _fetch(TRADES, account=account_id, before=before, count=count):
        trade_id, executed_at, symbol, tick_size, lot_size, ticks, lots, buys, sells, buy_fee, sell_fee = row
        units = TradingUnits(tick_size=plain(tick_size), lot_size=plain(lot_size))
        value, quantity = units.to_money(ticks * lots), units.to_quantity(lots)
        legs = []
        if buys:
            legs += [_Leg("TRADE", -value, quantity), _Leg("FEE", -money_of(buy_fee), Decimal(0))]
        if sells:
            legs += [_Leg("TRADE", value, -quantity), _Leg("FEE", -money_of(sell_fee), Decimal(0))]
        moving = tuple(leg for leg in legs if leg.amount or leg.quantity)
        yield _Movement(executed_at, "trade", trade_id, symbol, "", moving)


ENTRIES = """
SELECT id, posted_at, kind, amount, note FROM market_ledgerentry
 WHERE account_id = %(account)s AND id < %(before)s ORDER BY id DESC LIMIT %(count)s
"""


def _entries(account_id: int, *, before: int, count: int) -> Iterator[_Movement]:
    for entry_id, posted_at, kind, amount, note in _fetch(ENTRIES, account=account_id, before=before, count=count):
        yield _Movement(posted_at, "entry", entry_id, None, note, (_Leg(kind, plain(amount), Decimal(0)),))


TRANSFERS = """
SELECT p.id, p.posted_at, i.symbol, i.tick_size, i.lot_size, p.lot_price,
       CASE WHEN p.to_account_id = %(account)s THEN p.quantity_lots ELSE -p.quantity_lots END
  FROM market_positiontransfer p JOIN market_instrument i ON i.id = p.instrument_id
 WHERE %(account)s IN (p.from_account_id, p.to_account_id) AND p.id < %(before)s ORDER BY p.id DESC LIMIT %(count)s
"""


def _transfers(account_id: int, *, before: int, count: int) -> Iterator[_Movement]:
    for row in _fetch(TRANSFERS, account=account_id, before=before, count=count):
        transfer_id, posted_at, symbol, tick_size, lot_size, lot_price, lots = row
        units = TradingUnits(tick_size=plain(tick_size), lot_size=plain(lot_size))
        leg = _Leg("TRANSFER", plain(-lots * lot_price), units.to_quantity(lots))
        yield _Movement(posted_at, "transfer", transfer_id, symbol, "", (leg,))


def _fetch(sql: str, **parameters: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())
