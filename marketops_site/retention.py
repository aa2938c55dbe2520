"""Letting old history go, room by room, in the order in which one is drawn from the other."""

from datetime import UTC, datetime
from typing import NamedTuple

from django.conf import settings

from analytics.services import candles, quotes
from market.retention import journals, snapshots
from market.retention.journals import Exported
from market.services import equity


class LetGo(NamedTuple):
    """What a run of retention exported and deleted."""

    exported: list[Exported]
    snapshots: int
    second_candles: int
    equity_samples: int
    quote_samples: int


def run(*, journal_days: int | None = None, second_candle_days: int | None = None) -> LetGo:
    """Bring the candles up to date, export and delete old days of the journals, thin out old snapshots, and delete old
    candles of a second and old samples of equity and quotes.

    Without arguments it keeps what the settings say; 0 keeps everything.
    """
    while candles.build_all():
        pass
    keep_days = settings.JOURNAL_DAYS if journal_days is None else journal_days
    candle_days = settings.SECOND_CANDLE_DAYS if second_candle_days is None else second_candle_days
    exported = journals.run(keep_days=keep_days, folder=settings.EXPORT_DIR)
    return LetGo(
        exported=exported,
        snapshots=snapshots.thin(),
        second_candles=candles.expire_seconds(keep_days=candle_days, now=datetime.now(UTC)),
        equity_samples=equity.expire(keep_days=settings.EQUITY_DAYS),
        quote_samples=quotes.expire(keep_days=settings.QUOTE_DAYS, now=datetime.now(UTC)),
    )
