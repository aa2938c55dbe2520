"""Guests: traders without a sign-in of their own, who are let go when they have not traded for a while."""

from datetime import UTC, datetime, timedelta

import structlog
from django.db import transaction

from access.records import Actor
from access.selectors import users as user_selectors
from access.services import users
from market import grants, intake, wake
from market.errors import InProgress, Unavailable
from market.models import Account, Order
from market.services import accounts, standings

logger = structlog.get_logger(__name__)


def let_in(*, door: str) -> Actor:
    """A new guest with a demo account."""
    with transaction.atomic():
        guest = users.create_guest(door=door)
        accounts.open_demo_account(owner=guest)
    return guest


def close_idle(*, idle_h: int) -> int:
    """Close the guests who have placed no order for so many hours; how many. What is locked waits for the next time."""
    since = datetime.now(UTC) - timedelta(hours=idle_h)
    idle = [guest for guest in user_selectors.guests(came_before=since) if not _has_traded(guest, since=since)]
    return sum(_close(guest, since=since) for guest in idle)


def _has_traded(guest: Actor, *, since: datetime) -> bool:
    own = Account.objects.filter(grants.reached_by(guest))
    return Order.objects.filter(account__in=own, created_at__gte=since).exists()


def _close(guest: Actor, *, since: datetime) -> bool:
    """Let a guest in no longer and have their orders canceled, by one commit; unless they have come back meanwhile."""
    symbols: set[str] = set()
    own = Account.objects.filter(grants.reached_by(guest)).order_by("pk")
    try:
        with intake.acknowledging_transaction():
            for account_id in own.values_list("pk", flat=True):
                intake.lock_account(account_id)
                symbols.update(standings.cancel_everything(account_id))
            if _has_traded(guest, since=since) or not users.close_guest(guest.user_id):
                transaction.set_rollback(True)
                return False
    except (InProgress, Unavailable) as error:
        logger.warning("guest_not_closed", user_id=guest.user_id, error=str(error))
        return False
    for symbol in sorted(symbols):
        wake.wake(symbol)
    return True
