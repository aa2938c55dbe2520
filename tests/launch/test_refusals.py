"""What a start refuses before it touches anything, each in one line."""

import platform
import socket

import pytest

from launch import options
from launch.errors import LaunchRefusedError


def test_another_kind_of_machine_is_sent_to_the_containers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "aarch64")
    with pytest.raises(LaunchRefusedError) as refusal:
        options.refuse_unsupported_machine()
    assert str(refusal.value) == (
        "MarketOps runs on Linux x86_64, not Linux aarch64; use the containers: docker compose up"
    )


def test_a_database_of_ones_own_that_does_not_answer_is_named_without_its_password() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        options.refuse_silent_server("DATABASE_URL", f"postgres://me:secret@127.0.0.1:{port}/x", default_port=5432)
    with pytest.raises(LaunchRefusedError) as refusal:
        options.refuse_silent_server("DATABASE_URL", f"postgres://me:secret@127.0.0.1:{port}/x", default_port=5432)
    assert str(refusal.value) == f"DATABASE_URL leads to 127.0.0.1:{port}, where nothing answers."


def test_settings_stand_in_for_options_that_were_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MARKETOPS_HTTP_PORT", "8123")
    monkeypatch.setenv("MARKETOPS_VAR_DIR", "/elsewhere")
    assert options.parse([]).port == 8123
    assert str(options.parse([]).var) == "/elsewhere"
    assert options.parse(["--port", "8001"]).port == 8001
    assert options.parse([]).bind == "127.0.0.1"


def test_what_is_no_port_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        options.parse(["--port", "70000"])
    assert "70000 is not a port" in capsys.readouterr().err
