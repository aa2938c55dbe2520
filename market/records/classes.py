"""Classes, and how their members stand."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class ClassRecord:
    """A class. No ``symbols`` are all instruments; its results stand from ``frozen_at`` on, None until then.

    ``is_open`` is whether it trades and ``is_over`` whether its time has passed, as of the reading.
    """

    code: str
    name: str
    teacher: str
    grant_amount: Decimal
    currency: str
    symbols: tuple[str, ...]
    starts_at: datetime
    ends_at: datetime
    frozen_at: datetime | None
    is_open: bool
    is_over: bool
    members: int


@dataclass(frozen=True, slots=True)
class RankRecord:
    """A member's place in their class: ``profit`` is what the grant has become more, less what was paid in since.

    ``return_pct`` is that in hundredths of the grant, ``drawdown_pct`` the deepest fall of the equity from a height it
    had reached before, in hundredths of that height. Equals share a rank.
    """

    rank: int
    username: str
    account: str
    equity: Decimal
    profit: Decimal
    return_pct: Decimal
    drawdown_pct: Decimal


@dataclass(frozen=True, slots=True)
class MemberRecord:
    """Who has joined a class, as its teacher sees them; ``removed_at`` is None for who is still in it."""

    username: str
    account: str
    joined_at: datetime
    resets: int
    removed_at: datetime | None
