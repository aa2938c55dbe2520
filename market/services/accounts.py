"""Opening and funding accounts."""

import secrets
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.db.models import F

from access.records import Actor
from access.services import audit
from market.errors import InvalidRequest, NotFound
from market.models import Account, AccountGrant, LedgerEntry
from market.models.ledger_entry import LedgerEntryKind
from market.records import AccountRecord
from market.selectors import accounts as account_selectors
from vocabulary import limits
from vocabulary.roles import AccountKind

NUMBER_ATTEMPTS = 5
MONEY_PLACES = 8
DEPOSIT_MAX = Decimal(10) ** 15


def open_account(
    *, owner: Actor, kind: AccountKind = AccountKind.CASH, currency: str = "USD", number: str | None = None
) -> AccountRecord:
    """Open an empty account that its owner may trade. Raises InvalidRequest when the number is taken."""
    for _ in range(NUMBER_ATTEMPTS):
        chosen = number or f"A{secrets.randbelow(10**8):08d}"
        try:
            with transaction.atomic():
                account = Account.objects.create(number=chosen, kind=kind, currency=currency)
                AccountGrant.objects.create(account=account, user_id=owner.user_id)
                detail: dict[str, object] = {"kind": kind.value, "currency": currency, "owner": owner.username}
                audit.record(actor=owner, action="account.open", subject=chosen, detail=detail)
            return account_selectors.by_number(chosen)
        except IntegrityError as error:
            if number is not None:
                raise InvalidRequest(f"An account {number} exists already.", field="number") from error
    raise InvalidRequest("No free account number was found; try again.", field="number")


def open_demo_account(owner: Actor) -> AccountRecord:
    """Open a cash account with the starting deposit, as a newcomer gets it."""
    with transaction.atomic():
        account = open_account(owner=owner)
        return deposit(account.number, amount=Decimal(limits.STARTING_DEPOSIT), note="starting deposit", actor=owner)


def deposit(number: str, *, amount: Decimal, note: str, actor: Actor) -> AccountRecord:
    """Put money into an account, with its ledger entry. Raises NotFound, or InvalidRequest for an impossible amount."""
    if not amount.is_finite() or not 0 < amount <= DEPOSIT_MAX or amount != round(amount, MONEY_PLACES):
        raise InvalidRequest(
            f"amount must be above zero, at most {DEPOSIT_MAX:f}, with up to {MONEY_PLACES} decimal places.",
            field="amount",
        )
    with transaction.atomic():
        account = Account.objects.select_for_update(no_key=True).filter(number=number).first()
        if account is None:
            raise NotFound("There is no such account.", field="number")
        Account.objects.filter(pk=account.pk).update(deposits=F("deposits") + amount)
        LedgerEntry.objects.create(
            account=account, kind=LedgerEntryKind.DEPOSIT, amount=amount, note=note, actor_id=actor.user_id
        )
        audit.record(actor=actor, action="account.deposit", subject=number, detail={"amount": str(amount)})
    return account_selectors.by_number(number)
