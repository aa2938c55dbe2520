"""What the schema says beside types: problems, headers, examples and how to authenticate."""

from http import HTTPStatus
from typing import Any

from drf_spectacular.extensions import (
    OpenApiAuthenticationExtension,
    OpenApiSerializerExtension,
    OpenApiSerializerFieldExtension,
)
from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse
from rest_framework.serializers import Serializer

from rest_api.fields import REASON_CODES
from rest_api.problems import MEDIA_TYPE
from rest_api.serializers.problems import ProblemSerializer, RejectSerializer
from vocabulary import limits
from vocabulary.calendars import CalendarKind
from vocabulary.orders import Side
from vocabulary.phases import TradingPhase

# The names under which SPECTACULAR_SETTINGS shows the glossary's words, where fields of several names hold them.
SIDE_WORDS = list(Side.__members__)
PHASE_WORDS = list(TradingPhase.__members__)
CALENDAR_WORDS = list(CalendarKind.__members__)
REASON_WORDS = list(REASON_CODES)

ORDER_EXAMPLE: dict[str, Any] = {
    "order_id": "17",
    "md_entry_id": "5f0d9c41be2a7763",
    "cl_ord_id": "my-1",
    "account": "A-1001",
    "symbol": "ACME",
    "side": "BUY",
    "ord_type": "LIMIT",
    "time_in_force": "DAY",
    "order_qty": "100",
    "price": "10.05",
    "ord_status": "NEW",
    "cum_qty": "0",
    "leaves_qty": "100",
    "avg_px": None,
    "reject_reason": None,
    "text": "",
    "created_at": "2026-01-31T14:30:00.000125Z",
    "transact_time": "2026-01-31T14:30:00.003200Z",
    "stop_px": None,
    "protection_px": None,
    "display_qty": None,
    "min_qty": None,
    "exec_inst": [],
    "self_trade_prevention": None,
    "peg_price_type": None,
    "peg_offset_type": None,
    "peg_offset": None,
    "pegged_price": None,
    "expire_time": None,
    "linked_order_id": None,
    "contingency_type": None,
}
TICKET_EXAMPLE = {
    name: ORDER_EXAMPLE[name]
    for name in ("cl_ord_id", "account", "symbol", "side", "ord_type", "order_qty", "price", "time_in_force")
}

# status: what it means, an example's code, its detail and its fault
_PROBLEMS: dict[int, tuple[str, str, str, dict[str, str] | None]] = {
    400: (
        "Malformed. Nothing was recorded; the cl_ord_id stays free.",
        "not_a_decimal_string",
        'Must be a decimal number in a string, such as "10.05".',
        {"pointer": "/price"},
    ),
    401: (
        "No API key, or one that is nobody's.",
        "invalid_key",
        "The API key is unknown, revoked, expired or not for use from here.",
        None,
    ),
    403: ("The key's holder may not do this.", "not_permitted", "Only an operator may do this.", None),
    404: ("Absent, or somebody else's: the answer is the same.", "not_found", "There is no such order.", None),
    405: ("This address does not take this method.", "method_not_allowed", 'Method "PUT" not allowed.', None),
    406: ("Only JSON is spoken.", "not_acceptable", "Could not satisfy the request Accept header.", None),
    409: (
        "A request with this cl_ord_id is being worked on; ask again with the same content.",
        "in_progress",
        "Another request with the same cl_ord_id is being worked on.",
        None,
    ),
    410: (
        "The events are not kept any more (`expired`), or belong to a life of the book that is over (`other_epoch`): "
        "begin with a new snapshot.",
        "expired",
        "The events of ACME can be given again from 5001 on; begin with a new snapshot.",
        None,
    ),
    416: (
        "The book has not come to this event.",
        "sequence_ahead",
        "The book of ACME has come to event 900, not to 901.",
        None,
    ),
    429: (
        "Asked too often, or so much waits for the book that it takes no new orders. Nothing was recorded.",
        "throttled",
        "At most 10 of these requests a second, and 50 at once.",
        None,
    ),
    413: ("The body is too large.", "body_too_large", f"The body is larger than {limits.BODY_BYTES_MAX} bytes.", None),
    415: ("Only application/json is read.", "unsupported_media_type", "Unsupported media type in request.", None),
    422: (
        "Rejected by the exchange. Recorded: the same request gets the same answer for ever.",
        "invalid_price_increment",
        "The price is not a positive multiple of the tick size.",
        {"pointer": "/price"},
    ),
    503: ("The exchange is away; nothing was recorded.", "unavailable", "Ask again in a moment.", None),
    504: (
        "The outcome is unknown: ask again with the same cl_ord_id for the truth.",
        "outcome_unknown",
        "The database went away while the order was being committed.",
        None,
    ),
}
EVERYWHERE = (400, 405, 406, 429, 503)
READING = (400, 404, 405, 406, 503)
REPLAYING = (*READING, 410, 416)
READING_ONES_OWN = (400, 401, 405, 406, 503)
OPERATING = (400, 401, 403, 404, 405, 406, 413, 415, 503)
TRADING = (400, 401, 403, 405, 406, 409, 413, 415, 422, 503, 504)

