"""What this door says when it says no: a status, and its reasons as google.rpc's error details."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil
from typing import Any

import structlog
from django.db import InterfaceError, OperationalError
from google.protobuf.any_pb2 import Any as Packed
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.rpc import error_details_pb2, status_pb2
from grpc import StatusCode
from grpc_status import rpc_status

from grpc_api.callers import ForeignCertificate, Unauthenticated
from grpc_api.malformed import MalformedRequest, Violation
from market import errors
from market.records import Receipt
from vocabulary.orders import OrdStatus
from vocabulary.rejects import RejectReason

DOMAIN = "marketops"
RETRY_AFTER_S = 1
VIOLATIONS_MAX = 20
DETAIL_LENGTH_MAX = 500

_STATUS_OF: Mapping[type[errors.MarketError], StatusCode] = {
    errors.InvalidRequest: StatusCode.INVALID_ARGUMENT,
    errors.NotPermitted: StatusCode.PERMISSION_DENIED,
    errors.NotFound: StatusCode.NOT_FOUND,
    errors.InProgress: StatusCode.ABORTED,
    errors.Rejected: StatusCode.FAILED_PRECONDITION,
    errors.Unavailable: StatusCode.UNAVAILABLE,
    errors.OutcomeUnknown: StatusCode.DEADLINE_EXCEEDED,
    errors.Throttled: StatusCode.RESOURCE_EXHAUSTED,
    errors.Expired: StatusCode.OUT_OF_RANGE,
    errors.OtherEpoch: StatusCode.OUT_OF_RANGE,
    errors.SequenceAhead: StatusCode.OUT_OF_RANGE,
}
_WORTH_ANOTHER_TRY = (
    StatusCode.ABORTED,
    StatusCode.UNAVAILABLE,
    StatusCode.DEADLINE_EXCEEDED,
    StatusCode.RESOURCE_EXHAUSTED,
)
_DATABASE_AWAY = "The exchange's database is away; nothing was recorded. Ask again in a moment."
_BUG = "The exchange made a mistake. Report the correlation id to the operator."

logger = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Refusal:
    """How a call ends with a status other than OK. It never shows more than is said here."""

    status: StatusCode
    code: str
    detail: str
    violations: Sequence[Violation] = ()
    facts: Mapping[str, str] = field(default_factory=dict)
    retry_after_s: float = RETRY_AFTER_S


class Refused(Exception):
    """The call ends with a refusal."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.detail)
        self.refusal = refusal


def not_permitted(detail: str) -> Refusal:
    """The actor may not do this."""
    return Refusal(StatusCode.PERMISSION_DENIED, "not_permitted", detail)


def reject_of(receipt: Receipt) -> Refusal | None:
    """The recorded reject that a receipt holds, the matcher's included; None for an accepted ticket."""
    if not receipt.is_accepted:
        return _reject(receipt.reject, text=receipt.reject_text, receipt=receipt)
    order = receipt.order
    if order is not None and order.ord_status is OrdStatus.REJECTED:
        return _reject(order.reject_reason, text=order.reject_text, receipt=receipt)
    return None


def accepted(receipt: Receipt) -> Receipt:
    """The receipt of an accepted ticket. Raises Refused for a reject, which is recorded."""
    reject = reject_of(receipt)
    if reject is not None:
        raise Refused(reject)
    return receipt


def _reject(reason: RejectReason, *, text: str, receipt: Receipt) -> Refusal:
    facts = {} if receipt.order is None else {"order_id": str(receipt.order.order_id)}
    if receipt.replayed:
        facts["replayed"] = "true"
    is_reuse = reason is RejectReason.CL_ORD_ID_REUSED
    status = StatusCode.ALREADY_EXISTS if is_reuse else StatusCode.FAILED_PRECONDITION
    return Refusal(status, reason.code, text or reason.sentence, facts=facts)


def refusal_of(error: Exception) -> Refusal:
    """What is said of an exception; one that nobody expected is logged and shown to nobody."""
    match error:
        case Refused():
            return error.refusal
        case MalformedRequest():
            first = error.violations[0]
            return Refusal(StatusCode.INVALID_ARGUMENT, first.code, str(error), error.violations)
        case errors.MarketError():
            return _market_refusal(error)
        case Unauthenticated():
            return Refusal(StatusCode.UNAUTHENTICATED, error.code, error.detail)
        case ForeignCertificate():
            return not_permitted("The certificate of this connection is not that of the key's holder.")
        case OperationalError() | InterfaceError():
            logger.warning("database_away", error=type(error).__name__)
            return Refusal(StatusCode.UNAVAILABLE, "unavailable", _DATABASE_AWAY)
    logger.error("call_failed", exc_info=error)
    return Refusal(StatusCode.INTERNAL, "internal_error", _BUG)


async def tell(context: Any, refusal: Refusal) -> None:
    """End the call with the refusal. Never returns."""
    details = [_error_info(refusal), *_bad_request(refusal), *_retry_info(refusal)]
    status = rpc_status.to_status(
        status_pb2.Status(
            code=refusal.status.value[0], message=refusal.detail[:DETAIL_LENGTH_MAX], details=map(_packed, details)
        )
    )
    await context.abort(status.code, status.details, status.trailing_metadata)


def _market_refusal(error: errors.MarketError) -> Refusal:
    status = next(status for kind, status in _STATUS_OF.items() if isinstance(error, kind))
    is_of_field = isinstance(error, errors.InvalidRequest | errors.Rejected) and bool(error.field)
    violations = [Violation(error.field, error.code, error.detail)] if is_of_field else []
    retry_after_s = error.retry_after_s if isinstance(error, errors.Throttled) else RETRY_AFTER_S
    return Refusal(status, error.code, error.detail, violations, retry_after_s=retry_after_s)


def _error_info(refusal: Refusal) -> Message:
    correlation_id = str(structlog.contextvars.get_contextvars().get("request_id", ""))
    facts = {**refusal.facts, "correlation_id": correlation_id}
    info: Message = error_details_pb2.ErrorInfo(reason=refusal.code, domain=DOMAIN, metadata=facts)
    return info


def _bad_request(refusal: Refusal) -> list[Message]:
    if not refusal.violations:
        return []
    violations = [
        error_details_pb2.BadRequest.FieldViolation(field=fault.field, description=fault.detail, reason=fault.code)
        for fault in refusal.violations[:VIOLATIONS_MAX]
    ]
    return [error_details_pb2.BadRequest(field_violations=violations)]


def retry_after_ms(refusal: Refusal) -> int | None:
    """After how long asking again makes sense; None when it makes none."""
    return ceil(1000 * refusal.retry_after_s) if refusal.status in _WORTH_ANOTHER_TRY else None


def _retry_info(refusal: Refusal) -> list[Message]:
    delay_ms = retry_after_ms(refusal)
    if delay_ms is None:
        return []
    delay = Duration()
    delay.FromMilliseconds(delay_ms)
    return [error_details_pb2.RetryInfo(retry_delay=delay)]


def _packed(detail: Message) -> Packed:
    packed = Packed()
    packed.Pack(detail)
    return packed
