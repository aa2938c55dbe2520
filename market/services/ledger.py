"""Writing movements of money into and out of accounts: the entry and the sum, never one without the other."""

from decimal import Decimal

from django.db.models import F

from market.errors import InvalidRequest
from market.models import Account, LedgerEntry, Movement
from market.models.ledger_entry import LedgerEntryKind

MONEY_PLACES = 8
AMOUNT_MAX = Decimal(10) ** 15


def check_amount(amount: Decimal, *, may_be_zero: bool = False) -> None:
    """Raise InvalidRequest for an amount that no movement can have."""
    is_bounded = amount.is_finite() and 0 <= amount <= AMOUNT_MAX and amount == round(amount, MONEY_PLACES)
    if not is_bounded or (amount == 0 and not may_be_zero):
        least = "zero or above" if may_be_zero else "above zero"
        raise InvalidRequest(
            f"amount must be {least}, at most {AMOUNT_MAX:f}, with up to {MONEY_PLACES} decimal places.",
            field="amount",
        )


def post(
    account: Account,
    *,
    kind: LedgerEntryKind,
    amount: Decimal,
    note: str,
    actor_id: int | None,
    movement: Movement | None = None,
) -> int:
    """Write an entry, ``amount`` below zero for money that leaves; its id. The caller holds the account's lock."""
    Account.objects.filter(pk=account.pk).update(deposits=F("deposits") + amount)
    entry = LedgerEntry.objects.create(
        account=account, kind=kind, amount=amount, note=note, actor_id=actor_id, movement=movement
    )
    return int(entry.pk)
