"""PostgreSQL arrays as their texts: a column of a thousand values costs the driver one parameter."""

import re
from collections.abc import Iterable
from decimal import Decimal

NEEDS_ESCAPING = re.compile(r"[\\\"]")


def of_numbers(values: Iterable[int | Decimal | None]) -> str:
    """An array of numbers, None for NULL."""
    listed = ",".join(map(str, values))
    # No number has these letters; to look for None among a thousand decimals costs more than to write them.
    return f"{{{listed.replace('None', 'NULL')}}}"


def of_texts(values: Iterable[str]) -> str:
    """An array of texts, whatever they hold."""
    listed = list(values)
    if NEEDS_ESCAPING.search("".join(listed)):
        listed = [text.replace("\\", "\\\\").replace('"', '\\"') for text in listed]
    return _quoted(listed)


def of_bytes(values: Iterable[bytes]) -> str:
    """An array of byte strings."""
    return _quoted(rf"\\x{value.hex()}" for value in values)


def _quoted(elements: Iterable[str]) -> str:
    listed = list(elements)
    joined = '","'.join(listed)
    return f'{{"{joined}"}}' if listed else "{}"
