"""Letting people and instruments in."""

from decimal import Decimal
from typing import Any

from access.services import users
from market.services import accounts, instruments
from tests.faults.cast import DEPOSITS, OWNS_TWO, PEOPLE, SECOND_ACCOUNT
from tests.faults.clients import actor_of
from tests.faults.deeds.registry import deed
from vocabulary.roles import AccountKind, Role

PASSWORD = "a-long-password-for-a-test"


@deed
def let_in() -> dict[str, dict[str, Any]]:
    """Let people in: two who spend what they have, two houses, one of them with a second account, and an operator."""
    people = {}
    operator = users.create(username="olivia", password=PASSWORD, role=Role.OPERATOR)
    people["operator"] = {**_fields(operator), "account": "", "kind": ""}
    for name, kind in PEOPLE.items():
        actor = users.create(username=name.replace("_", "-"), password=PASSWORD)
        account = accounts.open_account(owner=actor, kind=AccountKind[kind], number=name.upper().replace("_", "-"))
        if name in DEPOSITS:
            accounts.deposit(account.number, amount=Decimal(DEPOSITS[name]), note="to begin with", actor=actor)
        people[name] = {**_fields(actor), "account": account.number, "kind": kind}
        if name == OWNS_TWO:
            accounts.open_account(owner=actor, kind=AccountKind[kind], number=SECOND_ACCOUNT)
            people[SECOND_ACCOUNT] = {**people[name], "account": SECOND_ACCOUNT}
    return people


@deed
def list_instrument(*, people: dict[str, Any], symbol: str) -> None:
    """List an instrument that trades from 5.00 to 15.00 in cents."""
    instruments.add(
        symbol=symbol,
        name=f"{symbol} Industries",
        kind="SHARE",
        currency="USD",
        tick_size=Decimal("0.01"),
        lot_size=Decimal(1),
        reference_price=Decimal("10.00"),
        actor=actor_of(people["operator"]),
    )


def _fields(actor: Any) -> dict[str, Any]:
    return {"user_id": actor.user_id, "username": actor.username, "role": actor.role.value}
