"""Reading an account's ledger: every movement of its money and its quantities, newest first, a page at a time.

What comes here are the rows behind the view ``market_ledger``, of one account, by the indexes that lead to them. A page
is made of whole movements: the legs of a trade and of its fee are never torn apart.
"""

import heapq
import re
from collections.abc import Collection, Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db import connection

from access.records import Actor
from market import grants
from market.errors import InvalidRequest, NotFound
from market.models import Account
from market.models.corporate_action import CorporateActionKind
from market.models.ledger_entry import LedgerEntryKind
from market.records import LedgerRecord, LedgerSumRecord
from vocabulary.fees import money_of
from vocabulary.units import TradingUnits, plain

BIGINT_MAX = 2**63 - 1
CURSOR_PATTERN = r"[0-9]{1,19}-[0-9]{1,19}-[0-9]{1,19}"
MONEY_CAUSES = tuple(LedgerEntryKind.values)
TRANSFER_CAUSES = ("TRANSFER", *CorporateActionKind.values)
CAUSES = ("TRADE", "FEE", *TRANSFER_CAUSES, *MONEY_CAUSES)
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


class _Choice(NamedTuple):
    """Which rows of which account."""

    account_id: int
    symbol: str | None
    causes: Collection[str]


def of_account(
    number: str,
    *,
    actor: Actor,
    count: int,
    before: str | None = None,
    symbol: str | None = None,
    causes: Collection[str] = (),
) -> list[LedgerRecord]:
    """The newest ``count`` movements of an account of the actor's, leg by leg, or those behind a row's ``cursor``.

    Of one instrument where ``symbol`` is given, of some of ``CAUSES`` where they are. Operators read anybody's. Raises
    NotFound, InvalidRequest for a cursor or a cause that is none.
    """
    choice = _choose(number, actor=actor, symbol=symbol, causes=causes)
    cursor = _read_cursor(before)
    rows: list[LedgerRecord] = []
    movements = heapq.merge(
        _trades(choice, before=cursor.trade, count=count),
        _entries(choice, before=cursor.entry, count=count),
        _transfers(choice, before=cursor.transfer, count=count),
        key=lambda movement: movement.happened_at,
        reverse=True,
    )
    for _, movement in zip(range(count), movements, strict=False):
        cursor = cursor._replace(**{movement.source: movement.row_id})
        rows += [_record(movement, leg, account=number, cursor=cursor) for leg in movement.legs]
    return rows


CAUSE_OF_TRANSFER = "CASE p.kind WHEN 'RESET' THEN 'TRANSFER' ELSE p.kind END"
SUM = f"""
SELECT COALESCE(sum(amount), 0), COALESCE(sum(quantity), 0) FROM (
  SELECT 'TRADE' AS cause, i.symbol, -t.price_ticks * t.quantity_lots * i.tick_size * i.lot_size AS amount,
         t.quantity_lots * i.lot_size AS quantity
    FROM market_trade t JOIN market_instrument i ON i.id = t.instrument_id WHERE t.buy_account_id = %(account)s
  UNION ALL
  SELECT 'TRADE', i.symbol, t.price_ticks * t.quantity_lots * i.tick_size * i.lot_size, -t.quantity_lots * i.lot_size
    FROM market_trade t JOIN market_instrument i ON i.id = t.instrument_id WHERE t.sell_account_id = %(account)s
  UNION ALL
  SELECT 'FEE', i.symbol, -t.buy_fee_micros * 0.000001, 0
    FROM market_trade t JOIN market_instrument i ON i.id = t.instrument_id WHERE t.buy_account_id = %(account)s
  UNION ALL
  SELECT 'FEE', i.symbol, -t.sell_fee_micros * 0.000001, 0
    FROM market_trade t JOIN market_instrument i ON i.id = t.instrument_id WHERE t.sell_account_id = %(account)s
  UNION ALL
  SELECT kind, NULL, amount, 0 FROM market_ledgerentry WHERE account_id = %(account)s
  UNION ALL
  SELECT {CAUSE_OF_TRANSFER}, i.symbol, p.lot_price * p.quantity_lots - p.amount, -p.quantity_lots * i.lot_size
    FROM market_positiontransfer p JOIN market_instrument i ON i.id = p.instrument_id
   WHERE p.from_account_id = %(account)s
  UNION ALL
  SELECT {CAUSE_OF_TRANSFER}, i.symbol, -p.lot_price * p.quantity_lots + p.amount, p.quantity_lots * i.lot_size
    FROM market_positiontransfer p JOIN market_instrument i ON i.id = p.instrument_id
   WHERE p.to_account_id = %(account)s
) leg
 WHERE cause = ANY(%(causes)s) AND (%(symbol)s::text IS NULL OR symbol = %(symbol)s)
"""


