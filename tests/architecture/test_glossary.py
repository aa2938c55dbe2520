"""One thing has one name: the words that docs/glossary.md rules out name no field and no member, and it lacks none."""

import ast
import re
from collections.abc import Iterator
from enum import Enum

import pytest

from tests.architecture.sources import ROOT, place, python_files, table_rows, tables, tree_of
from vocabulary.commands import CommandKind
from vocabulary.orders import ExecType, LiquiditySide, OrdStatus, OrdType, Side, TimeInForce
from vocabulary.phases import TradingPhase
from vocabulary.rejects import RejectReason
from vocabulary.roles import AccountKind, KeyScope, Role

GLOSSARY = ROOT / "docs" / "glossary.md"
ROOMS = ("vocabulary", "matching", "market")
IDENTIFIER = re.compile(r"`([A-Za-z_]+)`")
RULED_OUT = "Not"


def ruled_out() -> set[str]:
    """The identifiers in the columns that say what a thing is not called."""
    return {
        word
        for table in tables(GLOSSARY)
        if RULED_OUT in table.heading
        for row in table.rows
        for word in IDENTIFIER.findall(row[table.heading.index(RULED_OUT)])
    }


def fields_of(tree: ast.Module) -> Iterator[tuple[ast.AST, str]]:
    """What a file's classes name in their bodies (columns, record fields, enum members), and fields of its dtypes."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            for statement in node.body:
                for target in _targets(statement):
                    yield statement, target
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "dtype":
            yield from _dtype_fields(node)


def _targets(statement: ast.stmt) -> list[str]:
    match statement:
        case ast.AnnAssign(target=ast.Name(id=name)):
            return [name]
        case ast.Assign(targets=targets):
            return [target.id for target in targets if isinstance(target, ast.Name)]
    return []


def _dtype_fields(call: ast.Call) -> Iterator[tuple[ast.AST, str]]:
    for node in ast.walk(call):
        match node:
            case ast.Tuple(elts=[ast.Constant(value=str(name)), _]):
                yield node, name


def test_the_glossary_rules_out_some_words():
    assert {"CANCELLED", "cancelled", "remaining", "direction", "stock"} <= ruled_out()


def test_no_field_and_no_member_is_called_by_a_word_that_the_glossary_rules_out():
    words = ruled_out()
    found = [
        f"{place(path, node)} {name}"
        for path in python_files(*ROOMS)
        for node, name in fields_of(tree_of(path))
        if name in words
    ]
    assert found == []


@pytest.mark.parametrize(
    "source",
    [
        "class Order(models.Model):\n    remaining = models.BigIntegerField()",
        "class OrderRecord(NamedTuple):\n    direction: int",
        "class OrdStatus(IntEnum):\n    CANCELLED = 4",
        "ORDER = np.dtype([('side', '<i2'), ('remaining', '<i8')])",
    ],
)
def test_a_ruled_out_word_is_noticed(source):
    assert [name for _, name in fields_of(ast.parse(source)) if name in ruled_out()]


@pytest.mark.parametrize(
    "words",
    [
        Side, OrdType, TimeInForce, OrdStatus, ExecType, LiquiditySide, TradingPhase, CommandKind, RejectReason,
        AccountKind, KeyScope, Role,
    ],
)  # fmt: skip
def test_every_word_of_the_vocabulary_is_in_the_glossary(words: type[Enum]):
    explained = set(IDENTIFIER.findall(GLOSSARY.read_text()))
    assert [word.name for word in words if word is not RejectReason.NONE and word.name not in explained] == []


@pytest.mark.parametrize("words", [Side, OrdType, TimeInForce, OrdStatus, ExecType])
def test_the_glossary_gives_the_fix_codes_that_the_exchange_uses(words):
    codes = {(row[0], row[1]) for row in table_rows(GLOSSARY) if len(row) > 1}
    fix = [word for word in words if word.value < 0x100]
    assert [word.name for word in fix if (f"`{word.name}`", f"`{word.fix_code}`") not in codes] == []


def test_the_glossary_gives_the_numbers_of_the_reject_reasons():
    numbers = {row[0]: row[1] for row in table_rows(GLOSSARY) if len(row) > 1}
    reasons = [reason for reason in RejectReason if reason is not RejectReason.NONE]
    assert [reason.name for reason in reasons if numbers.get(f"`{reason.name}`") != f"`{reason.value}`"] == []
