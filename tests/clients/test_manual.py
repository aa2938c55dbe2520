"""The manual of the API and the client's own are true: every example in them runs against a started exchange."""

import os
import re
import subprocess
import sys
from pathlib import Path
from uuid import uuid4

import pytest
from drf_spectacular.generators import SchemaGenerator

from tests.running_system import RunningSystem

ROOT = Path(__file__).parents[2]
MANUAL = ROOT / "docs" / "api.md"
CLIENTS_MANUAL = ROOT / "clients" / "python" / "README.md"
OF_THE_INSTALLATION = "pip install"
WITHIN_S = 60


def blocks(path: Path, language: str) -> list[str]:
    """The examples of a document in one language, but for those that install something."""
    found = re.findall(rf"^```{language}\n(.*?)^```", path.read_text(), re.DOTALL | re.MULTILINE)
    return [block for block in found if not block.startswith(OF_THE_INSTALLATION)]


@pytest.fixture
def folder(system: RunningSystem, tmp_path: Path) -> Path:
    """A folder in which ``var`` is that of the running exchange."""
    (tmp_path / "var").symlink_to(system.var)
    return tmp_path


def run(command: list[str], program: str, *, system: RunningSystem, folder: Path) -> str:
    """Run an example to its end, with names of its own; what it printed."""
    own = uuid4().hex[:8]
    program = program.replace("http://localhost:8000", system.http).replace("guide-", f"guide-{own}-")
    program = program.replace("ws://localhost:8000", system.http.replace("http", "ws")).replace(
        "GUIDE", own[:5].upper()
    )
    env = {**os.environ, "PYTHONPATH": str(ROOT / "clients" / "python" / "src")}
    done = subprocess.run(
        [*command, program], cwd=folder, env=env, capture_output=True, text=True, timeout=WITHIN_S, check=False
    )
    assert done.returncode == 0, done.stdout[-2_000:] + done.stderr[-2_000:]
    return done.stdout


def requests_of_the_manual() -> set[tuple[str, str]]:
    """Each request that curl makes in the manual: its method and its path below the version."""
    said = re.sub(r"\\\n\s*", " ", "\n".join(blocks(MANUAL, "sh")))
    found = set()
    for line in re.findall(r"curl [^\n]*", said):
        path = re.search(r"\$EXCHANGE(/[^\s\"?]*)", line)
        assert path is not None, line
        named = re.search(r"-X (\w+)", line)
        found.add((named[1] if named else "POST" if " -d " in line else "GET", path[1]))
    return found


def test_the_manual_has_a_request_for_each_route_and_method_of_the_schema():
    schema = SchemaGenerator().get_schema(request=None, public=True)
    said = requests_of_the_manual()
    missing = [
        f"{method.upper()} {route}"
        for route, methods in schema["paths"].items()
        for method in methods
        if not any(method.upper() == verb and fits(path, route) for verb, path in said)
    ]
    assert missing == []


def fits(path: str, route: str) -> bool:
    """Whether a path of the manual is one of a route such as ``/api/v1/orders/{order_id}/``."""
    return re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", route), f"/api/v1{path}") is not None


def test_every_request_of_the_manual_is_answered_as_it_says(system, folder):
    shell = ["bash", "-euo", "pipefail", "-c"]
    assert "422\n" in run(shell, "\n".join(blocks(MANUAL, "sh")), system=system, folder=folder)


def test_the_orders_of_the_manual_are_placed_reported_and_canceled(system, folder):
    trading, _ = blocks(MANUAL, "python")
    said = run([sys.executable, "-c"], trading, system=system, folder=folder).split()
    assert said == ["NEW", "10", "too_late_to_cancel"]


def test_the_gap_of_the_manual_is_repaired(system, folder):
    _, repair = blocks(MANUAL, "python")
    assert "in step again at" in run([sys.executable, "-c"], repair, system=system, folder=folder)


def test_the_client_of_its_own_manual_trades(system, folder):
    trading, _ = blocks(CLIENTS_MANUAL, "python")
    trading = trading.replace("mk_...", system.demo["trader"]["api_key"])
    assert run([sys.executable, "-c"], trading, system=system, folder=folder).split()[0] in ("NEW", "FILLED")
