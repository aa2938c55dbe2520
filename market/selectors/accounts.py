"""Reading accounts and their money."""

from dataclasses import replace
from typing import Any

from django.db import connection

from access.records import Actor
from market import exposures, grants, margin
from market.errors import NotFound, NotPermitted
from market.exposures import Stakes
from market.records import AccountRecord
from vocabulary.roles import AccountKind

ACCOUNTS = """
SELECT a.id, a.number, a.kind, a.currency, a.deposits,
       COALESCE((SELECT sum(p.cash) FROM market_position p WHERE p.account_id = a.id), 0),
       COALESCE((SELECT sum(o.reserved_amount) FROM market_order o WHERE o.account_id = a.id AND o.is_open), 0)
       + COALESCE((SELECT sum(c.reserved_amount) FROM market_inboxcommand c
                    WHERE c.account_id = a.id AND (c.reserved_amount > 0 OR c.reserved_lots > 0)), 0),
       tc.code, COALESCE(tc.starts_at <= now() AND now() < tc.ends_at, false)
  FROM market_account a
  LEFT JOIN market_classmember cm ON cm.account_id = a.id
  LEFT JOIN market_tradingclass tc ON tc.id = cm.trading_class_id
"""
OF_ACTOR = f"{ACCOUNTS} JOIN market_accountgrant g ON g.account_id = a.id WHERE {grants.GRANTED} ORDER BY a.id"


def of_actor(actor: Actor) -> list[AccountRecord]:
    """The accounts that the actor may trade, oldest first."""
    return _read(OF_ACTOR, grants.parameters(actor))


def every(*, actor: Actor, count: int) -> list[AccountRecord]:
    """The first ``count`` accounts of everybody, oldest first. Raises NotPermitted."""
    if not actor.role.may_operate:
        raise NotPermitted("Only operators see other people's accounts.")
    return _read(f"{ACCOUNTS} ORDER BY a.id LIMIT %s", [count])


def by_number(number: str) -> AccountRecord:
    """The account with this number. Raises NotFound. For services and staff: it asks nobody's leave."""
    found = _read(f"{ACCOUNTS} WHERE a.number = %s", [number])
    if not found:
        raise NotFound("There is no such account.", field="number")
    return found[0]


def _read(sql: str, parameters: dict[str, Any] | list[Any]) -> list[AccountRecord]:
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        found = {row[0]: _record(*row[1:]) for row in cursor.fetchall()}
    on_margin = [account_id for account_id, record in found.items() if record.kind == AccountKind.MARGIN]
    for account_id, stakes in exposures.of_accounts(on_margin).items():
        found[account_id] = _on_margin(found[account_id], stakes=stakes)
    return list(found.values())


def _on_margin(record: AccountRecord, *, stakes: Stakes) -> AccountRecord:
    """The record of a MARGIN account: its orders reserve margin, and new ones may require what is available."""
    held = stakes.exposures.values()
    required = margin.required(held)
    of_positions = margin.required(exposure.without_orders() for exposure in held)
    available = margin.equity(stakes.cash, held) - required
    return replace(record, cash=stakes.cash, reserved=required - of_positions, buying_power=available)


def _record(
    number: str,
    kind: str,
    currency: str,
    deposits: Any,
    moved: Any,
    reserved: Any,
    class_code: str | None,
    class_is_open: bool,
) -> AccountRecord:
    return AccountRecord(
        number=number,
        kind=kind,
        currency=currency,
        deposits=deposits,
        cash=deposits + moved,
        reserved=reserved,
        buying_power=deposits + moved - reserved,
        class_code=class_code,
        class_is_open=class_is_open,
    )
