"""Showing an answer: as text with tables that fit a terminal, or as one JSON document."""

import io
import json
import unicodedata
from collections.abc import Mapping
from dataclasses import is_dataclass
from datetime import datetime
from decimal import Decimal
from enum import Enum

from rich import box
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table as RichTable
from rich.text import Text

from adminshell.answers import Answer, Table, as_dict
from adminshell.refusals import Refusal

WIDTH_WITHOUT_TERMINAL = 160
CONTROL_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
NOTHING = "-"
PROSE = frozenset({"name", "phase_reason", "status_reason", "reason", "result", "subject", "detail", "what it does"})
PHASE_STYLES = {"HALTED": "bold red", "CONTINUOUS": "green", "STOPPED": "bold red"}


def as_text(answer: Answer, *, width: int | None, is_terminal: bool) -> str:
    """The answer for a person's eyes, in colour on a terminal. Ends with a line's end."""
    console = Console(
        file=io.StringIO(),
        width=width or WIDTH_WITHOUT_TERMINAL,
        force_terminal=is_terminal,
        color_system="standard" if is_terminal else None,
        highlight=False,
        legacy_windows=False,
    )
    with console.capture() as captured:
        for words in answer.sentences:
            console.print(Text(safe(words)))
        for place, table in enumerate(answer.tables):
            if place:
                console.print()
            console.print(_fitted(table, console) if table.rows or not table.empty else Text(table.empty, style="dim"))
    return "".join(f"{line.rstrip()}\n" for line in captured.get().splitlines())


def as_json(answer: Answer) -> str:
    """The answer for a program: one JSON document on one line, decimals as strings, times in UTC."""
    return f"{json.dumps(_plain(answer.document), ensure_ascii=True)}\n"


def refusal_as_text(refusal: Refusal) -> str:
    """A refusal for a person's eyes."""
    usage = f"usage: {refusal.usage}\n" if refusal.usage else ""
    return f"{safe(refusal.detail)}\n{usage}"


def refusal_as_json(refusal: Refusal) -> str:
    """A refusal for a program."""
    said: dict[str, object] = {"code": refusal.code, "detail": refusal.detail, "exit_status": refusal.status.value}
    return f"{json.dumps(said | ({'field': refusal.field} if refusal.field else {}))}\n"


def safe(text: str) -> str:
    """The text without anything that a terminal would obey: control characters show as a replacement mark."""
    return "".join("\ufffd" if unicodedata.category(mark) in CONTROL_CATEGORIES else mark for mark in text)


def _fitted(table: Table, console: Console) -> RichTable:
    """Only prose is broken into lines, unless the terminal is too narrow even for that."""
    kind = _table(table, is_strict=True)
    if (
        Measurement.get(console, console.options.update(max_width=WIDTH_WITHOUT_TERMINAL * 2), kind).minimum
        > console.width
    ):
        return _table(table, is_strict=False)
    return kind


def _table(table: Table, *, is_strict: bool) -> RichTable:
    shown = RichTable(
        title=Text(table.title) if table.title else None,
        title_justify="left",
        box=box.SIMPLE_HEAD,
        show_edge=False,
        pad_edge=False,
        collapse_padding=True,
        header_style="bold",
    )
    for place, column in enumerate(table.columns):
        is_number = any(isinstance(row[place], int | float | Decimal) for row in table.rows if _is_number(row[place]))
        shown.add_column(
            Text(column.replace("_", " ")),
            justify="right" if is_number else "left",
            overflow="fold",
            no_wrap=is_strict and column not in PROSE,
        )
    for row in table.rows:
        shown.add_row(*(_cell(value) for value in row))
    return shown


def _is_number(value: object) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, Enum | bool)


def _cell(value: object) -> Text:
    text = safe(_shown(value))
    return Text(text, style=PHASE_STYLES.get(text, ""))


def _shown(value: object) -> str:
    match value:
        case None | "":
            return NOTHING
        case bool():
            return "yes" if value else "no"
        case Enum():
            return value.name
        case Decimal():
            return f"{value:f}"
        case float():
            return f"{value:.1f}"
        case datetime():
            return f"{value:%Y-%m-%d %H:%M:%S}"
        case Mapping():
            return ", ".join(f"{key}: {_shown(below)}" for key, below in value.items())
    return str(value)


def _plain(value: object) -> object:
    match value:
        case Enum():
            return value.name
        case Decimal():
            return f"{value:f}"
        case datetime():
            return value.isoformat().replace("+00:00", "Z")
        case Mapping():
            return {str(key): _plain(below) for key, below in value.items()}
        case list() | tuple():
            return [_plain(below) for below in value]
        case None | bool() | int() | float() | str():
            return value
    assert is_dataclass(value), f"no way to write a {type(value).__name__}"
    return _plain(as_dict(value))
