"""docs/errors.md names every code that this door can say, and no other."""

import ast
from collections.abc import Iterator
from typing import Any

from rest_framework import exceptions

from access import errors as access_errors
from market import errors
from rest_api import fields
from tests.architecture.sources import ROOT, python_files, tables, tree_of
from vocabulary.rejects import RejectReason

PAGE = ROOT / "docs" / "errors.md"
SAY_CODES = {"ErrorDetail", "ParseError", "AuthenticationFailed"}
OF_THE_FRAMEWORK = {
    error.default_code
    for error in (
        exceptions.NotAuthenticated, exceptions.MethodNotAllowed, exceptions.NotAcceptable,
        exceptions.UnsupportedMediaType,
    )
}  # fmt: skip
NOT_WRITTEN_AS_THEY_ARE = OF_THE_FRAMEWORK | {
    "unknown_parameter", "parse_error", "null", "invalid", "min_length", "max_length", "bad_request", "body_too_large",
}  # fmt: skip
SAID_ELSEWHERE = {"access_denied", "refused", "invalid_user", "too_new"}
"""Of classes that are never raised themselves, of the sign-up page, and of the journal's own command."""


def kinds_of(kind: Any) -> Iterator[Any]:
    """A class and all below it."""
    yield kind
    for below in kind.__subclasses__():
        yield from kinds_of(below)


def written_codes() -> Iterator[str]:
    """The codes that stand in the code as they are."""
    for path in python_files("rest_api", "market", "access"):
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Call):
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                given = [keyword.value for keyword in node.keywords if keyword.arg == "code"]
                given += node.args[1:2] if name in SAY_CODES else []
                yield from (value.value for value in given if isinstance(value, ast.Constant) and value.value)


def known_codes() -> set[str]:
    """Every code that is no reject's."""
    of_errors = {kind.code for base in (errors.MarketError, access_errors.AccessError) for kind in kinds_of(base)}
    of_fields = {code for kind in kinds_of(fields.DocumentedField) for code in kind.default_error_messages}
    return {*written_codes(), *of_errors, *of_fields, *NOT_WRITTEN_AS_THEY_ARE} - SAID_ELSEWHERE


def test_the_page_names_every_code_and_no_other():
    refusals, _ = tables(PAGE)
    named = {row[0].strip("`") for row in refusals.rows}
    rejects = {reason.code for reason in RejectReason}
    assert sorted(known_codes() - rejects - named) == []
    assert sorted(named - known_codes() - rejects) == []


def test_the_page_says_of_each_reject_what_the_exchange_says():
    _, rejects = tables(PAGE)
    reasons = [reason for reason in RejectReason if reason is not RejectReason.NONE]
    assert rejects.rows == [[f"`{reason.code}`", reason.sentence] for reason in reasons]