def total(number: str, *, actor: Actor, symbol: str | None = None, causes: Collection[str] = ()) -> LedgerSumRecord:
    """The sum of all rows that ``of_account`` gives page by page. Raises as it does."""
    choice = _choose(number, actor=actor, symbol=symbol, causes=causes)
    ((amount, quantity),) = _fetch(SUM, account=choice.account_id, symbol=choice.symbol, causes=list(choice.causes))
    return LedgerSumRecord(amount=plain(amount), quantity=None if symbol is None else plain(quantity))


def _choose(number: str, *, actor: Actor, symbol: str | None, causes: Collection[str]) -> _Choice:
    account = _access(number, actor=actor)
    if not set(causes) <= set(CAUSES):
        raise InvalidRequest(f"cause must be some of {', '.join(CAUSES)}.", field="cause", code="malformed")
    return _Choice(account.pk, symbol, causes or CAUSES)


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
            AND (%(any_symbol)s OR instrument_id = (SELECT id FROM market_instrument WHERE symbol = %(symbol)s))
            AND (%(with_trades)s OR buy_fee_micros <> 0)
          ORDER BY id DESC LIMIT %(count)s)
        UNION
        (SELECT * FROM market_trade WHERE sell_account_id = %(account)s AND id < %(before)s
            AND (%(any_symbol)s OR instrument_id = (SELECT id FROM market_instrument WHERE symbol = %(symbol)s))
            AND (%(with_trades)s OR sell_fee_micros <> 0)
          ORDER BY id DESC LIMIT %(count)s)) t
  JOIN market_instrument i ON i.id = t.instrument_id
 ORDER BY t.id DESC LIMIT %(count)s
"""


def _trades(choice: _Choice, *, before: int, count: int) -> Iterator[_Movement]:
    if not {"TRADE", "FEE"} & set(choice.causes):
        return
    with_trades = "TRADE" in choice.causes
    for row in _fetch_page(TRADES, choice, before=before, count=count, with_trades=with_trades):
        trade_id, executed_at, symbol, tick_size, lot_size, ticks, lots, buys, sells, buy_fee, sell_fee = row
        units = TradingUnits(tick_size=plain(tick_size), lot_size=plain(lot_size))
        value, quantity = units.to_money(ticks * lots), units.to_quantity(lots)
        legs = []
        if buys:
            legs += [_Leg("TRADE", -value, quantity), _Leg("FEE", -money_of(buy_fee), Decimal(0))]
        if sells:
            legs += [_Leg("TRADE", value, -quantity), _Leg("FEE", -money_of(sell_fee), Decimal(0))]
        moving = tuple(leg for leg in legs if leg.cause in choice.causes and (leg.amount or leg.quantity))
        yield _Movement(executed_at, "trade", trade_id, symbol, "", moving)


ENTRIES = """
SELECT id, posted_at, kind, amount, note FROM market_ledgerentry
 WHERE account_id = %(account)s AND id < %(before)s AND kind = ANY(%(causes)s) AND %(any_symbol)s
 ORDER BY id DESC LIMIT %(count)s
"""


def _entries(choice: _Choice, *, before: int, count: int) -> Iterator[_Movement]:
    for row in _fetch_page(ENTRIES, choice, before=before, count=count, causes=list(choice.causes)):
        entry_id, posted_at, kind, amount, note = row
        yield _Movement(posted_at, "entry", entry_id, None, note, (_Leg(kind, plain(amount), Decimal(0)),))


TRANSFERS = f"""
SELECT p.id, p.posted_at, {CAUSE_OF_TRANSFER}, COALESCE(x.note, m.note), i.symbol, i.tick_size, i.lot_size,
       p.lot_price, p.quantity_lots, p.amount, p.to_account_id = %(account)s
  FROM market_positiontransfer p JOIN market_instrument i ON i.id = p.instrument_id
  LEFT JOIN market_corporateaction x ON x.id = p.corporate_action_id
  LEFT JOIN market_movement m ON m.id = p.movement_id
 WHERE %(account)s IN (p.from_account_id, p.to_account_id) AND p.id < %(before)s
   AND {CAUSE_OF_TRANSFER} = ANY(%(causes)s) AND (%(any_symbol)s OR i.symbol = %(symbol)s)
 ORDER BY p.id DESC LIMIT %(count)s
"""


def _transfers(choice: _Choice, *, before: int, count: int) -> Iterator[_Movement]:
    for row in _fetch_page(TRANSFERS, choice, before=before, count=count, causes=list(choice.causes)):
        transfer_id, posted_at, cause, note, symbol, tick_size, lot_size, lot_price, lots, given, takes = row
        units = TradingUnits(tick_size=plain(tick_size), lot_size=plain(lot_size))
        taken, paid = (lots, given - lots * lot_price) if takes else (-lots, lots * lot_price - given)
        leg = _Leg(cause, plain(paid), units.to_quantity(taken))
        yield _Movement(posted_at, "transfer", transfer_id, symbol, note, (leg,))


def _fetch_page(sql: str, choice: _Choice, **page: Any) -> list[tuple[Any, ...]]:
    return _fetch(sql, account=choice.account_id, symbol=choice.symbol, any_symbol=choice.symbol is None, **page)


def _fetch(sql: str, **parameters: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())
