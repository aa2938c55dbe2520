"""The fields of this door's JSON and query strings: strict about types on the way in, exact on the way out."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from decimal import Decimal
from enum import Enum, Flag
from functools import reduce
from operator import or_
from typing import Any

from rest_framework import serializers

from vocabulary.rejects import RejectReason

# Wider than any number the exchange takes, so that too large a value is rejected by the exchange and on the record.
DECIMAL_DIGITS_MAX = 40
DECIMAL_PATTERN = r"-?[0-9]+(\.[0-9]+)?"
TIME_OF_DAY_PATTERN = r"([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?"
BIGINT_MAX = 2**63 - 1
# An interval that begins in it still ends in a year that a datetime can say.
YEAR_MAX = 9998
REASON_CODES = tuple(reason.code for reason in RejectReason if reason is not RejectReason.NONE)

_DECIMAL = re.compile(DECIMAL_PATTERN)
_TIME_OF_DAY = re.compile(TIME_OF_DAY_PATTERN)
_WHOLE_NUMBER = re.compile(r"[0-9]{1,19}")


class DocumentedField(serializers.Field[Any, Any, Any, Any]):
    """A field that knows its own JSON schema. What it takes in must be a string; an empty one counts as not given."""

    default_error_messages = {"not_a_string": "Must be a string.", "required": "Must be given."}
    json_schema: dict[str, Any] = {"type": "string"}

    def text_of(self, data: object) -> str:
        """``data``, which must be a string."""
        if not isinstance(data, str):
            self.fail("not_a_string")
        if not data:
            self.fail("required")
        return data


class TextField(DocumentedField):
    """Text for people to read, without control or invisible characters."""

    default_error_messages = {
        "too_long": "Must not be longer than {length_max} characters.",
        "not_printable": "Must not hold control or invisible characters.",
    }

    def __init__(self, *, length_max: int, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.length_max = length_max
        self.json_schema = {"type": "string", "minLength": 1, "maxLength": length_max}

    def to_internal_value(self, data: object) -> str:
        """The text, as it was sent."""
        text = self.text_of(data)
        if not text.strip():
            self.fail("required")
        if len(text) > self.length_max:
            self.fail("too_long", length_max=self.length_max)
        if not text.isprintable():
            self.fail("not_printable")
        return text

    def to_representation(self, value: str) -> str:
        """The text."""
        return value


class PatternField(DocumentedField):
    """An identifier of a fixed shape."""

    default_error_messages = {"malformed": "Must match {pattern}."}

    def __init__(self, *, pattern: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.pattern = re.compile(pattern)
        self.json_schema = {"type": "string", "pattern": f"^{pattern}$"}

    def to_internal_value(self, data: object) -> str:
        """The identifier."""
        text = self.text_of(data)
        if self.pattern.fullmatch(text) is None:
            self.fail("malformed", pattern=self.pattern.pattern)
        return text

    def to_representation(self, value: object) -> str:
        """The identifier."""
        return str(value)


class WordField(DocumentedField):
    """A word of the glossary: a member of an enum by its name."""

    default_error_messages = {"unknown_word": "Must be one of {allowed}."}

    def __init__(self, words: type[Enum], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.words = words
        self.json_schema = {"type": "string", "enum": list(words.__members__)}

    def to_internal_value(self, data: object) -> Enum:
        """The member of this very name."""
        text = self.text_of(data)
        if text not in self.words.__members__:
            self.fail("unknown_word", allowed=", ".join(self.words.__members__))
        return self.words[text]

    def to_representation(self, value: Enum) -> str:
        """The member's name."""
        return value.name


