"""What this door says when it says no: a code, a sentence and an exit status, for every error in one place."""

from collections.abc import Mapping
from typing import NamedTuple

from django.db import InterfaceError, OperationalError

from access import errors as access_errors
from market import errors
from vocabulary.exit_status import ExitStatus
from vocabulary.rejects import RejectReason


class UsageError(Exception):
    """The line is not a command as the table of commands has it. ``usage`` shows how it would be."""

    def __init__(self, detail: str, *, usage: str = "") -> None:
        super().__init__(detail)
        self.detail = detail
        self.usage = usage


class Refusal(NamedTuple):
    """An error in this door's words."""

    status: ExitStatus
    code: str
    detail: str
    usage: str = ""
    field: str = ""


_STATUS_OF: Mapping[type[Exception], ExitStatus] = {
    errors.InvalidRequest: ExitStatus.MALFORMED,
    errors.NotPermitted: ExitStatus.FORBIDDEN,
    errors.NotFound: ExitStatus.NOT_FOUND,
    errors.InProgress: ExitStatus.IN_PROGRESS,
    errors.Rejected: ExitStatus.REJECTED,
    errors.Unavailable: ExitStatus.UNAVAILABLE,
    errors.OutcomeUnknown: ExitStatus.UNAVAILABLE,
    errors.Throttled: ExitStatus.THROTTLED,
    errors.Expired: ExitStatus.NOT_FOUND,
    errors.OtherEpoch: ExitStatus.NOT_FOUND,
    errors.SequenceAhead: ExitStatus.NOT_FOUND,
    access_errors.NotPermitted: ExitStatus.FORBIDDEN,
    access_errors.AccessError: ExitStatus.MALFORMED,
}
_STATUS_OF_REASON: Mapping[RejectReason, ExitStatus] = {
    RejectReason.INSTRUMENT_HALTED: ExitStatus.HALTED,
    RejectReason.EXCHANGE_CLOSED: ExitStatus.HALTED,
    RejectReason.CL_ORD_ID_REUSED: ExitStatus.ID_REUSED,
}
NO_LONGER_WELCOME = Refusal(ExitStatus.FORBIDDEN, "not_permitted", "Your access has ended.")
TOO_MANY_SESSIONS = Refusal(ExitStatus.THROTTLED, "too_many_sessions", "Too many sessions are open; close one.")
DATABASE_AWAY = Refusal(
    ExitStatus.UNAVAILABLE, "unavailable", "The exchange's database is away. Ask again in a moment."
)


def refusal_of(error: Exception, *, correlation_id: str) -> Refusal:
    """The refusal that an error amounts to. Of a bug it tells only where to look it up."""
    match error:
        case UsageError():
            return Refusal(ExitStatus.MALFORMED, "usage", error.detail, error.usage)
        case errors.Rejected() if error.reason in _STATUS_OF_REASON:
            return Refusal(_STATUS_OF_REASON[error.reason], error.code, error.detail)
        case errors.MarketError() | access_errors.AccessError():
            status = next(status for kind, status in _STATUS_OF.items() if isinstance(error, kind))
            is_of_field = isinstance(error, errors.InvalidRequest)
            return Refusal(status, error.code, error.detail, field=error.field if is_of_field else "")
        case OperationalError() | InterfaceError():
            return DATABASE_AWAY
    detail = f"The exchange made a mistake. Its log names it as {correlation_id}."
    return Refusal(ExitStatus.BUG, "internal_error", detail)
