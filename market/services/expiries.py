"""Options whose time has come: their trading ends, and what they are worth is paid."""

import structlog

from market.errors import MarketError, Rejected
from market.models import OptionContract
from market.selectors import calendars
from market.services import corporate_actions
from vocabulary import limits

logger = structlog.get_logger(__name__)


def expire_due() -> int:
    """Take the next step with each option whose time has come; how many there are, of those looked at at once.

    It may be called at any time and by several at once: each step is decided under the lock of the option's book.
    """
    due = OptionContract.objects.filter(
        expires_at__lte=calendars.database_time(), instrument__delisted_at__isnull=True
    ).order_by("expires_at", "pk")
    symbols = list(due.values_list("instrument__symbol", flat=True)[: limits.EXPIRIES_AT_ONCE_MAX])
    for symbol in symbols:
        try:
            corporate_actions.expire_for_the_exchange(symbol)
        except Rejected:
            continue  # its book is still being closed; the next look comes soon
        except MarketError as error:
            logger.warning("expiry_waits", symbol=symbol, error=error.detail)
    return len(symbols)
