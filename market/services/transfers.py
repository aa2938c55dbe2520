"""Handing quantity and money between accounts and the exchange's own: a row for each, and what it does to positions.

All of it happens under the lock of the instrument's book, as everything that changes its positions.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from django.db import connection

from access.services import audit
from market import arrays, writers
from market.average_cost import Holding
from market.entitlements import Entitlement
from market.models import Account, Book, CorporateAction, Movement, Position
from vocabulary.roles import AccountKind

STEPS = Decimal("0.00000001")

Holdings = dict[int, Holding]
"""By account id."""


class Given(NamedTuple):
    """What one account is given by the exchange's own."""

    account_id: int
    entitlement: Entitlement


def exchange_account(currency: str) -> Account:
    """The exchange's own account of a currency, opened when it is first needed. Nobody trades it."""
    account, is_new = Account.objects.get_or_create(
        number=f"EXCHANGE-{currency}", defaults={"kind": AccountKind.HOUSE, "currency": currency}
    )
    if is_new:
        detail: dict[str, object] = {"kind": AccountKind.HOUSE.value, "currency": currency, "owner": None}
        audit.record_system(action="account.open", subject=account.number, detail=detail)
    return account


def holding(instrument_id: int, account_id: int) -> Holding:
    """What one account holds of an instrument."""
    return holdings(instrument_id, account_id=account_id).get(account_id, Holding())


def holdings(
    instrument_id: int, *, account_id: int | None = None, besides: int | None = None, count: int | None = None
) -> Holdings:
    """What accounts hold of an instrument, by account id in rising order: one, or the first ``count`` of all but one.

    Positions of nothing are left out.
    """
    rows = Position.objects.filter(instrument_id=instrument_id).exclude(quantity_lots=0).order_by("account_id")
    if account_id is not None:
        rows = rows.filter(account_id=account_id)
    if besides is not None:
        rows = rows.exclude(account_id=besides)
    return {
        holder_id: Holding(lots, int(cost.scaleb(8)))
        for holder_id, lots, cost in rows.values_list("account_id", "quantity_lots", "cost")[:count]
    }


INSERT = """
INSERT INTO market_positiontransfer (instrument_id, kind, from_account_id, to_account_id, quantity_lots, lot_price,
                                     amount, after_trade_seq, movement_id, corporate_action_id,
                                     posted_at)
SELECT %(instrument_id)s, %(kind)s,
       CASE WHEN g.lots < 0 THEN g.account_id ELSE %(exchange_id)s END,
       CASE WHEN g.lots < 0 THEN %(exchange_id)s ELSE g.account_id END,
       abs(g.lots), %(lot_price)s, CASE WHEN g.lots < 0 THEN -g.amount ELSE g.amount END,
       %(after_trade_seq)s, %(movement_id)s, %(corporate_action_id)s, clock_timestamp()
  FROM unnest(%(account_ids)s::bigint[], %(lots)s::bigint[], %(amounts)s::numeric[])
       WITH ORDINALITY AS g (account_id, lots, amount, place)
 WHERE g.lots <> 0 OR g.amount <> 0
 ORDER BY g.place
RETURNING id
"""
MOVE = """
INSERT INTO market_position AS p (account_id, instrument_id, quantity_lots, cash, fees, cost)
SELECT m.account_id, %(instrument_id)s, m.lots, m.cash, 0, m.cost
  FROM unnest(%(account_ids)s::bigint[], %(lots)s::bigint[], %(cash)s::numeric[], %(costs)s::numeric[])
       AS m (account_id, lots, cash, cost)
    ON CONFLICT (account_id, instrument_id) DO UPDATE
   SET quantity_lots = p.quantity_lots + excluded.quantity_lots, cash = p.cash + excluded.cash, cost = excluded.cost
"""


def post(
    given: Sequence[Given],
    *,
    book: Book,
    cause: Movement | CorporateAction,
    lot_price_steps: int,
    exchange: Account,
    exchange_held: Holding,
) -> list[int]:
    """Write the transfers in this order and move the positions; the ids of the transfers.

    ``lot_price_steps`` is what each lot is taken or given at; what an entitlement pays beyond that stands as the row's
    amount. ``exchange_held`` is the exchange's own position afterwards. Who is given nothing has no row. The caller
    holds the book's lock.
    """
    if not given:
        return []
    writers.claim(writers.Writer.STAFF)
    lots = [one.entitlement.lots for one in given]
    money = [one.entitlement.money_steps for one in given]
    rows = {
        "instrument_id": book.pk,
        "kind": cause.kind,
        "exchange_id": exchange.pk,
        "lot_price": lot_price_steps * STEPS,
        "after_trade_seq": book.trade_seq,
        "movement_id": cause.pk if isinstance(cause, Movement) else None,
        "corporate_action_id": cause.pk if isinstance(cause, CorporateAction) else None,
        "account_ids": arrays.of_numbers(one.account_id for one in given),
        "lots": arrays.of_numbers(lots),
        "amounts": _money(paid + moved * lot_price_steps for paid, moved in zip(money, lots, strict=True)),
    }
    moves = {
        "instrument_id": book.pk,
        "account_ids": arrays.of_numbers([*(one.account_id for one in given), exchange.pk]),
        "lots": arrays.of_numbers([*lots, -sum(lots)]),
        "cash": _money([*money, -sum(money)]),
        "costs": _money([*(one.entitlement.held.cost_steps for one in given), exchange_held.cost_steps]),
    }
    with connection.cursor() as cursor:
        cursor.execute(INSERT, rows)
        ids = [int(row[0]) for row in cursor.fetchall()]
        cursor.execute(MOVE, moves)
    return ids


def _money(steps: Iterable[int]) -> str:
    return arrays.of_numbers(one * STEPS for one in steps)
