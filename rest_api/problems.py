"""What this door says when it says no: an ``application/problem+json`` document (RFC 9457), for every error."""

import json
from collections.abc import Iterator, Mapping, Sequence
from http import HTTPStatus
from math import ceil
from typing import Any

import structlog
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from rest_framework.exceptions import APIException, ErrorDetail, ValidationError
from rest_framework.request import Request

from access import errors as access_errors
from market import errors
from vocabulary import limits
from vocabulary.rejects import RejectReason

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER_S = 1
FAULTS_MAX = 50
ECHOED_LENGTH_MAX = 100

_STATUS_OF: Mapping[type[errors.MarketError], HTTPStatus] = {
    errors.InvalidRequest: HTTPStatus.BAD_REQUEST,
    errors.NotPermitted: HTTPStatus.FORBIDDEN,
    errors.NotFound: HTTPStatus.NOT_FOUND,
    errors.InProgress: HTTPStatus.CONFLICT,
    errors.Rejected: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    errors.OutcomeUnknown: HTTPStatus.GATEWAY_TIMEOUT,
    errors.Throttled: HTTPStatus.TOO_MANY_REQUESTS,
    errors.Expired: HTTPStatus.GONE,
    errors.OtherEpoch: HTTPStatus.GONE,
    errors.SequenceAhead: HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE,
}
_STATUS_OF_ACCESS: Mapping[type[access_errors.AccessError], HTTPStatus] = {
    access_errors.NotFound: HTTPStatus.NOT_FOUND,
    access_errors.NotPermitted: HTTPStatus.FORBIDDEN,
    access_errors.AccessError: HTTPStatus.BAD_REQUEST,
}
_RETRYABLE = (HTTPStatus.CONFLICT, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.GATEWAY_TIMEOUT)
_REASON_OF_CODE = {reason.code: reason for reason in RejectReason}
_UNKNOWN_ADDRESS = "There is nothing at this address. Every address of this API ends with a slash."
_DATABASE_AWAY = "The exchange's database is away; nothing was recorded. Ask again in a moment."

logger = structlog.get_logger(__name__)


class InvalidParameters(ValidationError):
    """The query string is malformed. Its faults name a parameter, not a place in the body."""


def problem(
    request: HttpRequest | Request,
    *,
    status: int,
    code: str,
    detail: str,
    faults: Sequence[Mapping[str, str]] = (),
    headers: Mapping[str, str] | None = None,
    **extensions: Any,
) -> HttpResponse:
    """The answer that refuses. It never shows more than the caller passes in."""
    said = document(request, status=status, code=code, detail=detail, faults=faults, **extensions)
    if status in _RETRYABLE:
        headers = {"Retry-After": str(RETRY_AFTER_S), **(headers or {})}
    return HttpResponse(json.dumps(said), status=status, content_type=MEDIA_TYPE, headers=headers)


def document(
    request: HttpRequest | Request,
    *,
    status: int,
    code: str,
    detail: str,
    faults: Sequence[Mapping[str, str]] = (),
    **extensions: Any,
) -> dict[str, Any]:
    """The document of one refusal, for an answer of its own or as a part of one."""
    reason = _REASON_OF_CODE.get(code)
    return {
        "type": f"urn:marketops:problem:{code}",
        "title": reason.sentence if reason else HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "instance": request.path,
        "code": code,
        "errors": list(faults),
        "correlation_id": str(structlog.contextvars.get_contextvars().get("request_id", "")),
        **extensions,
    }


def handle_exception(exc: Exception, context: Mapping[str, Any]) -> HttpResponse | None:
    """The answer to an exception that a view raised; None for one nobody expected, which ``server_error`` answers."""
    request: Request = context["request"]
    match exc:
        case errors.MarketError():
            return _market_problem(request, exc)
        case access_errors.AccessError():
            return _access_problem(request, exc)
        case OperationalError() | InterfaceError():
            logger.warning("database_away", error=type(exc).__name__)
            return unavailable(request)
        case ValidationError():
            return _validation_problem(request, exc)
        case APIException():
            return _framework_problem(request, exc)
        case RequestDataTooBig():
            return body_too_large(request)
        case Http404():
            return not_found(request)
        case PermissionDenied():
            return problem(request, status=HTTPStatus.FORBIDDEN, code="not_permitted", detail="You may not do this.")
    return None


def not_found(request: HttpRequest | Request, exception: Exception | None = None) -> HttpResponse:
    """The answer at an address where there is nothing; serves as a Django 404 handler and as a view."""
    return problem(request, status=HTTPStatus.NOT_FOUND, code="not_found", detail=_UNKNOWN_ADDRESS)


