"""A real terminal to run a program in, looked at and typed into as a person does: tmux."""

import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.running_system import wait_until

PATIENCE_S = 30.0

needs_tmux = pytest.mark.skipif(shutil.which("tmux") is None, reason="no tmux")


@dataclass(frozen=True)
class RealTerminal:
    """A terminal with a program in it."""

    tmux: Sequence[str]

    def screen(self) -> str:
        """What stands on the screen."""
        shown = subprocess.run([*self.tmux, "capture-pane", "-p"], capture_output=True, text=True, check=True)
        return shown.stdout

    def press(self, *keys: str) -> None:
        """Press keys, each by its name or as the letters that it types."""
        subprocess.run([*self.tmux, "send-keys", *keys], check=True)

    def resize(self, *, columns: int, rows: int) -> None:
        """Make the terminal another size."""
        subprocess.run([*self.tmux, "resize-window", "-x", str(columns), "-y", str(rows)], check=True)

    def wait_for(self, text: str) -> None:
        """Return when a text stands on the screen."""
        try:
            wait_until(lambda: text in self.screen(), within_s=PATIENCE_S)
        except AssertionError as error:
            raise AssertionError(f"{text!r} does not appear:\n{self.screen()}") from error


@contextmanager
def real_terminal(*command: str, folder: Path, columns: int = 100, rows: int = 30) -> Iterator[RealTerminal]:
    """Run a command in a terminal of its own, which keeps its socket in the folder."""
    tmux = ["tmux", "-S", str(folder / "tmux"), "-f", "/dev/null"]
    session = ["new-session", "-d", "-x", str(columns), "-y", str(rows), *command]
    # readline puts the size of its own terminal into the environment of whatever is started after it.
    environment = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES")}
    subprocess.run([*tmux, *session], env=environment, check=True)
    try:
        yield RealTerminal(tmux)
    finally:
        subprocess.run([*tmux, "kill-server"], check=False)
