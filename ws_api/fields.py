"""Reading the fields of a request: strict about types, each mistake with its code and the field it is in."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum, Flag
from functools import reduce
from operator import or_
from typing import Any, NamedTuple

from ws_api.requests import BadRequest

DECIMAL_DIGITS_MAX = 40
"""Wider than any number the exchange takes, so that too large a value is rejected by the exchange and on the record."""
BIGINT_MAX = 2**63 - 1
YEAR_MAX = 9998
_DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_ORDER_ID = re.compile(r"[0-9]{1,19}")

Read = Callable[[Any], Any]


class Field(NamedTuple):
    """How a field is read, and whether it must be there. One that need not be may be null as well."""

    read: Read
    is_required: bool = False


class Fault(Exception):
    """What is wrong with a value: a code and a sentence."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


def read_fields(values: Any, fields: Mapping[str, Field], *, path: str = "") -> dict[str, Any]:
    """The values that are given, by name. Raises BadRequest for the first fault, named by its ``path``."""
    if not isinstance(values, dict):
        raise BadRequest("required", f"{path or 'The message'} must be an object.", field=path)
    found: dict[str, Any] = {}
    for name, field in fields.items():
        value = values.get(name)
        try:
            if value is None or value == "":
                if field.is_required or value == "":
                    raise Fault("required", "Must be given.")
                continue
            found[name] = field.read(value)
        except Fault as fault:
            raise BadRequest(fault.code, f"{name}: {fault.detail}", field=_joined(path, name)) from None
    for name in values.keys() - fields.keys():
        where = _joined(path, str(name)[:32])
        raise BadRequest("unknown_field", f"There is no field {where!r} here.", field=where)
    return found


def _joined(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def pattern(shape: str) -> Read:
    """A text of a fixed shape."""
    compiled = re.compile(shape)

    def read(value: Any) -> str:
        if compiled.fullmatch(_text(value)) is None:
            raise Fault("malformed", f"Must match {shape}.")
        return str(value)

    return read


def word(words: type[Enum]) -> Read:
    """A word of the glossary, by its name."""

    def read(value: Any) -> Enum:
        if _text(value) not in words.__members__:
            raise Fault("unknown_word", f"Must be one of {', '.join(words.__members__)}.")
        return words[value]

    return read


def flags(words: type[Flag]) -> Read:
    """Words of the glossary that go together, in a list."""
    allowed = {member.name: member for member in words}

    def read(value: Any) -> Flag:
        if not isinstance(value, list):
            raise Fault("not_a_list", "Must be an array of words.")
        if any(not isinstance(each, str) or each not in allowed for each in value):
            raise Fault("unknown_word", f"Must hold no other words than {', '.join(map(str, allowed))}.")
        return reduce(or_, (allowed[each] for each in value), words(0))

    return read


def decimal(value: Any) -> Decimal:
    """A number in a text, because a JSON number loses digits. Only its form is judged here."""
    if not isinstance(value, str) or _DECIMAL.fullmatch(value) is None:
        raise Fault("not_a_decimal_string", 'Must be a decimal number in a string, such as "10.05".')
    if sum(character.isdigit() for character in value) > DECIMAL_DIGITS_MAX:
        raise Fault("too_many_digits", f"Must not have more than {DECIMAL_DIGITS_MAX} digits.")
    return Decimal(value)


def moment(value: Any) -> datetime:
    """A point in time. One without an offset is refused: it could mean any of two dozen."""
    try:
        said = datetime.fromisoformat(_text(value))
        if said.tzinfo is not None and said.year <= YEAR_MAX:
            return said.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise Fault("not_a_time", "Must be an ISO 8601 time with its offset, such as 2026-01-31T14:30:00Z.")


def whole_number(lowest: int, highest: int = BIGINT_MAX) -> Read:
    """A whole number of a range."""

    def read(value: Any) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not lowest <= value <= highest:
            raise Fault("not_a_whole_number", f"Must be a whole number from {lowest} to {highest}.")
        return value

    return read


def order_id(value: Any) -> int:
    """The id of an order, 0 for a text that none can have: such an order is not found, as an absent one."""
    text = _text(value)
    number = int(text) if _ORDER_ID.fullmatch(text) else 0
    return number if number <= BIGINT_MAX else 0


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise Fault("not_a_string", "Must be a string.")
    return value
