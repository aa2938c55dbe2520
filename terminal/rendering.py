"""Showing an answer: tables for eyes, in colour on a terminal, or one JSON document on one line for a program."""

import json
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any

from rich import box
from rich.console import Console, RenderableType
from rich.table import Table
from rich.text import Text

from terminal.renderables import style

NOTHING = "-"
WIDTH_WITHOUT_TERMINAL = 160
CONTROL_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


@dataclass(frozen=True)
class Answer:
    """What a command has to say: a document for programs, and the same laid out for people."""

    document: object
    parts: Sequence[RenderableType]


class LineConsole(Console):
    """A console that leaves it to the program what happens when nobody reads on."""

    def on_broken_pipe(self) -> None:
        """Raises BrokenPipeError."""
        raise BrokenPipeError


def console_for(file: Any) -> Console:
    """A console on a file: as wide and colourful as the terminal, or plain and wide when it is none."""
    width = None if file.isatty() else WIDTH_WITHOUT_TERMINAL
    return LineConsole(file=file, width=width, highlight=False, soft_wrap=False)


def as_json(document: object) -> str:
    """One JSON document on one line, decimals as strings, words by their names, times in UTC."""
    return json.dumps(_plain(document))


def table(columns: Sequence[str], rows: Iterable[Sequence[object]], *, title: str = "", empty: str) -> RenderableType:
    """A table, numbers to the right; or a sentence when it would hold nothing."""
    held = list(rows)
    if not held:
        return Text(empty, style=style.DIM)
    shown = Table(
        title=Text(title) if title else None,
        title_justify="left",
        title_style="bold",
        box=box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
    )
    for place, column in enumerate(columns):
        is_number = any(_is_number(row[place]) for row in held)
        shown.add_column(column, justify="right" if is_number else "left", overflow="fold", header_style="bold")
    for row in held:
        shown.add_row(*(_cell(value) for value in row))
    return shown


def sentence(text: str) -> Text:
    """A line of words, made harmless to the terminal."""
    return Text(safe(text))


def safe(text: str) -> str:
    """The text without anything that a terminal would obey: control characters show as a replacement mark."""
    return "".join("\ufffd" if unicodedata.category(mark) in CONTROL_CATEGORIES else mark for mark in text)


def _is_number(value: object) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, Enum | bool)


def _cell(value: object) -> Text:
    if isinstance(value, Text):
        return value
    text = safe(shown(value))
    return Text(text, style=style.OF_WORD.get(text, ""))


def shown(value: object) -> str:
    """A value for people: times in the machine's own zone, digits in groups of three."""
    match value:
        case None | "":
            return NOTHING
        case Enum():
            return value.name
        case bool():
            return "yes" if value else "no"
        case Decimal():
            return f"{value:,f}"
        case datetime():
            return f"{value.astimezone():%Y-%m-%d %H:%M:%S}"
    return str(value)


def _plain(value: object) -> object:
    match value:
        case Enum():
            return value.value if isinstance(value, str) else value.name
        case Decimal():
            return f"{value:f}"
        case datetime():
            return value.isoformat().replace("+00:00", "Z")
        case Mapping():
            return {str(_plain(key)): _plain(below) for key, below in value.items()}
        case tuple() if hasattr(value, "_asdict"):
            return _plain(value._asdict())
        case list() | tuple():
            return [_plain(below) for below in value]
        case None | bool() | int() | float() | str():
            return value
    assert is_dataclass(value), f"no way to write a {type(value).__name__}"
    return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
