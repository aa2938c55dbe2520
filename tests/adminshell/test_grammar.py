"""The grammar of command lines: what it understands, and that it understands nothing else."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adminshell.commands import COMMANDS
from adminshell.grammar import read_line
from adminshell.refusals import UsageError
from market.errors import NotFound

LISTED = {
    "status", "instruments", "book", "queue", "watch", "orders", "trades", "accounts",
    "halt", "resume", "phase", "uncross", "start", "cancel", "cancel-all", "schedule",
    "kill", "unkill", "limits",
    "ledger", "equity", "deposit", "withdraw", "reset", "movements", "approve", "decline",
    "workers", "inbox", "audit", "help", "exit",
}  # fmt: skip


def test_there_are_these_commands_and_no_others():
    assert set(COMMANDS) == LISTED


@pytest.mark.parametrize(
    ("line", "values", "is_json"),
    [
        ("halt", {}, False),
        ("halt --json", {}, True),
        ("halt acme", {"symbol": "ACME"}, False),
        ('halt ACME "news  pending" --json', {"symbol": "ACME", "reason": "news  pending"}, True),
        ("halt ACME news pending", {"symbol": "ACME", "reason": "news pending"}, False),
        ("halt ACME -- --json", {"symbol": "ACME", "reason": "--json"}, False),
        ("halt --all much news", {"--all": True, "reason": "much news"}, False),
        ("resume --all", {"--all": True}, False),
        ("book eur-usd 3", {"symbol": "EUR-USD", "levels": 3}, False),
        ("cancel 17", {"order": 17}, False),
        ("audit", {}, False),
    ],
)
def test_a_line_that_is_a_command(line: str, values: dict[str, object], is_json: bool):
    read = read_line(line, commands=COMMANDS)

    assert (read.command.name, read.values, read.is_json) == (line.split()[0], values, is_json)


@pytest.mark.parametrize(
    "line", ["", " ", "--json", "--help", "-h", "--json status", "cancel", "cancel ٣", "halt ACME --all"]
)
def test_a_line_that_is_none(line: str):
    with pytest.raises(UsageError):
        read_line(line, commands=COMMANDS)


@given(st.text(max_size=200))
def test_whatever_is_typed_is_understood_or_refused(line: str):
    for text in (line, f"halt {line}", f"help {line}", f"cancel {line}"):
        with suppress(UsageError, NotFound):
            assert read_line(text, commands=COMMANDS).command.name in LISTED
