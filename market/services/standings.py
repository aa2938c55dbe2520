"""What operators decide about an account: its limits, and its kill switch."""

from collections.abc import Mapping
from decimal import Decimal

from django.db.models.functions import Now

from access.records import Actor
from access.services import audit
from market import intake, wake
from market.errors import InvalidRequest, NotFound, NotPermitted
from market.intake import InboxRow
from market.models import Account, AccountEvent
from market.models.account_event import AccountEventKind
from market.records import StandingRecord
from market.selectors import standings
from market.services import reasons
from vocabulary import account_limits
from vocabulary.account_limits import ImpossibleLimit
from vocabulary.commands import CommandKind


def set_limits(number: str, *, changes: Mapping[str, Decimal | int | None], actor: Actor) -> StandingRecord:
    """Change limits of an account; None takes one back, so that the account's kind decides.

    The next order is held to them; orders that are open stay. Raises NotPermitted, NotFound, InvalidRequest for the
    limit at fault, InProgress, Unavailable.
    """
    _check_operator(actor)
    try:
        named = {field: account_limits.checked(field, value) for field, value in changes.items()}
    except ImpossibleLimit as error:
        raise InvalidRequest(str(error), field=error.field) from error
    with intake.acknowledging_transaction():
        account = _lock(number)
        if named:
            Account.objects.filter(pk=account.pk).update(**named)
            detail: dict[str, object] = {
                field: None if value is None else f"{Decimal(value).normalize():f}" for field, value in named.items()
            }
            audit.record(actor=actor, action="account.set_limits", subject=number, detail=detail)
    return standings.by_number(number, actor=actor)


def kill(number: str, *, reason: str, actor: Actor) -> StandingRecord:
    """Switch an account off: it places and replaces nothing from this commit on, and all its orders are canceled.

    Cancels stay allowed. Killing again changes nothing but the reason. It holds until ``unkill``, whatever restarts.
    Raises NotPermitted, NotFound, InvalidRequest, InProgress, Unavailable.
    """
    _check_operator(actor)
    text = reasons.checked(reason)
    with intake.acknowledging_transaction():
        account = _lock(number)
        is_new = account.killed_at is None
        if is_new:
            Account.objects.filter(pk=account.pk).update(killed_at=Now(), kill_reason=text)
        else:
            Account.objects.filter(pk=account.pk).update(kill_reason=text)
        symbols = cancel_everything(account.pk)
        if is_new or account.kill_reason != text:
            _record(AccountEventKind.KILLED, account=account, reason=text, actor=actor)
    for symbol in symbols:
        wake.wake(symbol)
    return standings.by_number(number, actor=actor)


def unkill(number: str, *, actor: Actor) -> StandingRecord:
    """Let an account place orders again. One that is not killed stays as it is. Raises as ``kill`` does."""
    _check_operator(actor)
    with intake.acknowledging_transaction():
        account = _lock(number)
        if account.killed_at is not None:
            Account.objects.filter(pk=account.pk).update(killed_at=None, kill_reason="")
            _record(AccountEventKind.UNKILLED, account=account, reason=account.kill_reason, actor=actor)
    return standings.by_number(number, actor=actor)


def cancel_everything(account_id: int) -> list[str]:
    """Put the cancel of all open orders of a locked account before the matchers; the symbols of their books."""
    books = intake.open_orders_of_account(account_id)
    for _, instrument_id, _ in books:
        intake.insert_inbox(InboxRow(CommandKind.MASS_CANCEL, instrument_id, account_id=account_id))
    return [symbol for symbol, _, _ in books]


def _check_operator(actor: Actor) -> None:
    if not actor.role.may_operate:
        raise NotPermitted("Only operators change what an account may do.")


def _lock(number: str) -> Account:
    """The account's row under its lock, as every intake for it takes it first."""
    account = Account.objects.select_for_update(no_key=True).filter(number=number).first()
    if account is None:
        raise NotFound("There is no such account.", field="number")
    return account


def _record(kind: AccountEventKind, *, account: Account, reason: str, actor: Actor) -> None:
    AccountEvent.objects.create(account=account, kind=kind, detail={"reason": reason})
    action = "account.kill" if kind is AccountEventKind.KILLED else "account.unkill"
    audit.record(actor=actor, action=action, subject=account.number, detail={"reason": reason})
