"""Accounts, what they hold, and the sessions that trade them."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from vocabulary.account_limits import AccountLimits


@dataclass(frozen=True, slots=True)
class PositionRecord:
    """What an account holds of one instrument.

    ``cash`` is what trading it has moved, less ``fees``; ``cost`` what the quantity held has cost at average cost.
    ``profit`` is cash plus value: what is realised and what is not, less fees.
    """

    account: str
    symbol: str
    quantity: Decimal
    cash: Decimal
    mark_px: Decimal | None
    market_value: Decimal | None
    profit: Decimal | None
    fees: Decimal
    cost: Decimal
    average_cost: Decimal | None
    realised_profit: Decimal
    unrealised_profit: Decimal | None


@dataclass(frozen=True, slots=True)
class AccountRecord:
    """An account's money. Buying power is deposits plus the cash of its positions minus what open orders reserve.

    Of a MARGIN account ``reserved`` is the initial margin that its open orders require, and buying power the margin
    that is available for more. ``class_code`` is the class that the account is in, None for none, and
    ``class_is_open`` whether that trades now.
    """

    number: str
    kind: str
    currency: str
    deposits: Decimal
    cash: Decimal
    reserved: Decimal
    buying_power: Decimal
    class_code: str | None
    class_is_open: bool


@dataclass(frozen=True, slots=True)
class LedgerRecord:
    """One leg of a movement in an account: money, quantity or both, below zero for what left it.

    ``cause`` is TRADE, FEE, TRANSFER, DIVIDEND, SPLIT, DELISTING, EXPIRY, DEPOSIT, WITHDRAWAL or RESET and
    ``cause_id`` its row; ``cursor`` says where the page behind this movement begins.
    """

    account: str
    cause: str
    cause_id: int
    symbol: str | None
    amount: Decimal
    quantity: Decimal
    happened_at: datetime
    note: str
    cursor: str


@dataclass(frozen=True, slots=True)
class LedgerSumRecord:
    """What rows of a ledger come to; ``quantity`` is None where they are of several instruments."""

    amount: Decimal
    quantity: Decimal | None


@dataclass(frozen=True, slots=True)
class MovementRecord:
    """What staff have asked of an account's money: ``status`` is WAITING for a second person, DONE or DECLINED.

    ``amount`` is what goes in or out; of a RESET what the account starts with.
    """

    reference: str
    kind: str
    account: str
    amount: Decimal
    note: str
    status: str
    proposed_by: str
    proposed_at: datetime
    decided_by: str | None
    decided_at: datetime | None


@dataclass(frozen=True, slots=True)
class EquityRecord:
    """What an account is worth at the marks, and what its positions and open orders require of that.

    The margins are those that a MARGIN account is held to; ``initial_margin`` and ``free_margin`` count open orders.
    ``leverage`` is the value of all positions, long and short, by equity; None where there is none.
    """

    account: str
    kind: str
    currency: str
    cash: Decimal
    market_value: Decimal
    unrealised_profit: Decimal
    equity: Decimal
    initial_margin: Decimal
    maintenance_margin: Decimal
    free_margin: Decimal
    leverage: Decimal | None


@dataclass(frozen=True, slots=True)
class EquitySampleRecord:
    """What an account was worth at one minute; until the next sample nothing had changed."""

    sampled_at: datetime
    cash: Decimal
    equity: Decimal
    unrealised_profit: Decimal
    maintenance_margin: Decimal


@dataclass(frozen=True, slots=True)
class AccountEventRecord:
    """One thing that befell an account, with its figures as texts."""

    account_event_id: int
    account: str
    kind: str
    happened_at: datetime
    detail: dict[str, object]


@dataclass(frozen=True, slots=True)
class StandingRecord:
    """What an account may do: its limits in force, those that are its own, and what stops it.

    ``kill_reason`` is empty and the times are None while nothing does.
    """

    account: str
    kind: str
    limits: AccountLimits
    own_limits: AccountLimits
    killed_at: datetime | None
    kill_reason: str
    margin_call_at: datetime | None
    liquidating_at: datetime | None


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """A session of an account: ``token`` renews and closes it, and after ``expires_at`` it is over unless renewed."""

    token: UUID
    account: str
    session: str
    timeout_s: int
    expires_at: datetime
