"""What readers ask of a list: some of its fields, and the page after this one."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail
from rest_framework.request import Request
from rest_framework.response import Response

from rest_api.problems import ECHOED_LENGTH_MAX, InvalidParameters

FIELDS = "fields"


def read_by_view(request: Request) -> None:
    """Note that a view looks at the query by itself, and refuses what it does not know of it."""
    request._request.META["marketops.query_is_read"] = True


def refuse_query(request: Request, *, but: str = "") -> None:
    """Raises InvalidParameters for a parameter at an address that takes none."""
    unknown = [name for name in request.query_params if name != but]
    if unknown:
        detail = ErrorDetail("This address takes no such parameter.", "unknown_parameter")
        raise InvalidParameters({unknown[0][:ECHOED_LENGTH_MAX]: [detail]})


def shown(request: Request, serializer: Any, *, next_page: Mapping[str, object] | None = None) -> Response:
    """The answer to a reading: with the fields that ``fields`` names, and a Link to the next page where there is one.

    ``next_page`` is the part of the query that leads on from here. Raises InvalidParameters for an unknown field.
    """
    if "marketops.query_is_read" not in request._request.META:
        refuse_query(request, but=FIELDS)
    names = request.query_params.get(FIELDS)
    if names is not None:
        _keep(getattr(serializer, "child", serializer), names.split(","))
    return Response(serializer.data, headers=_link(request, next_page))


def following(found: list[Any], *, count: int, **cursor: str) -> dict[str, object] | None:
    """How the query goes on after a page: parameters with the attributes of its last row; None after a short page."""
    if len(found) < count:
        return None
    return {parameter: getattr(found[-1], attribute) for parameter, attribute in cursor.items()}


def _keep(serializer: serializers.Serializer[Any], names: list[str]) -> None:
    unknown = [name for name in names if name not in serializer.fields]
    if unknown:
        detail = f"There is no field {unknown[0][:ECHOED_LENGTH_MAX]!r}; there are {', '.join(serializer.fields)}."
        raise InvalidParameters({FIELDS: [ErrorDetail(detail, "unknown_field")]})
    for name in set(serializer.fields) - set(names):
        serializer.fields.pop(name)


def _link(request: Request, next_page: Mapping[str, object] | None) -> dict[str, str]:
    if next_page is None:
        return {}
    query = urlencode({**request.query_params.dict(), **next_page})
    return {"Link": f'<{request.build_absolute_uri(request.path)}?{query}>; rel="next"'}
