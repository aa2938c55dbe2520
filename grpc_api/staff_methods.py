"""What staff do to the money of accounts, and operators to what positions require: a part of AdminService."""

from collections.abc import Callable, Mapping
from typing import Any

from grpc_api.callers import actor
from grpc_api.database import in_database
from grpc_api.methods import Access, Unary
from grpc_api.translator import money
from grpc_api.translator.money import Asked
from market.records import MovementRecord
from market.selectors import movements as movement_selectors
from market.selectors.margins import MarginRates
from market.services import accounts, margins, movements

RESET_WAITS_S = 2.0
ACTS: Mapping[str, Callable[..., MovementRecord]] = {
    "DEPOSIT": movements.deposit,
    "WITHDRAWAL": movements.withdraw,
    "RESET": movements.reset,
}


async def _set_margin(wanted: dict[str, Any]) -> MarginRates:
    return await in_database(margins.set_rates, **wanted, actor=actor())


async def _move_money(asked: Asked) -> MovementRecord:
    waiting = {"wait_s": RESET_WAITS_S} if asked.kind == "RESET" else {}
    return await in_database(ACTS[asked.kind], asked.account, **asked.terms, **waiting, actor=actor())


async def _list_movements(wanted: dict[str, Any]) -> list[MovementRecord]:
    return await in_database(movement_selectors.newest, **wanted, actor=actor())


async def _approve(reference: str) -> MovementRecord:
    return await in_database(movements.approve, reference, actor=actor(), wait_s=RESET_WAITS_S)


async def _decline(reference: str) -> MovementRecord:
    return await in_database(movements.decline, reference, actor=actor())


async def _grant(wanted: dict[str, Any]) -> None:
    await in_database(accounts.grant, **wanted, actor=actor())


async def _revoke(wanted: dict[str, Any]) -> None:
    await in_database(accounts.revoke, **wanted, actor=actor())


STAFF_METHODS = (
    Unary("SetMargin", Access.OPERATORS, money.margin_to_set, _set_margin, money.margin_set),
    Unary("MoveMoney", Access.STAFF, money.movement_asked, _move_money, money.moved),
    Unary("ListMovements", Access.STAFF, money.movements_wanted, _list_movements, money.movements),
    Unary("ApproveMovement", Access.STAFF, money.to_approve, _approve, money.approved),
    Unary("DeclineMovement", Access.STAFF, money.to_decline, _decline, money.declined),
    Unary("GrantAccount", Access.STAFF, money.to_grant, _grant, money.granted),
    Unary("RevokeAccount", Access.STAFF, money.to_revoke, _revoke, money.revoked),
)