PREFER = OpenApiParameter(
    "Prefer",
    str,
    OpenApiParameter.HEADER,
    description=f"`wait=N` waits up to N seconds (at most {limits.PREFER_WAIT_S_MAX}) for the matcher. Any other "
    "preference is ignored (RFC 7240).",
    examples=[OpenApiExample("Up to two seconds", "wait=2")],
)


def problems(*statuses: int) -> dict[tuple[int, str], OpenApiResponse]:
    """The problem responses of an operation, with those that every address can give."""
    return {(status, MEDIA_TYPE): _problem_response(status) for status in sorted({*statuses, *EVERYWHERE})}


def _header(name: str, description: str, statuses: list[int]) -> OpenApiParameter:
    return OpenApiParameter(name, str, OpenApiParameter.HEADER, description=description, response=statuses)


REPLAYED = _header("Idempotent-Replayed", "`true` when this very request was answered before.", [200, 422])
PREFERENCE_APPLIED = _header("Preference-Applied", "The wait that was granted.", [200, 201, 202, 422])
LOCATION = _header("Location", "The address of what was made.", [201])
RETRY_AFTER = _header("Retry-After", "Seconds after which to ask again.", [409, 429, 503, 504])
AUTHENTICATE = _header("WWW-Authenticate", "Bearer", [401])


NEXT_PAGE = _header("Link", 'The next page, as `<address>; rel="next"` (RFC 8288); absent on the last.', [200])


def fields_of(serializer_class: type[Serializer[Any]]) -> OpenApiParameter:
    """The parameter that keeps to some fields of a reading."""
    names = list(serializer_class().fields)
    return OpenApiParameter(
        "fields",
        {"type": "array", "items": {"type": "string", "enum": names}, "minItems": 1},
        description="Only these fields, with commas between.",
        explode=False,
    )


def order_example(name: str, **changes: Any) -> OpenApiExample:
    """An example of an order in an answer."""
    return OpenApiExample(name, {**ORDER_EXAMPLE, **changes})


def _problem_response(status: int) -> OpenApiResponse:
    meaning, code, detail, fault = _PROBLEMS[status]
    example = {
        "type": f"urn:marketops:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "instance": "/api/v1/orders/",
        "code": code,
        "errors": [{**fault, "code": code, "detail": detail}] if fault else [],
        "correlation_id": "0f8e7a52-6f9e-4d0b-9d3e-1f6f3b9a2c11",
    }
    return OpenApiResponse(
        RejectSerializer if status == HTTPStatus.UNPROCESSABLE_ENTITY else ProblemSerializer,
        description=meaning,
        examples=[OpenApiExample(code, example)],
    )


class ApiKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the schema describes the API key."""

    target_class = "rest_api.authentication.ApiKeyAuthentication"
    name = "apiKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        """The OpenAPI security scheme."""
        return {"type": "http", "scheme": "bearer", "description": "An API key from your account page."}


class StrictSerializerSchema(OpenApiSerializerExtension):  # type: ignore[no-untyped-call]
    """How the schema describes what is sent in: with the fields that there are and no others."""

    target_class = "rest_api.serializers.strict.StrictSerializer"
    match_subclasses = True

    def map_serializer(self, auto_schema: Any, direction: str) -> dict[str, Any]:
        """The serializer's JSON schema."""
        described: dict[str, Any] = auto_schema._map_serializer(self.target, direction, bypass_extensions=True)
        return {**described, "additionalProperties": False}


class DocumentedFieldSchema(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    """How the schema describes this door's own fields: as they describe themselves."""

    target_class = "rest_api.fields.DocumentedField"
    match_subclasses = True

    def map_serializer_field(self, auto_schema: Any, direction: str) -> dict[str, Any]:
        """The field's JSON schema."""
        return dict(self.target.json_schema)
