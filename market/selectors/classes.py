"""Reading classes: whose they are, who is in them, and how their members stand, now or for good."""

from collections.abc import Collection
from datetime import UTC, datetime
from typing import Any

from django.db.models import Count, Q, QuerySet

from access.records import Actor
from market.errors import NotFound, NotPermitted
from market.models import ClassMember, TradingClass
from market.records import ClassRecord, InstrumentRecord, MemberRecord, PhaseChangeRecord, RankRecord
from market.selectors import instruments, leaderboards
from market.selectors import phase_changes as phase_changes_of
from vocabulary import limits
from vocabulary.roles import Role

IN_CLASS = Q(members__removed_at=None)


def of_actor(actor: Actor) -> list[ClassRecord]:
    """The classes that the actor is in, or all for staff; the newest first, CLASSES_SHOWN_MAX at most."""
    found = _reached_by(actor).order_by("-pk")[: limits.CLASSES_SHOWN_MAX]
    return [_record(one) for one in found]


def access_class(code: str, *, actor: Actor) -> ClassRecord:
    """A class that the actor is in; staff see every one. Raises NotFound."""
    return _record(_access(code, actor=actor))


def leaderboard(code: str, *, actor: Actor) -> list[RankRecord]:
    """How the members stand, the best first: at the marks, and for good once the class is frozen. Raises NotFound."""
    trading_class = _access(code, actor=actor)
    if trading_class.frozen_at is None:
        return leaderboards.standing_now(trading_class.pk)
    return leaderboards.results(trading_class.pk)


def results(code: str, *, actor: Actor) -> list[RankRecord]:
    """How the members came out, the best first. Raises NotFound, also until the results are final."""
    trading_class = _access(code, actor=actor)
    if trading_class.frozen_at is None:
        raise NotFound("The results of this class are not final yet.", field="code")
    return leaderboards.results(trading_class.pk)


def instruments_of(record: ClassRecord) -> list[InstrumentRecord]:
    """The instruments that a class trades: those that it names, else all of its currency."""
    return [
        one
        for one in instruments.every()
        if one.symbol in record.symbols or not (record.symbols or one.currency != record.currency)
    ]


def phase_changes(record: ClassRecord, *, symbols: Collection[str]) -> list[PhaseChangeRecord]:
    """Who has halted and resumed these instruments while the class went on, and why; the newest first."""
    return phase_changes_of.of_symbols(
        symbols, since=record.starts_at, until=record.ends_at, count=limits.CLASS_PHASE_CHANGES_MAX
    )


def members(code: str, *, actor: Actor) -> list[MemberRecord]:
    """Everybody who has joined, those who were removed among them, for staff. Raises NotPermitted, NotFound."""
    if actor.role is not Role.STAFF:
        raise NotPermitted("Only staff see the members of a class.")
    found = ClassMember.objects.filter(trading_class=_access(code, actor=actor)).order_by("pk")
    names = ("user__username", "account__number", "joined_at", "resets", "removed_at")
    return [MemberRecord(*row) for row in found.values_list(*names)]


def _reached_by(actor: Actor) -> QuerySet[TradingClass]:
    found = TradingClass.objects.select_related("teacher").annotate(in_it=Count("members", filter=IN_CLASS))
    if actor.role is Role.STAFF:
        return found
    joined = ClassMember.objects.filter(user_id=actor.user_id, removed_at=None)
    if actor.accounts is not None:
        joined = joined.filter(account__number__in=actor.accounts)
    return found.filter(pk__in=joined.values("trading_class"))


def _access(code: str, *, actor: Actor) -> TradingClass:
    found = _reached_by(actor).filter(code=code).first()
    if found is None:
        raise NotFound("You are in no such class.", field="code")
    return found


def _record(found: Any) -> ClassRecord:
    now = datetime.now(UTC)
    return ClassRecord(
        code=found.code,
        name=found.name,
        teacher=found.teacher.username,
        grant_amount=found.grant_amount,
        currency=found.currency,
        symbols=tuple(found.symbols),
        starts_at=found.starts_at,
        ends_at=found.ends_at,
        frozen_at=found.frozen_at,
        is_open=found.starts_at <= now < found.ends_at,
        is_over=found.ends_at <= now,
        members=found.in_it,
    )
