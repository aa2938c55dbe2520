"""How the supervisor keeps parts running: growing patience, a pulse that must not stop, an end that can be hurried."""

import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from launch import supervisor as module
from launch.bell import Bell
from launch.console import Console
from launch.process import Part
from launch.supervisor import Supervisor
from tests.launch.conftest import wait_until


class Listener(Console):
    """A console that asks for a stop as soon as it hears what it waits for."""

    def __init__(self, *, bell: Bell, stop_at: Callable[[str], bool]) -> None:
        super().__init__()
        self.heard: list[str] = []
        self._bell = bell
        self._stop_at = stop_at

    def say(self, text: str) -> None:
        """Keep the line."""
        self.heard.append(text)
        if self._stop_at(text):
            self._bell.stops_requested = 1


def a_part(folder: Path, script: str, *, pulse: Path | None = None, ready: Path | None = None) -> Part:
    return Part(
        name="worker",
        command=(sys.executable, "-S", "-c", script),
        log=folder / "worker.log",
        ready=lambda _pid: ready is None or ready.exists(),
        env={},
        pulse=pulse,
        forget=tuple(path for path in (pulse, ready) if path),
    )


def test_patience_grows_with_every_quick_death(folder: Path) -> None:
    bell = Bell()
    listener = Listener(bell=bell, stop_at=lambda text: "in 1 s" in text)
    with Supervisor(bell=bell, console=listener, pid_folder=folder) as supervisor:
        supervisor.start(a_part(folder, "raise SystemExit(4)"))
        supervisor.watch()
    deaths = [line.split(" (")[0] for line in listener.heard if "exit status" in line]
    assert deaths == [
        "worker: exit status 4; starting it again at once",
        "worker: exit status 4; starting it again in 0.5 s",
        "worker: exit status 4; starting it again in 1 s",
    ]


def test_a_part_whose_pulse_stops_is_ended_and_started_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PULSE_GAP_MAX_S", 0.2)
    monkeypatch.setattr(module, "WATCH_S", 0.05)
    pulse, bell = folder / "pulse", Bell()
    listener = Listener(bell=bell, stop_at=lambda text: "ready again" in text)
    stuck = f"import time; open({str(pulse)!r}, 'w').close(); time.sleep(3600)"
    with Supervisor(bell=bell, console=listener, pid_folder=folder) as supervisor:
        supervisor.start(a_part(folder, stuck, pulse=pulse))
        supervisor.watch()
    assert "worker has shown no sign of life for 0.2 s; ending it" in listener.heard
    assert any(line.startswith("worker: ended by SIGKILL") for line in listener.heard)


def test_a_second_request_to_stop_does_not_wait_for_the_stubborn(folder: Path) -> None:
    ready, bell = folder / "ready", Bell()
    stubborn = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        f"open({str(ready)!r}, 'w').close(); time.sleep(3600)"
    )
    with Supervisor(bell=bell, console=Listener(bell=bell, stop_at=lambda _: False), pid_folder=folder) as supervisor:
        supervisor.start(a_part(folder, stubborn, ready=ready))
        wait_until(ready.exists)
        bell.stops_requested = 2
        asked_at = time.monotonic()
    assert time.monotonic() - asked_at < 4  # its grace would have been 8 s
