"""Halting and resuming over SSH: at once, once, and for everybody to read."""

import json

import pytest

from access.selectors import audit
from market.selectors import instruments, trades
from tests.adminshell.conftest import Door
from tests.market_place import MarketPlace
from vocabulary.phases import TradingPhase
from vocabulary.rejects import RejectReason


def phases() -> dict[str, tuple[str, str]]:
    return {found.symbol: (found.phase.name, found.phase_reason) for found in instruments.every()}


def test_after_a_halt_no_trade_happens_and_every_order_is_told_why(door: Door, market: MarketPlace):
    market.trade(10, "10.00")
    market.house_places("SELL", 10, "10.00")
    crossing = market.place("BUY", 10, "10.00").order  # accepted, not yet sequenced

    done = door.ssh('halt ACME "news pending"')

    assert (done.returncode, done.stdout) == (0, "ACME halted: news pending.\n")
    market.drain()
    later = market.place("BUY", 1, "10.00")
    assert (later.reject, later.reject_text) == (
        RejectReason.INSTRUMENT_HALTED,
        "Trading in ACME is halted: news pending. Cancels are accepted.",
    )
    assert [trade.trade_id for trade in trades.newest("ACME", count=9)] == [1]
    assert crossing.order_id
    assert ("instrument.halt", "olivia", "ssh") in {
        (entry.action, entry.actor_name, entry.door) for entry in audit.newest(count=9)
    }


def test_halting_and_resuming_twice_is_said_and_changes_nothing(door: Door, market: MarketPlace):
    said = [
        door.ssh("halt", "acme", "news").stdout,
        door.ssh("halt", "ACME").stdout,
        door.ssh("halt ACME news").stdout,
        door.ssh("halt ACME other news").stdout,
        door.ssh("resume ACME").stdout,
        door.ssh("resume ACME").stdout,
    ]

    assert said == [
        "ACME halted: news.\n",
        "ACME already halted: news.\n",
        "ACME already halted: news.\n",
        "ACME already halted; the reason is now: other news.\n",
        "ACME trades again.\n",
        "ACME was trading already.\n",
    ]
    acts = [entry.action for entry in audit.newest(count=99) if entry.action.startswith("instrument.")]
    assert acts[:3] == ["instrument.resume", "instrument.halt", "instrument.halt"]


@pytest.mark.parametrize("command", ["halt", "halt --all"])
def test_a_halt_without_a_symbol_halts_everything(door: Door, market: MarketPlace, command: str):
    market.list("BOLT")
    door.ssh("halt BOLT before")

    done = door.ssh(command, "--json")

    assert done.returncode == 0
    assert json.loads(done.stdout) == [
        {"symbol": "ACME", "result": "halted: halted by the operator"},
        {"symbol": "BOLT", "result": "already halted: before"},
    ]
    assert phases() == {"ACME": ("HALTED", "halted by the operator"), "BOLT": ("HALTED", "before")}
    assert door.ssh("resume").returncode == 0
    assert phases() == {"ACME": ("CONTINUOUS", ""), "BOLT": ("CONTINUOUS", "")}


def test_a_reason_for_everything_needs_the_word_all(door: Door, market: MarketPlace):
    assert door.ssh("halt news pending").returncode == 4
    assert phases() == {"ACME": ("CONTINUOUS", "")}

    assert door.ssh("halt --all -- --sudden news").returncode == 0
    assert phases() == {"ACME": ("HALTED", "--sudden news")}


def test_shell_signs_in_a_reason_are_letters_like_others(door: Door, market: MarketPlace):
    done = door.ssh("halt ACME `id`; $(reboot) | sh > /etc/x &&")

    assert done.returncode == 0
    assert phases() == {"ACME": ("HALTED", "`id`; $(reboot) | sh > /etc/x &&")}


def test_a_reason_that_is_too_long_halts_nothing(door: Door, market: MarketPlace):
    done = door.ssh("halt", "ACME", "x" * 201)

    assert (done.returncode, done.stderr) == (2, "reason must not be longer than 200 characters.\n")
    assert instruments.by_symbol("ACME").phase is TradingPhase.CONTINUOUS


def test_a_call_is_opened_and_ended_and_every_participant_reads_why(door: Door, market: MarketPlace):
    market.matcher.drain("ACME")
    opened = door.ssh("phase acme opening-auction 'the morning call'")
    assert opened.stdout == "ACME is on its way to OPENING_AUCTION.\n"
    market.drain()
    assert phases() == {"ACME": ("OPENING_AUCTION", "the morning call")}
    market.place("BUY", 10, "10.10")
    market.house_places("SELL", 10, "10.00")
    market.drain()
    assert door.ssh("uncross ACME").returncode == 0
    market.drain()
    assert phases() == {"ACME": ("CONTINUOUS", "")}
    assert [trade.aggressor_side for trade in trades.newest("ACME", count=9)] == [None]


def test_what_is_no_phase_and_what_is_no_call_is_said(door: Door, market: MarketPlace):
    assert (door.ssh("phase ACME lunch").returncode, door.ssh("uncross ACME").returncode) == (2, 7)
    assert phases() == {"ACME": ("CONTINUOUS", "")}
