"""Reading what accounts are worth now, what they were worth, and what befell them."""

from datetime import datetime
from decimal import Decimal

from access.records import Actor
from market import exposures, grants, margin
from market.errors import NotFound
from market.exposures import Stakes
from market.models import Account, AccountEvent, EquitySample
from market.records import AccountEventRecord, EquityRecord, EquitySampleRecord

LEVERAGE_STEP = Decimal("0.0001")


def of_actor(actor: Actor, *, account: str | None = None) -> list[EquityRecord]:
    """What the actor's accounts are worth at the marks, oldest account first."""
    accounts = Account.objects.filter(grants.reached_by(actor)).order_by("pk")
    found = list(accounts if account is None else accounts.filter(number=account))
    stakes = exposures.of_accounts([one.pk for one in found])
    return [_record(one, stakes=stakes[one.pk]) for one in found]


def curve(number: str, *, actor: Actor, since: datetime | None = None, count: int) -> list[EquitySampleRecord]:
    """The newest ``count`` samples of an account's equity, oldest first; one a minute, where it had changed.

    Raises NotFound for an account that is not the actor's, nor an operator's to look at.
    """
    samples = EquitySample.objects.filter(account=_access(number, actor=actor))
    if since is not None:
        samples = samples.filter(sampled_at__gte=since)
    names = ("sampled_at", "cash", "equity", "unrealised_profit", "maintenance_margin")
    newest = samples.order_by("-sampled_at").values_list(*names)[:count]
    return [EquitySampleRecord(*row) for row in reversed(newest)]


def events(number: str, *, actor: Actor, count: int) -> list[AccountEventRecord]:
    """The newest ``count`` things that befell an account, newest first. Raises NotFound as ``curve`` does."""
    found = AccountEvent.objects.filter(account=_access(number, actor=actor)).order_by("-pk")[:count]
    return [AccountEventRecord(event.pk, number, event.kind, event.happened_at, event.detail) for event in found]


def _access(number: str, *, actor: Actor) -> Account:
    accounts = Account.objects.all() if actor.role.may_operate else Account.objects.filter(grants.reached_by(actor))
    account = accounts.filter(number=number).first()
    if account is None:
        raise NotFound("There is no such account.", field="number")
    return account


def _record(account: Account, *, stakes: Stakes) -> EquityRecord:
    held = stakes.exposures.values()
    equity = margin.equity(stakes.cash, held)
    required = margin.required(held)
    value = sum((exposure.market_value for exposure in held), Decimal(0))
    gross = sum((abs(exposure.market_value) for exposure in held), Decimal(0))
    return EquityRecord(
        account=account.number,
        kind=account.kind,
        currency=account.currency,
        cash=stakes.cash,
        market_value=value,
        unrealised_profit=value - stakes.cost,
        equity=equity,
        initial_margin=required,
        maintenance_margin=margin.maintenance(held),
        free_margin=equity - required,
        leverage=(gross / equity).quantize(LEVERAGE_STEP) if equity > 0 else None,
    )
