"""The words of the corpus: what is asked for, by whom, and what is answered, in no door's own words yet."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from vocabulary.orders import OrdStatus
from vocabulary.rejects import RejectReason

if TYPE_CHECKING:
    from tests.conformance.stage import Stage

Words = Mapping[str, str | None]
"""A ticket's fields in the glossary's words. None leaves a field out."""


class Who(Enum):
    """Who asks."""

    TRADER = "the trader whose stage it is"
    STRANGER = "another trader"
    OPERATOR = "an operator"
    NOBODY = "somebody without any key"
    IMPOSTOR = "somebody with a key that is nobody's"


GOOD_TICKET: Words = {
    "cl_ord_id": "my-1", "side": "BUY", "ord_type": "LIMIT", "order_qty": "100", "price": "10.05",
}  # fmt: skip
GOOD_CHANGE: Words = {"cl_ord_id": "my-2", "order_qty": "80", "price": "10.00"}


@dataclass(frozen=True)
class PlaceOrder:
    """Place the good order with some fields changed; account and symbol are the stage's unless changed."""

    changes: Words = field(default_factory=dict)


@dataclass(frozen=True)
class ReplaceOrder:
    """Change an order; the stage's own unless another id is named."""

    changes: Words = field(default_factory=dict)
    order_id: str | None = None


@dataclass(frozen=True)
class CancelOrder:
    """Cancel an order; the stage's own unless another id is named."""

    order_id: str | None = None


@dataclass(frozen=True)
class Halt:
    """Halt an instrument; the stage's own unless another symbol is named."""

    reason: str = "news pending"
    symbol: str | None = None


@dataclass(frozen=True)
class Resume:
    """Let an instrument trade on; the stage's own unless another symbol is named."""

    symbol: str | None = None


Act = PlaceOrder | ReplaceOrder | CancelOrder | Halt | Resume


class Family(Enum):
    """What kind of answer it is: each door says a family in one way."""

    TAKEN = "taken on"
    REPLAYED = "taken on before"
    MALFORMED = "malformed"
    UNAUTHENTICATED = "unauthenticated"
    FORBIDDEN = "forbidden"
    NOT_FOUND = "absent or somebody else's"
    ID_REUSED = "the id was used for something else"
    IN_PROGRESS = "in progress"
    THROTTLED = "too much at once"
    REJECTED = "rejected"
    HALTED = "halted"


class Answer(NamedTuple):
    """What a door said: its status in its own words, the exchange's code, the field at fault, and the order's id."""

    status: str
    code: str = ""
    field: str = ""
    order_id: int | None = None


class End(NamedTuple):
    """Where the order of a case stands when the matcher has done its work."""

    ord_status: OrdStatus
    cum_qty: str = "0"
    reject_reason: RejectReason = RejectReason.NONE


@dataclass(frozen=True)
class Expected:
    """The one outcome of a case. Where ``is_fresh`` is false, nothing was recorded, whatever the answer."""

    family: Family
    code: str = ""
    field: str = ""
    is_fresh: bool = False
    end: End | None = None


@dataclass(frozen=True)
class Case:
    """One request in one setting, and its outcome through every door that can say it.

    ``then`` is what happens after the answer and before the matcher comes to it.
    """

    name: str
    act: Act
    expected: Expected
    setting: "Setting"
    who: Who = Who.TRADER
    then: "Callable[[Stage], None] | None" = None

    def __str__(self) -> str:
        return self.name.replace(" ", "_")


Setting = Callable[["Stage"], AbstractContextManager[None]]


def taken(status: OrdStatus, cum_qty: str = "0", reason: RejectReason = RejectReason.NONE) -> Expected:
    """Taken on now; this is where the order stands in the end."""
    return Expected(Family.TAKEN, is_fresh=True, end=End(status, cum_qty, reason))


def done(*, is_fresh: bool = True) -> Expected:
    """Carried out; nothing is recorded when it was so already."""
    return Expected(Family.TAKEN, is_fresh=is_fresh)


def replayed() -> Expected:
    """The same answer as to the same ticket before; nothing is done."""
    return Expected(Family.REPLAYED)


def rejected(reason: RejectReason, *, is_fresh: bool = True) -> Expected:
    """Rejected by a rule of the market; recorded unless it was before, or is no ticket's answer."""
    return Expected(FAMILY_OF.get(reason, Family.REJECTED), reason.code, is_fresh=is_fresh)


def refused(family: Family, code: str, field: str = "") -> Expected:
    """Not taken on, and nothing recorded."""
    return Expected(family, code, field)


FAMILY_OF = {
    RejectReason.CL_ORD_ID_REUSED: Family.ID_REUSED,
    RejectReason.INSTRUMENT_HALTED: Family.HALTED,
    RejectReason.EXCHANGE_CLOSED: Family.HALTED,
}
