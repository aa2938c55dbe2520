"""The audit: every figure of the exchange recomputed from what it follows from, while trading goes on.

Each law is a promise in a line and one small check. ``LAWS`` are those that can be checked a piece at a time;
``JOURNALS`` replays whole journals, which the background verification does anyway.
"""

from market.auditing import accounts, books, corporate, orders, positions, trades, waiting
from market.auditing.alarms import raise_for
from market.auditing.books import JOURNALS
from market.auditing.law import BookLaw, Effect, Found, Law, Piece, SqlLaw
from market.auditing.running import Progress, Report, Verdict, everything, sample

LAWS: tuple[Law, ...] = (
    *orders.LAWS,
    *trades.LAWS,
    *positions.LAWS,
    *accounts.LAWS,
    *corporate.LAWS,
    *books.LAWS,
    *waiting.LAWS,
)

__all__ = [
    "JOURNALS",
    "LAWS",
    "BookLaw",
    "Effect",
    "Found",
    "Law",
    "Piece",
    "Progress",
    "Report",
    "SqlLaw",
    "Verdict",
    "everything",
    "raise_for",
    "sample",
]
