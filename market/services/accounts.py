"""Opening and funding accounts."""

import secrets
from decimal import Decimal

from django.db import IntegrityError, transaction

from access.records import Actor
from access.selectors import users
from access.services import audit
from market.errors import InvalidRequest, NotFound, NotPermitted
from market.models import Account, AccountGrant
from market.models.ledger_entry import LedgerEntryKind
from market.records import AccountRecord
from market.selectors import accounts as account_selectors
from market.services import ledger
from vocabulary import limits
from vocabulary.roles import AccountKind, Role

NUMBER_ATTEMPTS = 5


def open_account(
    *, owner: Actor, kind: AccountKind = AccountKind.CASH, currency: str = "USD", number: str | None = None
) -> AccountRecord:
    """Open an empty account that its owner may trade. Raises InvalidRequest when the number is taken."""
    with transaction.atomic():
        account = _create(owner, kind=kind, currency=currency, number=number)
        _record_opening(account, owner=owner)
    return account_selectors.by_number(account.number)


def open_with_deposit(*, owner: Actor, amount: Decimal, note: str, currency: str = "USD") -> AccountRecord:
    """Open a cash account with money of the exchange's in it. Raises InvalidRequest for an impossible amount.

    Its audit entries come last: whoever writes one makes all others wait until the commit, and a whole class may be
    coming in at this moment.
    """
    ledger.check_amount(amount)
    with transaction.atomic():
        account = _create(owner, kind=AccountKind.CASH, currency=currency, number=None)
        entry_id = _pay_in(account, amount=amount, note=note, actor=owner)
        _record_opening(account, owner=owner)
        _record_deposit(account, amount=amount, note=note, entry_id=entry_id, actor=owner)
    return account_selectors.by_number(account.number)


def open_demo_account(owner: Actor) -> AccountRecord:
    """Open a cash account with the starting deposit, as a newcomer gets it."""
    return open_with_deposit(owner=owner, amount=Decimal(limits.STARTING_DEPOSIT), note="starting deposit")


def deposit(number: str, *, amount: Decimal, note: str, actor: Actor) -> AccountRecord:
    """Put money into an account in the exchange's own name, such as a newcomer's first; staff use ``movements``.

    Raises NotFound, or InvalidRequest for an impossible amount.
    """
    ledger.check_amount(amount)
    with transaction.atomic():
        account = Account.objects.select_for_update(no_key=True).filter(number=number).first()
        if account is None:
            raise NotFound("There is no such account.", field="number")
        entry_id = _pay_in(account, amount=amount, note=note, actor=actor)
        _record_deposit(account, amount=amount, note=note, entry_id=entry_id, actor=actor)
    return account_selectors.by_number(number)


def grant(number: str, *, username: str, actor: Actor) -> None:
    """Let a user see and trade an account; granted once more, nothing changes. Raises NotPermitted, NotFound."""
    account = _access_for_staff(number, actor=actor)
    user = _user(username)
    with transaction.atomic():
        _, is_new = AccountGrant.objects.get_or_create(account=account, user_id=user.user_id)
        if is_new:
            audit.record(actor=actor, action="account.grant", subject=number, detail={"username": username})


def revoke(number: str, *, username: str, actor: Actor) -> None:
    """Take a user's right to an account away, from their next request on. Raises NotPermitted, NotFound."""
    account = _access_for_staff(number, actor=actor)
    user = _user(username)
    with transaction.atomic():
        gone, _ = AccountGrant.objects.filter(account=account, user_id=user.user_id).delete()
        if gone:
            audit.record(actor=actor, action="account.revoke", subject=number, detail={"username": username})


def _create(owner: Actor, *, kind: AccountKind, currency: str, number: str | None) -> Account:
    """The rows of a new account, under this number or else under a free one."""
    for _ in range(NUMBER_ATTEMPTS):
        chosen = number or f"A{secrets.randbelow(10**8):08d}"
        try:
            with transaction.atomic():
                account = Account.objects.create(number=chosen, kind=kind, currency=currency)
                AccountGrant.objects.create(account=account, user_id=owner.user_id)
            return account
        except IntegrityError as error:
            if number is not None:
                raise InvalidRequest(f"An account {number} exists already.", field="number") from error
    raise InvalidRequest("No free account number was found; try again.", field="number")


def _pay_in(account: Account, *, amount: Decimal, note: str, actor: Actor) -> int:
    return ledger.post(account, kind=LedgerEntryKind.DEPOSIT, amount=amount, note=note, actor_id=actor.user_id)


def _record_opening(account: Account, *, owner: Actor) -> None:
    detail: dict[str, object] = {"kind": account.kind, "currency": account.currency, "owner": owner.username}
    audit.record(actor=owner, action="account.open", subject=account.number, detail=detail)


def _record_deposit(account: Account, *, amount: Decimal, note: str, entry_id: int, actor: Actor) -> None:
    detail: dict[str, object] = {"amount": f"{amount:f}", "note": note, "entry": entry_id}
    audit.record(actor=actor, action="account.deposit", subject=account.number, detail=detail)


def _access_for_staff(number: str, *, actor: Actor) -> Account:
    if actor.role is not Role.STAFF:
        raise NotPermitted("Only staff decide who may trade an account.")
    account = Account.objects.filter(number=number).first()
    if account is None:
        raise NotFound("There is no such account.", field="account")
    return account


def _user(username: str) -> Actor:
    user = users.actor_named(username, door="")
    if user is None:
        raise NotFound("There is no such user.", field="username")
    return user
