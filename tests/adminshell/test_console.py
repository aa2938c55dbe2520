"""The interactive console, driven as a person drives it: through a terminal."""

import re
from collections.abc import Iterator
from pathlib import Path

import pexpect
import pytest

from market.selectors import instruments
from tests.adminshell.conftest import Door, commands_in_audit, wait_until
from tests.market_place import MarketPlace
from tests.real_terminal import needs_tmux, real_terminal
from vocabulary.phases import TradingPhase

PROMPT = "marketops>"
PATIENCE_S = 10
COLUMNS = 100


@pytest.fixture
def terminal(door: Door) -> Iterator[pexpect.spawn]:
    """A terminal that is signed in and shows the prompt."""
    command, *arguments = door.client("-tt")
    child = pexpect.spawn(command, arguments, timeout=PATIENCE_S, dimensions=(30, COLUMNS), encoding="utf-8")
    child.expect_exact(PROMPT)
    yield child
    child.close(force=True)


def test_a_command_is_completed_with_its_symbol(terminal: pexpect.spawn, market: MarketPlace):
    terminal.send("bo\t")
    terminal.expect_exact("book")
    terminal.send(" ac\t")
    terminal.expect_exact("ACME")
    terminal.send("\r")
    terminal.expect("ACME   CONTINUOUS")
    terminal.expect("The book is empty.")
    terminal.expect_exact(PROMPT)
    assert commands_in_audit()[0].subject == "book ACME"


def test_all_ways_to_go_on_are_listed(terminal: pexpect.spawn):
    terminal.send("h\t\t")
    terminal.expect("halt +help")


def test_the_last_command_comes_back_with_the_arrow_and_can_be_edited(terminal: pexpect.spawn):
    terminal.send("halt ACME news\r")
    terminal.expect("ACME halted: news")
    terminal.expect_exact(PROMPT)
    terminal.send("\x1b[A\x01\x1b[3~\x1b[3~\x1b[3~\x1b[3~resume\x05\x17\r")
    terminal.expect("ACME trades again")
    terminal.expect_exact(PROMPT)
    assert [entry.subject for entry in commands_in_audit()[::2]] == ["halt ACME news", "resume ACME"]


def test_tables_fit_the_terminal_and_use_colour(terminal: pexpect.spawn):
    terminal.send("book ACME\rinstruments\r")
    terminal.expect_exact("\x1b[32mCONTINUOUS\x1b[0m")
    shown = terminal.before + terminal.after
    terminal.expect_exact(PROMPT)
    lines = [re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", line) for line in (shown + terminal.before).splitlines()]
    assert max(map(len, lines)) <= COLUMNS


def test_watch_redraws_in_place_until_ctrl_c_and_the_console_goes_on(terminal: pexpect.spawn):
    terminal.send("watch ACME\r")
    terminal.expect_exact("\x1b[H\x1b[2J")
    terminal.expect_exact("\x1b[H\x1b[2J")
    terminal.send("\x03")
    terminal.expect_exact(PROMPT)
    terminal.send("\x03")  # at the prompt it only drops the line
    terminal.expect_exact(PROMPT)
    terminal.send("exit\r")
    terminal.expect("Goodbye")
    terminal.expect(pexpect.EOF)
    terminal.wait()
    assert terminal.exitstatus == 0


def test_ctrl_d_leaves_with_the_status_of_the_last_command(terminal: pexpect.spawn):
    terminal.send("book NOPE\r")
    terminal.expect("There is no instrument NOPE")
    terminal.expect_exact(PROMPT)
    terminal.send("\x04")
    terminal.expect(pexpect.EOF)
    terminal.wait()
    assert terminal.exitstatus == 4


def test_no_keys_reach_a_program_of_the_machine(terminal: pexpect.spawn):
    for typed in ("\x1b!id\r", "\x18\x05", "\x1a", "!id\r", "\x1b\x1b:!id\r"):
        terminal.send(f"{typed}\x03")
        terminal.send("\x15status\r")
        terminal.expect("database")
        assert "uid=" not in terminal.before


def test_lines_pasted_at_once_are_carried_out_in_their_order(terminal: pexpect.spawn):
    terminal.send("halt ACME pasted\rresume ACME\rstatus\r")
    terminal.expect("ACME halted: pasted")
    terminal.expect("ACME trades again")
    terminal.expect("oldest inbox age s")
    assert instruments.by_symbol("ACME").phase is TradingPhase.CONTINUOUS


@needs_tmux
def test_the_console_in_a_real_terminal(door: Door, market: MarketPlace, tmp_path: Path):
    with real_terminal(*door.client("-tt"), folder=tmp_path) as terminal:
        terminal.wait_for(PROMPT)
        terminal.press("ha", "Tab", " ", "ac", "Tab", " news", "Enter")
        terminal.wait_for("ACME halted: news.")
        terminal.press("watch ACME", "Enter")
        wait_until(lambda: terminal.screen().startswith("ACME   HALTED: news"))
        terminal.resize(columns=60, rows=20)
        terminal.press("C-c")
        wait_until(lambda: terminal.screen().rstrip().endswith(PROMPT))
