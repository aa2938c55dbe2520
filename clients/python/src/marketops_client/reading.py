"""From the exchange's JSON to records. Fields that a record does not know are left alone: the exchange may grow."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import datetime
from functools import cache
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

Record = TypeVar("Record")
Convert = Callable[[Any], Any]


def read(kind: type[Record], values: Mapping[str, Any]) -> Record:
    """The record that some JSON holds."""
    converters: dict[str, Convert] = _converters(kind)  # type: ignore[arg-type]  # a class is hashable
    return kind(**{name: convert(values[name]) for name, convert in converters.items()})


def read_all(kind: type[Record], values: Any) -> list[Record]:
    """The records of a list, which comes bare or as a page with what leads to the next one beside it."""
    rows = values if isinstance(values, list) else next(each for each in values.values() if isinstance(each, list))
    return [read(kind, row) for row in rows]


@cache
def _converters(kind: type[Any]) -> dict[str, Convert]:
    hints = get_type_hints(kind)
    return {field.name: _converter(hints[field.name]) for field in fields(kind)}


def _converter(hint: Any) -> Convert:
    if get_origin(hint) in (Union, UnionType):
        (inner,) = (_converter(each) for each in get_args(hint) if each is not NoneType)
        return lambda value: None if value is None else inner(value)
    if get_origin(hint) is tuple:
        kind = get_args(hint)[0]
        return lambda values: tuple(read(kind, value) for value in values)
    if hint is datetime:
        return datetime.fromisoformat
    if hint in (str, int):
        return lambda value: value
    return hint if isinstance(hint, type) else lambda value: value
