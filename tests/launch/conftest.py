"""A folder that the database's user can enter, and a stand-in project that the launcher can bring up."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from launch.options import PROJECT
from launch.servers import ports

STAND_INS = Path(__file__).with_name("stand_ins")
WAIT_S = 30.0
OUTSIDE_SETTINGS = ("DATABASE_URL", "REDIS_URL")


@pytest.fixture
def folder() -> Iterator[Path]:
    """An empty folder outside pytest's own, which only its owner may enter."""
    path = Path(tempfile.mkdtemp(prefix="marketops-launch-"))
    path.chmod(0o711)
    yield path
    shutil.rmtree(path)


def wait_until(condition: Callable[[], object]) -> None:
    """Return as soon as the condition holds; fail when it takes too long."""
    deadline = time.monotonic() + WAIT_S
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def processes_of(mark: Path) -> list[str]:
    """The command lines and names of the living processes whose environment or arguments name this folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            text = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
        except OSError:
            continue
        if str(mark).encode() in text:
            found.append((process / "comm").read_text().strip())
    return found


@dataclass
class Copy:
    """A running copy of the stand-in project."""

    process: subprocess.Popen[bytes]
    var: Path
    output: Path

    def pid_of(self, name: str) -> int:
        """The pid of a part, 0 while it has none."""
        path = self.var / "run" / f"{name}.pid"
        text = path.read_text() if path.exists() else ""
        return int(text or 0)

    def is_up(self) -> bool:
        """Whether the start has come to its end; a start that failed says why."""
        assert self.process.poll() is None, self.said()
        return (self.var / "marketops.env").exists()

    def said(self) -> str:
        """What stands on the console."""
        return self.output.read_text()


@dataclass
class StandInProject:
    """The launcher beside stand-ins for `manage.py` and Celery that start at once."""

    root: Path
    copies: list[Copy]

    def start(self, *arguments: str, var: Path) -> Copy:
        """Start it like `script/server` does, without waiting."""
        output = self.root / f"console-{len(self.copies)}"
        env = {name: value for name, value in os.environ.items() if name not in OUTSIDE_SETTINGS}
        env["MARKETOPS_GRPC_PORT"] = str(ports.remembered(self.root / "grpc-port"))
        env["MARKETOPS_SSH_PORT"] = str(ports.remembered(self.root / "ssh-port"))
        with output.open("wb") as console:
            process = subprocess.Popen(
                [sys.executable, "-m", "launch", "--var", str(var), *arguments],
                cwd=self.root,
                env={**env, "PYTHONPATH": str(self.root)},
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=console,
            )
        copy = Copy(process, var, output)
        self.copies.append(copy)
        return copy


@pytest.fixture
def project(folder: Path) -> Iterator[StandInProject]:
    """The launcher in a project of its own; whatever still runs at the end is killed."""
    root = folder / "project"
    shutil.copytree(PROJECT / "launch", root / "launch", ignore=shutil.ignore_patterns("__pycache__"))
    for path in STAND_INS.iterdir():
        if path.suffix == ".py" and path.name != "__init__.py":
            shutil.copy(path, root / path.name)
    made = StandInProject(root, copies=[])
    yield made
    for copy in made.copies:
        copy.process.kill()
        copy.process.wait()
    wait_until(lambda: not processes_of(folder))