def body_too_large(request: HttpRequest | Request) -> HttpResponse:
    """The answer to a body above the limit."""
    detail = f"A body may have at most {limits.BODY_BYTES_MAX} bytes."
    return problem(request, status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE, code="body_too_large", detail=detail)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """The answer to what is no request for us, such as one for another host; serves as a Django 400 handler."""
    detail = "The request cannot be read: check its Host and its headers."
    return problem(request, status=HTTPStatus.BAD_REQUEST, code="bad_request", detail=detail)


def unavailable(request: HttpRequest | Request) -> HttpResponse:
    """The answer while the database is away."""
    return problem(request, status=HTTPStatus.SERVICE_UNAVAILABLE, code=errors.Unavailable.code, detail=_DATABASE_AWAY)


def server_error(request: HttpRequest) -> HttpResponse:
    """The answer after a bug: where to look it up, and nothing of its inside; serves as a Django 500 handler."""
    return problem(
        request,
        status=HTTPStatus.INTERNAL_SERVER_ERROR,
        code="internal_error",
        detail="The exchange made a mistake. Report the correlation id to the operator.",
    )


def status_of(error: errors.MarketError) -> HTTPStatus:
    """The status that stands for an error of the exchange."""
    return next(status for kind, status in _STATUS_OF.items() if isinstance(error, kind))


def faults_of(error: errors.MarketError, *path: str) -> list[dict[str, str]]:
    """The field that an error is about, found by ``path`` in the request's body; none when it is about no field."""
    is_in_body = isinstance(error, errors.InvalidRequest | errors.Rejected) and bool(error.field)
    return [_fault(*path, error.field, code=error.code, detail=error.detail)] if is_in_body else []


def _market_problem(request: Request, error: errors.MarketError) -> HttpResponse:
    status, faults = status_of(error), faults_of(error)
    headers = {"Retry-After": str(ceil(error.retry_after_s))} if isinstance(error, errors.Throttled) else None
    return problem(request, status=status, code=error.code, detail=error.detail, faults=faults, headers=headers)


def _access_problem(request: Request, error: access_errors.AccessError) -> HttpResponse:
    status = next(status for kind, status in _STATUS_OF_ACCESS.items() if isinstance(error, kind))
    is_in_body = status is HTTPStatus.BAD_REQUEST and bool(error.field)
    faults = [_fault(error.field, code=error.code, detail=error.detail)] if is_in_body else []
    return problem(request, status=status, code=error.code, detail=error.detail, faults=faults)


def _validation_problem(request: Request, error: ValidationError) -> HttpResponse:
    in_query = isinstance(error, InvalidParameters)
    faults = [
        _fault(*path, code=detail.code or "invalid", detail=str(detail), in_query=in_query)
        for path, detail in list(_details(error.detail))[:FAULTS_MAX]
    ]
    first = faults[0]
    where = first.get("pointer", first.get("parameter", ""))
    detail = f"{where}: {first['detail']}" if where else first["detail"]
    return problem(request, status=HTTPStatus.BAD_REQUEST, code=first["code"], detail=detail, faults=faults)


def _framework_problem(request: Request, error: APIException) -> HttpResponse:
    detail = error.detail
    challenge = getattr(error, "auth_header", None)
    headers = {"WWW-Authenticate": challenge} if challenge else {}
    code = detail.code if isinstance(detail, ErrorDetail) else None
    return problem(
        request,
        status=error.status_code,
        code=code or error.default_code,
        detail=str(detail),
        headers=headers,
    )


def _details(detail: Any, *path: str) -> Iterator[tuple[tuple[str, ...], ErrorDetail]]:
    """Each leaf of a validation error with the way to the field it is about."""
    if isinstance(detail, Mapping):
        for name, below in detail.items():
            yield from _details(below, *path, *(() if name == "non_field_errors" else (str(name),)))
    elif isinstance(detail, ErrorDetail):
        yield path, detail
    else:
        for place, below in enumerate(detail):
            yield from _details(below, *path, *((str(place),) if isinstance(below, Mapping) else ()))


def _fault(*path: str, code: str, detail: str, in_query: bool = False) -> dict[str, str]:
    names = [name[:ECHOED_LENGTH_MAX] for name in path]
    if in_query:
        return {"parameter": "".join(names[-1:]), "code": code, "detail": detail}
    pointer = "".join("/" + name.replace("~", "~0").replace("/", "~1") for name in names)
    return {"pointer": pointer, "code": code, "detail": detail}
