"""What can be typed as a value: each reads a text, or says in one line what would be right."""

import argparse
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import TypeVar

from terminal.records import Channel, Interval
from terminal.refusals import malformed

WAIT_S_MAX = 60.0
UNIT = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
DURATION = re.compile(r"([1-9][0-9]{0,5})([smhd])")
# Wide enough for a decade: farther back lies nothing, and beyond lie years that a date cannot say.
DURATION_MAX = timedelta(days=3_660)

W = TypeVar("W", bound=Enum)


def whole_number(highest: int) -> Callable[[str], int]:
    """Reads a whole number from 1 to the highest."""

    def number(text: str) -> int:
        is_plain = re.fullmatch("[0-9]{1,19}", text) is not None
        if not is_plain or not 1 <= int(text) <= highest:
            raise argparse.ArgumentTypeError(f"Must be a whole number from 1 to {highest}.")
        return int(text)

    return number


def seconds(text: str) -> float:
    """A number of seconds."""
    if re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,3})?", text) is None or float(text) > WAIT_S_MAX:
        raise argparse.ArgumentTypeError(f"Must be a number of seconds from 0 to {WAIT_S_MAX:g}.")
    return float(text)


def duration(text: str) -> timedelta:
    """A length of time such as 15m."""
    found = DURATION.fullmatch(text)
    duration = timedelta(**{UNIT[found[2]]: int(found[1])}) if found is not None else DURATION_MAX
    if duration >= DURATION_MAX:
        raise argparse.ArgumentTypeError("Must be a length of time such as 15m, 24h or 7d, ten years at most.")
    return duration


def interval(text: str) -> Interval:
    """The length of a candle."""
    if text not in set(Interval):
        raise argparse.ArgumentTypeError(f"Must be one of {listed(Interval)}.")
    return Interval(text)


def channels(text: str) -> list[Channel]:
    """Channels by name, each once."""
    names = list(dict.fromkeys(text.split(",")))
    if not set(names) <= set(Channel):
        raise argparse.ArgumentTypeError(f"Must be some of {listed(Channel)}, separated by commas.")
    return [Channel(name) for name in names]


def moment(text: str) -> datetime:
    """A time with its offset, or a length of time from now. Raises Refused."""
    if DURATION.fullmatch(text):
        return datetime.now(UTC) + duration(text)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        detail = "Must be a time with its offset, such as 2030-01-31T14:30Z, or such as 15m."
        raise malformed(detail, field="expire_time", code="not_a_time")
    return moment


def word_of(words: type[W], *, field: str) -> Callable[[str], W]:
    """Reads a word of the vocabulary, in any case. Raises Refused, naming the field."""

    def word(text: str) -> W:
        name = text.upper().replace("-", "_")
        if name not in words.__members__:
            # Refused here and now: what argparse makes of an error has no code.
            raise malformed(f"Must be one of {', '.join(words.__members__)}.", field=field, code="unknown_word")
        return words[name]

    return word


def listed(words: type[Channel] | type[Interval]) -> str:
    """The words that can be said."""
    return ", ".join(words)
