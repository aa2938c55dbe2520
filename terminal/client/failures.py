"""From a call's status to a refusal, in the exchange's own words where it gave any."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import grpc
from google.rpc import error_details_pb2
from grpc import StatusCode
from grpc_status import rpc_status

from terminal.refusals import STATUS_OF_REJECT, Refusal, Refused, malformed
from vocabulary.exit_status import ExitStatus

_STATUS_OF: Mapping[StatusCode, ExitStatus] = {
    StatusCode.INVALID_ARGUMENT: ExitStatus.MALFORMED,
    StatusCode.UNAUTHENTICATED: ExitStatus.FORBIDDEN,
    StatusCode.PERMISSION_DENIED: ExitStatus.FORBIDDEN,
    StatusCode.NOT_FOUND: ExitStatus.NOT_FOUND,
    StatusCode.OUT_OF_RANGE: ExitStatus.NOT_FOUND,
    StatusCode.UNIMPLEMENTED: ExitStatus.NOT_FOUND,
    StatusCode.ALREADY_EXISTS: ExitStatus.ID_REUSED,
    StatusCode.ABORTED: ExitStatus.IN_PROGRESS,
    StatusCode.FAILED_PRECONDITION: ExitStatus.REJECTED,
    StatusCode.RESOURCE_EXHAUSTED: ExitStatus.THROTTLED,
    StatusCode.UNAVAILABLE: ExitStatus.UNAVAILABLE,
    StatusCode.DEADLINE_EXCEEDED: ExitStatus.UNAVAILABLE,
    StatusCode.CANCELLED: ExitStatus.UNAVAILABLE,
}


@contextmanager
def as_refusals(address: str) -> Iterator[None]:
    """Whatever a call within fails with is raised as Refused."""
    try:
        yield
    except grpc.aio.AioRpcError as error:
        raise Refused(_refusal_of(error, address=address)) from error
    except (UnicodeEncodeError, grpc.aio.UsageError) as error:
        raise malformed("What was typed is not text that can be sent.") from error


def _refusal_of(error: grpc.aio.AioRpcError, *, address: str) -> Refusal:
    info, fields = _details_of(error)
    status = _STATUS_OF.get(error.code(), ExitStatus.BUG)
    if not info.reason:
        return Refusal(status, error.code().name.lower(), _of_the_library(error, address=address))
    first = fields.field_violations[0] if fields.field_violations else None
    detail = first.description if first is not None and first.description else error.details()
    return Refusal(
        STATUS_OF_REJECT.get(info.reason, status),
        info.reason,
        f"{detail} (correlation id {info.metadata['correlation_id']})" if status is ExitStatus.BUG else str(detail),
        # Terms are options like all others here, whatever message they travel in.
        field="" if first is None else first.field.removeprefix("terms."),
    )


def _details_of(error: Any) -> tuple[error_details_pb2.ErrorInfo, error_details_pb2.BadRequest]:
    info, fields = error_details_pb2.ErrorInfo(), error_details_pb2.BadRequest()
    try:
        rich = rpc_status.from_call(error)
    except ValueError:
        rich = None
    for packed in rich.details if rich is not None else ():
        if not packed.Unpack(info):
            packed.Unpack(fields)
    return info, fields


def _of_the_library(error: grpc.aio.AioRpcError, *, address: str) -> str:
    """What gRPC itself says, which nobody at a terminal should have to read, said better."""
    match error.code():
        case StatusCode.UNAVAILABLE | StatusCode.CANCELLED:
            return f"The exchange cannot be reached at {address}. Is it running, and is the address right?"
        case StatusCode.DEADLINE_EXCEEDED:
            return f"The exchange at {address} has not answered in time."
        case StatusCode.UNIMPLEMENTED:
            return f"The server at {address} does not offer this."
    return f"The exchange at {address} failed: {error.code().name} {error.details()}"
