"""Reading what accounts may do: their limits, and what stops them."""

from decimal import Decimal

from django.conf import settings

from access.records import Actor
from market import grants
from market.errors import NotFound, NotPermitted
from market.models import Account
from market.records import StandingRecord
from vocabulary.account_limits import AccountLimits
from vocabulary.units import plain


def by_number(number: str, *, actor: Actor) -> StandingRecord:
    """The standing of an account of the actor's, or of anybody's for an operator. Raises NotFound."""
    accounts = Account.objects.all() if actor.role.may_operate else Account.objects.filter(grants.reached_by(actor))
    account = accounts.filter(number=number).first()
    if account is None:
        raise NotFound("There is no such account.", field="number")
    return _record(account)


def stopped(*, actor: Actor) -> list[StandingRecord]:
    """The accounts that something stops or that lack margin, by number. Raises NotPermitted."""
    if not actor.role.may_operate:
        raise NotPermitted("Only operators see how other people's accounts stand.")
    accounts = Account.objects.exclude(killed_at=None, margin_call_at=None, liquidating_at=None)
    return [_record(account) for account in accounts.order_by("number")]


def _record(account: Account) -> StandingRecord:
    bounds = (getattr(account, name) for name in AccountLimits._fields)
    own = AccountLimits._make(plain(bound) if isinstance(bound, Decimal) else bound for bound in bounds)
    return StandingRecord(
        account=account.number,
        kind=account.kind,
        limits=own.over(settings.ACCOUNT_LIMITS[account.kind]),
        own_limits=own,
        killed_at=account.killed_at,
        kill_reason=account.kill_reason,
        margin_call_at=account.margin_call_at,
        liquidating_at=account.liquidating_at,
    )