class FlagsField(DocumentedField):
    """A set of words of the glossary: flags by their names, in an array."""

    default_error_messages = {
        "not_a_list": "Must be an array of words.",
        "unknown_word": "Must hold no other words than {allowed}.",
    }

    def __init__(self, words: type[Flag], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.words = words
        self.allowed = [word.name or "" for word in words]
        self.json_schema = {"type": "array", "items": {"type": "string", "enum": self.allowed}}

    def to_internal_value(self, data: object) -> Flag:
        """The flags together."""
        if not isinstance(data, list):
            self.fail("not_a_list")
        if any(word not in self.allowed for word in data):
            self.fail("unknown_word", allowed=", ".join(self.allowed))
        return reduce(or_, (self.words[word] for word in data), self.words(0))

    def to_representation(self, value: Flag) -> list[str]:
        """The names of the flags that are set."""
        return [word.name or "" for word in value]


class ChoiceField(DocumentedField):
    """One of a few texts, each standing for a value."""

    default_error_messages = {"unknown_word": "Must be one of {allowed}."}

    def __init__(self, *, choices: Mapping[str, Any], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.choices = choices
        self.json_schema = {"type": "string", "enum": list(choices)}

    def to_internal_value(self, data: object) -> Any:
        """The value that the text stands for."""
        text = self.text_of(data)
        if text not in self.choices:
            self.fail("unknown_word", allowed=", ".join(self.choices))
        return self.choices[text]


class DecimalStringField(DocumentedField):
    """A price, quantity or amount of money: a plain decimal in a string, because a JSON number loses digits.

    Only the form is judged here; zero, negative and off-tick values are for the exchange to reject.
    """

    default_error_messages = {
        "not_a_decimal_string": 'Must be a decimal number in a string, such as "10.05".',
        "too_many_digits": f"Must not have more than {DECIMAL_DIGITS_MAX} digits.",
    }
    json_schema = {"type": "string", "pattern": f"^{DECIMAL_PATTERN}$", "example": "10.05"}

    def to_internal_value(self, data: object) -> Decimal:
        """The exact value."""
        if data == "":
            self.fail("required")
        if not isinstance(data, str) or _DECIMAL.fullmatch(data) is None:
            self.fail("not_a_decimal_string")
        if sum(character.isdigit() for character in data) > DECIMAL_DIGITS_MAX:
            self.fail("too_many_digits")
        return Decimal(data)

    def to_representation(self, value: Decimal) -> str:
        """The value without an exponent."""
        return format(value, "f")


class WholeNumberField(DocumentedField):
    """A whole number in a query string."""

    default_error_messages = {"not_a_whole_number": "Must be a whole number from {lowest} to {highest}."}

    def __init__(self, *, lowest: int = 1, highest: int = BIGINT_MAX, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.lowest, self.highest = lowest, highest
        self.json_schema = {"type": "integer", "minimum": lowest, "maximum": highest}

    def to_internal_value(self, data: object) -> int:
        """The number."""
        text = self.text_of(data)
        number = int(text) if _WHOLE_NUMBER.fullmatch(text) else -1
        if not self.lowest <= number <= self.highest:
            self.fail("not_a_whole_number", lowest=self.lowest, highest=self.highest)
        return number


class CountField(DocumentedField):
    """A whole number in a body: a JSON number."""

    default_error_messages = {"not_a_whole_number": "Must be a whole number from {lowest} to {highest}."}

    def __init__(self, *, lowest: int = 0, highest: int = BIGINT_MAX, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.lowest, self.highest = lowest, highest
        self.json_schema = {"type": "integer", "minimum": lowest, "maximum": highest}

    def to_internal_value(self, data: object) -> int:
        """The number."""
        if not isinstance(data, int) or isinstance(data, bool) or not self.lowest <= data <= self.highest:
            self.fail("not_a_whole_number", lowest=self.lowest, highest=self.highest)
        return data

    def to_representation(self, value: int) -> int:
        """The number."""
        return value


class YesNoField(DocumentedField):
    """``true`` or ``false`` in a query string."""

    default_error_messages = {"not_true_or_false": "Must be true or false."}
    json_schema = {"type": "boolean"}

    def to_internal_value(self, data: object) -> bool:
        """Which of the two."""
        if data not in ("true", "false"):
            self.fail("not_true_or_false")
        return data == "true"


class TimeField(DocumentedField):
    """A point in time: ISO 8601 in UTC with microseconds."""

    default_error_messages = {"not_a_time": "Must be an ISO 8601 time with its offset, such as 2026-01-31T14:30:00Z."}
    json_schema = {"type": "string", "format": "date-time", "example": "2026-01-31T14:30:00.000000Z"}

    def to_internal_value(self, data: object) -> datetime:
        """The time in UTC. One without an offset is refused: it could mean any of two dozen."""
        moment = _moment(self.text_of(data))
        if moment is None:
            self.fail("not_a_time")
        return moment

    def to_representation(self, value: datetime) -> str:
        """The time, ending in Z."""
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


class LocalTimeField(DocumentedField):
    """A time of the day: hours, minutes and, if not zero, seconds."""

    default_error_messages = {"not_a_time_of_day": "Must be a time of the day such as 09:00 or 09:00:30."}
    json_schema = {"type": "string", "pattern": f"^{TIME_OF_DAY_PATTERN}$", "example": "09:00"}

    def to_internal_value(self, data: object) -> time:
        """The time."""
        text = self.text_of(data)
        if _TIME_OF_DAY.fullmatch(text) is None:
            self.fail("not_a_time_of_day")
        return time.fromisoformat(text)

    def to_representation(self, value: time) -> str:
        """The time, without seconds where there are none."""
        return f"{value:%H:%M:%S}" if value.second else f"{value:%H:%M}"


class DayField(DocumentedField):
    """A date."""

    default_error_messages = {"not_a_date": "Must be a date such as 2026-12-25."}
    json_schema = {"type": "string", "format": "date", "example": "2026-12-25"}

    def to_internal_value(self, data: object) -> date:
        """The date."""
        text = self.text_of(data)
        try:
            day = date.fromisoformat(text)
        except ValueError:
            self.fail("not_a_date")
        if day.isoformat() != text:
            self.fail("not_a_date")
        return day

    def to_representation(self, value: date) -> str:
        """The date."""
        return value.isoformat()


class ReasonField(DocumentedField):
    """The code of a reject reason; null for none."""

    json_schema = {"type": "string", "nullable": True, "enum": [*REASON_CODES, None]}

    def to_representation(self, value: RejectReason) -> str | None:
        """The reason's code."""
        return None if value is RejectReason.NONE else value.code


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
        is_usable = moment.tzinfo is not None and moment.year <= YEAR_MAX
        return moment.astimezone(UTC) if is_usable else None
    except (ValueError, OverflowError):
        return None
