"""PostgreSQL arrays as their texts: a column of a thousand values costs the driver one parameter."""

from collections.abc import Iterable
from decimal import Decimal


def of_numbers(values: Iterable[int | Decimal | None]) -> str:
    """An array of numbers, None for NULL."""
    return _array("NULL" if value is None else str(value) for value in values)


def of_texts(values: Iterable[str]) -> str:
    """An array of texts, whatever they hold."""
    return _array(_quoted(value) for value in values)


def of_bytes(values: Iterable[bytes]) -> str:
    """An array of byte strings."""
    return _array(_quoted(rf"\x{value.hex()}") for value in values)


def _array(elements: Iterable[str]) -> str:
    return f"{{{','.join(elements)}}}"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
