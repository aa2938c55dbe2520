"""The audit of the whole exchange: the market's laws, the audit log's own chain, and what is computed from trades."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

from django.conf import settings

from access import audit_heads
from access.selectors import audit
from analytics.selectors import candle_audit
from market import auditing
from market.auditing import Effect, Found, Law, Piece, Progress, Report
from market.selectors import instruments
from vocabulary import limits

WHOLE = Piece(0, 0)
NEWEST_ENTRIES = 2_000
SAMPLE_S = limits.AUDIT_SAMPLE_INTERVAL_S


@dataclass(frozen=True)
class AuditLogLaw:
    """The audit log is a chain that holds, and holds the heads that were kept outside the database."""

    name: str = "audit-log-unbroken"
    promise: str = "the audit log's chain holds, up to its head and to each head that was kept outside the database"
    effect: Effect = Effect.NOTHING

    def pieces(self) -> Iterator[Piece]:
        """All of it at once."""
        yield WHOLE

    def some_pieces(self, turn: float) -> list[Piece]:
        """Its newest entries."""
        return [Piece(0, NEWEST_ENTRIES)]

    def look(self, piece: Piece) -> Found:
        """Verify the chain."""
        kept = [] if piece.last else list(audit_heads.kept(settings.AUDIT_HEADS_FILE))
        verdict = audit.verify(kept=kept, count=piece.last or None)
        return Found(verdict.entries, len(verdict.faults), verdict.faults)


def _check_candles(instrument_id: int) -> Found:
    (symbol,) = (found.symbol for found in instruments.every() if found.instrument_id == instrument_id)
    found = candle_audit.differences(symbol)
    return Found(found.candles, found.differing, found.shown)


CANDLES = auditing.BookLaw(
    name="candles-follow-trades",
    promise="each candle of a minute is the first, highest, lowest, last price and the sums of its trades",
    effect=Effect.NOTHING,
    check=_check_candles,
)

LAWS: tuple[Law, ...] = (*auditing.LAWS, CANDLES, AuditLogLaw())


def everything(*, on_law: Progress | None = None, with_journals: bool = True) -> Report:
    """Check every law over everything, the journals' replays at the end."""
    return auditing.everything((*LAWS, auditing.JOURNALS) if with_journals else LAWS, on_law=on_law)


def sample() -> Report:
    """Check for some seconds; each minute another part. What breaks is stopped."""
    report = auditing.sample(LAWS, turn=int(time.time()) // SAMPLE_S)
    auditing.raise_for(report)
    return report
