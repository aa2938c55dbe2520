"""The replay command says at its end how it went, and fails when a promise was broken."""

import json

import pytest
from django.core.management import CommandError, call_command

from simulation.recorded import conversion, headless
from tests.simulation.recorded.records import STORY, write


def replay(folder, *options, record=STORY):
    messages, book = write(folder, record)
    call_command("replay", "lobster", str(messages), str(book), "--symbol", "REC", *options)


def test_a_replay_ends_with_a_table(tmp_path, capsys):
    replay(tmp_path)

    printed = capsys.readouterr()
    lines = {" ".join(line.split()) for line in printed.out.splitlines()}
    assert {
        "REC: 12 messages, 15 commands",
        "new order (1) 4 4 applied",
        "hidden execution (5) 1 1 not in the visible book",
        "seeded 3 35 lots; 1 inferred",
        "trimmed 1 5 lots",
        "rows equal 12 of 12, best level of either side",
        "crossed books 0",
        "as recorded 4 at the recorded price and size",
        "hit, known 2 of 2 known orders, 100.00%",
        "hit, inferred 2 of 2 inferred ones, 100.00%",
        "Every promise was kept.",
    } <= lines
    assert "headless     [########################] 100%  15 of 15 commands" in printed.err


def test_the_results_are_written_as_json_too(tmp_path):
    replay(tmp_path, "--json", str(tmp_path / "results.json"))

    results = json.loads((tmp_path / "results.json").read_text())
    assert results["messages"]["total"] == 12
    assert results["messages"]["by_type"]["deletion (3)"] == {"total": 2, "applied": 2}
    assert results["trimmed"] == {"orders": 1, "quantity": 5}
    assert results["broken_promises"] == []
    assert [run["name"] for run in results["runs"]] == ["conversion", "headless"]
    assert len({run["digest"] for run in results["runs"]}) == 1
    assert results["runs"][1]["executions"]["known_hit"] == 2


def test_a_file_that_cannot_be_read_plays_nothing(tmp_path):
    with pytest.raises(CommandError, match="line 1: 2 columns instead of 6"):
        replay(tmp_path, "--json", str(tmp_path / "results.json"), record="1,2 | 3,4,5,6")

    assert not (tmp_path / "results.json").exists()


@pytest.mark.parametrize("speed", ["0", "-1", "fast", "inf", "nan"])
def test_an_impossible_speed_is_refused(tmp_path, speed):
    with pytest.raises(CommandError, match="--speed"):
        replay(tmp_path, f"--speed={speed}")


def test_a_broken_promise_is_named_and_the_command_fails(tmp_path, capsys, monkeypatch):
    play = headless.play
    monkeypatch.setattr(headless, "play", lambda script, **how: play(script, **how)[:-1])

    with pytest.raises(SystemExit) as end:
        replay(tmp_path)

    assert end.value.code == 1
    assert "The runs differ: conversion " in capsys.readouterr().out


def test_rows_that_differ_are_a_broken_promise(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(conversion._Conversion, "_seed", lambda *_, **__: None)

    with pytest.raises(SystemExit):
        replay(tmp_path)

    assert "rows differ from the recorded book." in capsys.readouterr().out
