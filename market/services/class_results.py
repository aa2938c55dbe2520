"""What classes come to: heights and falls while they go on, and the results, for good, when they are over."""

from datetime import UTC, datetime

import structlog
from django.db import connection
from django.db.models import QuerySet
from django.db.models.functions import Now

from access.services import audit
from market import intake, wake
from market.errors import InProgress, Unavailable
from market.models import Account, ClassMember, ClassResult, InboxCommand, Order, TradingClass
from market.selectors import leaderboards
from market.services import standings
from market.valuations import MEMBERS_WORTH, rates

logger = structlog.get_logger(__name__)

NOTE_HEIGHTS = f"""
UPDATE market_classmember m
   SET highest_worth = greatest(m.highest_worth, w.worth),
       deepest_fall = greatest(m.deepest_fall, round((m.highest_worth - w.worth) / m.highest_worth, 8))
  FROM ({MEMBERS_WORTH} AND m.trading_class_id IN (
           SELECT id FROM market_tradingclass WHERE starts_at <= now() AND frozen_at IS NULL)) w
 WHERE m.id = w.member_id
   AND (w.worth > m.highest_worth OR (m.highest_worth - w.worth) / m.highest_worth > m.deepest_fall)
"""


def note_heights() -> None:
    """Keep how high each member's grant has risen by now, and how deep it has fallen from such a height."""
    with connection.cursor() as cursor:
        cursor.execute(NOTE_HEIGHTS, rates())


def freeze_those_over() -> int:
    """Go on ending each class whose time is over; how many were frozen. What is locked or away waits for the next."""
    over = TradingClass.objects.filter(ends_at__lte=Now(), frozen_at=None).order_by("pk")
    frozen = 0
    for class_id in over.values_list("pk", flat=True):
        try:
            frozen += freeze(class_id)
        except (InProgress, Unavailable) as error:
            logger.warning("class_not_frozen", class_id=class_id, error=str(error))
    return frozen


def freeze(class_id: int) -> bool:
    """Write the results of a class that is over, if no order of its accounts is open; else have those canceled.

    Raises InProgress, Unavailable.
    """
    symbols: set[str] = set()
    with intake.acknowledging_transaction():
        trading_class = TradingClass.objects.select_for_update(no_key=True).get(pk=class_id)
        if trading_class.frozen_at is not None or trading_class.ends_at > datetime.now(UTC):
            return False
        account_ids = _lock_accounts(class_id)
        waiting = _of_each(InboxCommand.objects.filter(account_id__in=account_ids))
        trading = _of_each(Order.objects.filter(account_id__in=account_ids, is_open=True))
        # Of an account for which something waits already the turn comes next time.
        for account_id in sorted(trading - waiting):
            symbols.update(standings.cancel_everything(account_id))
        is_over = not trading and not waiting
        if is_over:
            _write(trading_class)
    for symbol in sorted(symbols):
        wake.wake(symbol)
    return is_over


def _lock_accounts(class_id: int) -> list[int]:
    """Lock the accounts of all members at once, in the order of their ids as everywhere: nothing new is placed."""
    members = ClassMember.objects.filter(trading_class=class_id, removed_at=None)
    accounts = Account.objects.filter(pk__in=members.values("account_id")).order_by("pk")
    return list(accounts.select_for_update(no_key=True).values_list("pk", flat=True))


def _of_each(rows: "QuerySet[InboxCommand] | QuerySet[Order]") -> set[int]:
    """The accounts that have any of these rows."""
    return set(rows.values_list("account_id", flat=True))


def _write(trading_class: TradingClass) -> None:
    now = datetime.now(UTC)
    members = {
        one.account.number: one
        for one in ClassMember.objects.select_related("account").filter(trading_class=trading_class, removed_at=None)
    }
    ranked = leaderboards.standing_now(trading_class.pk)
    ClassResult.objects.bulk_create(
        ClassResult(
            member=members[one.account],
            rank=one.rank,
            equity=one.equity,
            profit=one.profit,
            return_pct=one.return_pct,
            drawdown_pct=one.drawdown_pct,
            frozen_at=now,
        )
        for one in ranked
    )
    TradingClass.objects.filter(pk=trading_class.pk).update(frozen_at=now)
    detail: dict[str, object] = {"members": len(ranked)}
    audit.record_system(action="class.freeze", subject=trading_class.code, detail=detail)
