"""The terminal at the door of the small market: commands run as typed, with a profile of their own."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from terminal import profile
from terminal.main import main
from terminal.profile import Profile
from tests.grpc_api.conftest import Door, door

__all__ = ["door"]


class Said(NamedTuple):
    """How a command ended and what it said."""

    status: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """What it said with ``--json``."""
        return json.loads(self.out)


@dataclass
class Desk:
    """Somebody at a terminal, with a profile in a folder of their own."""

    door: Door
    profile: Profile
    path: Path
    capsys: pytest.CaptureFixture[str]

    def __call__(self, *line: str) -> Said:
        """Type a command."""
        self.capsys.readouterr()
        status = main([*line, "--profile", str(self.path)])
        return Said(status, *self.capsys.readouterr())

    def matched(self, *line: str) -> Said:
        """Type a command while the matcher works."""
        with self.door.matching():
            return self(*line)


@pytest.fixture
def desk(door: Door, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    """The trader at a terminal."""
    path = tmp_path / "profile.toml"
    own = Profile(door.serving.address, door.trader.key or "", door.place.account)
    profile.write(own, path, may_replace=False)
    return Desk(door, own, path, capsys)
