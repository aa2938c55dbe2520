"""What one actor has going in one instrument: their accounts, open orders, fills and position."""

from dataclasses import dataclass

from access.records import Actor
from market.records import AccountRecord, FillRecord, OrderRecord, PositionRecord
from market.selectors import accounts, executions, orders, positions

OPEN_ORDERS_SHOWN_MAX = 100
FILLS_SHOWN_MAX = 50


@dataclass(frozen=True, slots=True)
class OwnBusiness:
    """One actor's business in one instrument, newest first."""

    accounts: list[AccountRecord]
    open_orders: list[OrderRecord]
    fills: list[FillRecord]
    positions: list[PositionRecord]


def accounts_to_trade(actor: Actor) -> list[AccountRecord]:
    """The actor's accounts: first those whose class trades now, which a ticket is for unless it says otherwise."""
    return sorted(accounts.of_actor(actor), key=lambda account: not account.class_is_open)


def own_business(actor: Actor, *, symbol: str) -> OwnBusiness:
    """Everything of the actor's own that the trading page shows for ``symbol``."""
    return OwnBusiness(
        accounts=accounts_to_trade(actor),
        open_orders=orders.of_actor(actor, symbol=symbol, is_open=True, count=OPEN_ORDERS_SHOWN_MAX),
        fills=executions.fills_of_actor(actor, symbol=symbol, count=FILLS_SHOWN_MAX),
        positions=[position for position in positions.of_actor(actor) if position.symbol == symbol],
    )
