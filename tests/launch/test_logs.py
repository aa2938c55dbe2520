"""Log files that are emptied when they are long, while their writers go on."""

from pathlib import Path

import pytest

from launch import logs


def test_a_long_log_is_moved_aside_and_its_writer_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "LOG_BYTES_MAX", 6)
    log = tmp_path / "web.log"
    with log.open("ab", buffering=0) as writer:
        for line in (b"first\n", b"second\n", b"3\n"):
            writer.write(line)
            logs.rotate_when_long(log)
    assert log.read_text() == "3\n"
    assert (tmp_path / "web.log.1").read_text() == "second\n"
    assert (tmp_path / "web.log.2").read_text() == "first\n"


def test_only_so_many_old_logs_are_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "LOG_BYTES_MAX", 1)
    log = tmp_path / "web.log"
    for line in range(6):
        log.write_text(f"{line}\n")
        logs.rotate_when_long(log)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["web.log", "web.log.1", "web.log.2", "web.log.3"]
    assert (tmp_path / "web.log.3").read_text() == "3\n"
