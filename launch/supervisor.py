"""Keeps parts running: starts them, sees when they are ready, starts again what dies, ends them all."""

import contextlib
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Self

from launch import logs
from launch.bell import Bell
from launch.console import Console
from launch.errors import LaunchRefusedError
from launch.process import Part, Running, last_lines, stop_together

GUARD_PROGRAM = Path(__file__).with_name("guard.py")
BACKOFF_FIRST_S = 0.5
BACKOFF_MAX_S = 10.0
LONG_ALIVE_S = 30.0
PROBE_S = 0.1
WATCH_S = 1.0
PULSE_GAP_MAX_S = 20.0


@dataclass
class Watched:
    """A part, its process while it has one, and when it may be started again."""

    part: Part
    stage: int
    running: Running | None = None
    ready: bool = False
    backoff_s: float = 0.0
    start_at: float = 0.0
    restarts: int = 0
    pulse_mtime_ns: int = 0
    pulse_seen_at: float = 0.0


class Supervisor:
    """Watches parts in stages: a stage starts when it is added, and ends before the stages below it."""

    def __init__(self, *, bell: Bell, console: Console, pid_folder: Path) -> None:
        self._bell = bell
        self._console = console
        self._pid_folder = pid_folder
        self._watched: list[Watched] = []
        self._stage = 0
        self._guard = subprocess.Popen(
            [sys.executable, "-I", "-S", str(GUARD_PROGRAM)],
            stdin=subprocess.PIPE,
            cwd="/",
            start_new_session=True,
            text=True,
        )

    def __enter__(self) -> Self:
        """Nothing runs yet."""
        return self

    def __exit__(self, *exception: object) -> None:
        """End everything, the latest stage first."""
        self.stop()

    def start(self, *parts: Part) -> None:
        """Start these parts together as one stage and return when all are ready.

        A part that ends before it was ever ready refuses the start.
        """
        self._stage += 1
        added = [Watched(part, self._stage) for part in parts]
        self._watched += added
        for watched in added:
            self._spawn(watched)
        while not all(watched.ready for watched in added):
            self._tick(first_start=added)
            self._bell.pause(PROBE_S)

    def watch(self) -> None:
        """Keep everything running until a stop is asked for."""
        while not self._bell.stops_requested:
            self._tick(first_start=[])
            calm = all(watched.ready for watched in self._watched)
            self._bell.wait(WATCH_S if calm else PROBE_S)

    def stop(self) -> None:
        """Stop the stages in reverse order; a second request to stop kills what is left at once."""
        for stage in range(self._stage, 0, -1):
            leaving = [watched for watched in self._watched if watched.stage == stage and watched.running]
            if leaving:
                self._console.say(f"stopping {', '.join(watched.part.name for watched in leaving)}")
            running = [watched.running for watched in leaving if watched.running]
            stop_together(running, pause=self._bell.wait, hurry=self._bell.is_impatient)
            for watched in leaving:
                self._pid_file(watched).unlink(missing_ok=True)
        if self._guard.stdin:
            with contextlib.suppress(BrokenPipeError):
                self._guard.stdin.close()
        self._guard.wait()

    def _tick(self, *, first_start: list[Watched]) -> None:
        for watched in self._watched:
            if watched.running is None:
                if time.monotonic() >= watched.start_at:
                    self._spawn(watched)
            elif watched.running.has_ended():
                self._bury(watched, first_start=watched in first_start)
            elif not watched.ready:
                self._look_whether_ready(watched, first_start=watched in first_start)
            else:
                self._feel_pulse(watched)
            logs.rotate_when_long(watched.part.log)

    def _spawn(self, watched: Watched) -> None:
        watched.ready = False
        watched.running = Running(watched.part)
        self._pid_file(watched).write_text(f"{watched.running.pid}\n")
        if watched.part.death_signal == signal.SIGKILL:  # others end in their own way when their parent is gone
            self._tell_guard("+", watched.running.pid)

    def _bury(self, watched: Watched, *, first_start: bool) -> None:
        assert watched.running is not None
        ended, watched.running = watched.running, None
        was_ready, watched.ready = watched.ready, False
        self._tell_guard("-", ended.pid)
        self._pid_file(watched).unlink(missing_ok=True)
        name, how = watched.part.name, ended.how_it_ended()
        if first_start and not was_ready and not watched.restarts:
            raise LaunchRefusedError(f"{name}: {how}. Its last words:\n{last_lines(watched.part.log)}")
        if time.monotonic() - ended.started_at >= LONG_ALIVE_S:
            watched.backoff_s = 0.0
        when = f"in {watched.backoff_s:g} s" if watched.backoff_s else "at once"
        self._console.say(f"{name}: {how}; starting it again {when} (log: {watched.part.log})")
        watched.start_at = time.monotonic() + watched.backoff_s
        watched.backoff_s = min(max(2 * watched.backoff_s, BACKOFF_FIRST_S), BACKOFF_MAX_S)
        watched.restarts += 1

    def _look_whether_ready(self, watched: Watched, *, first_start: bool) -> None:
        assert watched.running is not None
        watched.ready = watched.running.is_ready()
        waited_s = time.monotonic() - watched.running.started_at
        if watched.ready:
            again = " again" if watched.restarts else ""
            self._console.say(f"{watched.part.name}: ready{again} after {waited_s:.1f} s")
        elif waited_s > watched.part.ready_within_s:
            if first_start:
                raise LaunchRefusedError(
                    f"{watched.part.name} was not ready within {waited_s:.0f} s; see {watched.part.log}"
                )
            self._console.say(f"{watched.part.name} is not ready after {waited_s:.0f} s; ending it")
            watched.running.kill()

    def _feel_pulse(self, watched: Watched) -> None:
        pulse, running = watched.part.pulse, watched.running
        if pulse is None or running is None or not pulse.exists():
            return
        # Measured by our own clock, which stands still with the processes when the machine sleeps.
        mtime_ns = pulse.stat().st_mtime_ns
        if mtime_ns != watched.pulse_mtime_ns:
            watched.pulse_mtime_ns, watched.pulse_seen_at = mtime_ns, time.monotonic()
        elif time.monotonic() - watched.pulse_seen_at > PULSE_GAP_MAX_S:
            self._console.say(f"{watched.part.name} has shown no sign of life for {PULSE_GAP_MAX_S:g} s; ending it")
            running.kill()

    def _pid_file(self, watched: Watched) -> Path:
        return self._pid_folder / f"{watched.part.name}.pid"

    def _tell_guard(self, change: str, group: int) -> None:
        guard_input: IO[str] | None = self._guard.stdin
        assert guard_input is not None
        with contextlib.suppress(BrokenPipeError):  # without its guard the system still runs
            guard_input.write(f"{change}{group}\n")
            guard_input.flush()
