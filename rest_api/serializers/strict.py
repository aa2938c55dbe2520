"""The bases of every serializer: an unknown field is refused, and each kind of error has a code."""

from collections.abc import Mapping
from copy import copy
from functools import cache
from itertools import islice
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request

from rest_api.pages import FIELDS, read_by_view
from rest_api.problems import ECHOED_LENGTH_MAX, FAULTS_MAX, InvalidParameters


class StrictSerializer(serializers.Serializer[Any]):
    """Takes the declared fields and no others, so that nothing can be set in passing."""

    unknown_code = "unknown_field"
    unknown_detail = "This request has no such field."

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """The values by field. Raises ValidationError that names every faulty and every unknown field."""
        if not isinstance(data, Mapping):
            raise ValidationError("This must be a JSON object.", "not_an_object")
        errors: dict[str, Any] = {}
        values: dict[str, Any] = {}
        try:
            values = super().to_internal_value(data)
        except ValidationError as error:
            errors.update(error.detail if isinstance(error.detail, dict) else {})
        unknown = (name for name in data if name not in self.fields)
        for name in islice(unknown, FAULTS_MAX):
            detail = ErrorDetail(self.unknown_detail, self.unknown_code)
            errors.setdefault(name[:ECHOED_LENGTH_MAX], []).append(detail)
        if errors:
            raise ValidationError(errors)
        return values


class QuerySerializer(StrictSerializer):
    """A query string: every parameter at most once."""

    unknown_code = "unknown_parameter"
    unknown_detail = "This address takes no such parameter."


def body_of(request: Request, serializer_class: type[StrictSerializer]) -> dict[str, Any]:
    """The request's body as the serializer reads it. Raises ValidationError."""
    serializer = _reader(serializer_class, request.data)
    serializer.is_valid(raise_exception=True)
    return dict(serializer.validated_data)


def query_of(request: Request, serializer_class: type[QuerySerializer]) -> dict[str, Any]:
    """The request's query string as the serializer reads it. Raises InvalidParameters."""
    repeated = [name for name, values in request.query_params.lists() if len(values) > 1]
    if repeated:
        detail = ErrorDetail("This parameter appears more than once.", "repeated_parameter")
        raise InvalidParameters({name[:ECHOED_LENGTH_MAX]: [detail] for name in repeated})
    given = {name: value for name, value in request.query_params.items() if name != FIELDS}
    serializer = _reader(serializer_class, given)
    read_by_view(request)
    try:
        serializer.is_valid(raise_exception=True)
    except ValidationError as error:
        raise InvalidParameters(error.detail) from None
    return dict(serializer.validated_data)


def _reader(serializer_class: type[StrictSerializer], data: Any) -> StrictSerializer:
    """A serializer about to read the data. To make one takes longer than to read an order: its fields are copied."""
    serializer = copy(_made_once(serializer_class))
    serializer.initial_data = data
    return serializer


@cache
def _made_once(serializer_class: type[StrictSerializer]) -> StrictSerializer:
    serializer = serializer_class()
    assert serializer.fields, "its fields are made with it, for every copy"
    return serializer
