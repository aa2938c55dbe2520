"""Reading what accounts are worth now, what they were worth, and what befell them."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from django.db.models import DateTimeField, Func, Value

from access.records import Actor
from market import exposures, grants, margin
from market.errors import NotFound
from market.exposures import Stakes
from market.models import Account, AccountEvent, EquitySample
from market.records import AccountEventRecord, EquityRecord, EquitySampleRecord
from vocabulary import limits

LEVERAGE_STEP = Decimal("0.0001")
SAMPLED = ("sampled_at", "cash", "equity", "unrealised_profit", "maintenance_margin")
INTERVALS_S = {"1m": 60, "5m": 300, "15m": 900, "1h": 3_600, "1d": 86_400}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def of_actor(actor: Actor, *, account: str | None = None) -> list[EquityRecord]:
    """What the actor's accounts are worth at the marks, oldest account first."""
    accounts = Account.objects.filter(grants.reached_by(actor)).order_by("pk")
    found = list(accounts if account is None else accounts.filter(number=account))
    stakes = exposures.of_accounts([one.pk for one in found])
    return [_record(one, stakes=stakes[one.pk]) for one in found]


def by_number(number: str, *, actor: Actor) -> EquityRecord:
    """What an account is worth at the marks. Raises NotFound as ``curve`` does."""
    account = _access(number, actor=actor)
    return _record(account, stakes=exposures.of_accounts([account.pk])[account.pk])


def curve(
    number: str,
    *,
    actor: Actor,
    since: datetime | None = None,
    before: datetime | None = None,
    interval_s: int = limits.EQUITY_SAMPLE_INTERVAL_S,
    count: int,
) -> list[EquitySampleRecord]:
    """What an account was worth at the end of each of the newest ``count`` intervals, oldest first.

    Intervals are counted from the epoch, in UTC; those in which nothing changed have no sample. From ``since`` on, and
    before the interval that ``before`` lies in. Raises NotFound for an account that is neither the actor's nor an
    operator's to look at.
    """
    samples = EquitySample.objects.filter(account=_access(number, actor=actor))
    if since is not None:
        samples = samples.filter(sampled_at__gte=since)
    if before is not None:
        samples = samples.filter(sampled_at__lt=_interval_of(Value(before), interval_s=interval_s))
    by_interval = samples.annotate(interval=_interval_of("sampled_at", interval_s=interval_s))
    last_of_each = by_interval.order_by("-interval", "-sampled_at").distinct("interval")
    newest = last_of_each.values_list("interval", *SAMPLED)[:count]
    return [EquitySampleRecord(*sampled) for _, *sampled in reversed(newest)]


def events(number: str, *, actor: Actor, count: int) -> list[AccountEventRecord]:
    """The newest ``count`` things that befell an account, newest first. Raises NotFound as ``curve`` does."""
    found = AccountEvent.objects.filter(account=_access(number, actor=actor)).order_by("-pk")[:count]
    return [AccountEventRecord(event.pk, number, event.kind, event.happened_at, event.detail) for event in found]


def _interval_of(moment: str | Value, *, interval_s: int) -> Func:
    length = Value(timedelta(seconds=interval_s))
    return Func(length, moment, Value(EPOCH), function="date_bin", output_field=DateTimeField())


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
