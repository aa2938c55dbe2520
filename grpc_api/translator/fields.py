"""Reading messages strictly: every field that cannot be read is named, and a field nobody knows is refused."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from types import TracebackType
from typing import Any, Self, TypeVar

from google.protobuf.message import DecodeError, Message
from google.protobuf.timestamp_pb2 import Timestamp

from grpc_api.malformed import MalformedRequest, Violation
from market.errors import NotFound
from vocabulary.identifiers import is_symbol
from vocabulary.rejects import RejectReason

# Wider than any number the exchange takes, so that too large a value is rejected by the exchange and on the record.
DECIMAL_DIGITS_MAX = 40
# An interval that begins in it still ends in a year that a datetime can say.
YEAR_MAX = 9998

_DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_NOTHING = Decimal(0)

M = TypeVar("M", bound=Message)
W = TypeVar("W")


def parse(kind: type[M], data: bytes) -> M:
    """The message in the bytes. Raises MalformedRequest, also for a field that this protocol does not have.

    A field that the exchange does not know could be one that the sender relies on.
    """
    message = kind()
    try:
        message.ParseFromString(data)
    except DecodeError:
        detail = f"The bytes are not a {kind.DESCRIPTOR.name}."
        raise MalformedRequest([Violation("", "malformed_message", detail)]) from None
    size = message.ByteSize()
    message.DiscardUnknownFields()
    if message.ByteSize() != size:
        detail = f"A {kind.DESCRIPTOR.name} has no such field, or one of another type."
        raise MalformedRequest([Violation("", "unknown_field", detail)])
    return message


class Fields:
    """The fields of one message, read within a ``with``, whose end raises MalformedRequest for all that are at fault.

    Until then a field at fault reads as some value of its type.
    """

    def __init__(self, message: Message, *, within: str = "") -> None:
        self._message: Any = message
        self._within = within
        self._violations: list[Violation] = []

    def __enter__(self) -> Self:
        """Begin to read."""
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        """Raise MalformedRequest if a field is at fault."""
        if error is None and self._violations:
            raise MalformedRequest(self._violations)

    def is_given(self, name: str) -> bool:
        """Whether an optional field or a message is there."""
        return bool(self._message.HasField(name))

    def identifier(self, name: str, pattern: str) -> str:
        """A required text of a fixed shape."""
        text: str = getattr(self._message, name)
        if not text:
            self.fault(name, "required", "Must be given.")
        elif re.fullmatch(pattern, text) is None:
            self.fault(name, "malformed", f"Must match {pattern}.")
        return text

    def listed_symbol(self, name: str) -> str:
        """The symbol that a request is addressed to. Raises NotFound for a text that no instrument can have."""
        symbol: str = getattr(self._message, name)
        if not symbol:
            self.fault(name, "required", "Must be given.")
        elif not is_symbol(symbol):
            raise NotFound(RejectReason.UNKNOWN_SYMBOL.sentence, field=name, code=RejectReason.UNKNOWN_SYMBOL.code)
        return symbol

    def optional_identifier(self, name: str, pattern: str) -> str | None:
        """A text of a fixed shape, or None."""
        return self.identifier(name, pattern) if self.is_given(name) else None

    def text(self, name: str, *, length_max: int) -> str:
        """A required text for people to read, without control or invisible characters."""
        text: str = getattr(self._message, name)
        if not text.strip():
            self.fault(name, "required", "Must not be empty.")
        elif len(text) > length_max:
            self.fault(name, "too_long", f"Must not be longer than {length_max} characters.")
        elif not text.isprintable():
            self.fault(name, "not_printable", "Must not hold control or invisible characters.")
        return text

    def word(self, name: str, words: Mapping[int, W]) -> W:
        """A word of the glossary."""
        number: int = getattr(self._message, name)
        if number not in words:
            enum = self._message.DESCRIPTOR.fields_by_name[name].enum_type
            allowed = ", ".join(value.name for value in enum.values if value.number in words)
            code = "unknown_word" if number else "required"
            self.fault(name, code, f"Must be one of {allowed}.")
        return words.get(number, next(iter(words.values())))

    def decimal(self, name: str) -> Decimal:
        """A required decimal. Only its form is judged here; zero and off-tick values are for the exchange to reject."""
        text: str = getattr(self._message, name)
        if not text:
            self.fault(name, "required", "Must be given.")
        elif _DECIMAL.fullmatch(text) is None:
            self.fault(name, "not_a_decimal_string", "Must be a decimal number such as 10.05.")
        elif sum(character.isdigit() for character in text) > DECIMAL_DIGITS_MAX:
            self.fault(name, "too_many_digits", f"Must not have more than {DECIMAL_DIGITS_MAX} digits.")
        else:
            return Decimal(text)
        return _NOTHING

    def optional_decimal(self, name: str) -> Decimal | None:
        """A decimal, or None."""
        return self.decimal(name) if self.is_given(name) else None

    def whole_number(self, name: str, *, highest: int, default: int) -> int:
        """An optional whole number from 1."""
        if not self.is_given(name):
            return default
        number: int = getattr(self._message, name)
        if not 1 <= number <= highest:
            self.fault(name, "not_a_whole_number", f"Must be a whole number from 1 to {highest}.")
        return number

    def moment(self, name: str) -> datetime | None:
        """An optional point in time, to the microsecond, in UTC."""
        if not self.is_given(name):
            return None
        stamp: Timestamp = getattr(self._message, name)
        try:
            moment = stamp.ToDatetime(tzinfo=UTC)
        except (ValueError, OverflowError):
            moment = datetime.max.replace(tzinfo=UTC)
        if moment.year > YEAR_MAX:
            self.fault(name, "not_a_time", f"Must be a time up to the year {YEAR_MAX}.")
        return moment

    def is_at_fault(self, name: str) -> bool:
        """Whether a field that was read could not be."""
        return any(violation.field == f"{self._within}{name}" for violation in self._violations)

    def fault(self, name: str, code: str, detail: str) -> None:
        """Note that a field is at fault."""
        self._violations.append(Violation(f"{self._within}{name}", code, detail))
