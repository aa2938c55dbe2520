"""The generated messages are those of the protocol as it stands, and anybody can generate them."""

import os
import re
import subprocess
import sys
from pathlib import Path

import grpc_tools
import pytest

from tests.grpc_api.conftest import Door

ROOT = Path(__file__).parents[2]
STRANGER = Path(__file__).with_name("stranger.py")


def contents(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): path.read_text()
        for path in folder.rglob("*.py*")
        if "__" not in path.parent.name
    }


def test_the_generated_messages_are_fresh(tmp_path: Path):
    subprocess.run([ROOT / "script" / "proto", str(tmp_path)], check=True, capture_output=True)
    assert contents(tmp_path / "marketops") == contents(ROOT / "marketops")


def test_every_message_field_method_and_word_is_explained():
    unexplained = [
        f"{path.name}: {line.strip()}"
        for path in (ROOT / "proto").rglob("*.proto")
        for earlier, line in lines_with_the_one_before(path)
        if is_declaration(line) and not earlier.strip().startswith("//")
    ]
    assert unexplained == []


def lines_with_the_one_before(path: Path) -> list[tuple[str, str]]:
    lines = path.read_text().splitlines()
    return list(zip(["", *lines], lines, strict=False))


def is_declaration(line: str) -> bool:
    text = line.strip()
    is_named = text.startswith(("message ", "enum ", "service ", "rpc ", "oneof "))
    return not text.startswith("//") and (is_named or (" = " in text and text.endswith(";")))


PROTOCOL = sorted(str(path.relative_to(ROOT / "proto")) for path in (ROOT / "proto").rglob("*.proto"))
BY_THE_LIBRARY = "google/protobuf/"
"""Where the only files come from that the protocol takes from elsewhere: they are part of grpcio-tools."""


def test_the_protocol_needs_no_file_but_its_own_and_the_librarys():
    texts = [(ROOT / "proto" / name).read_text() for name in PROTOCOL]
    needed = {name for text in texts for name in re.findall(r'^import "(.+)";$', text, flags=re.MULTILINE)}
    assert needed
    assert {name for name in needed if not name.startswith(BY_THE_LIBRARY)} <= set(PROTOCOL)


def test_with_the_protocol_and_what_is_generated_from_it_a_stranger_trades(door: Door, tmp_path: Path):
    assert told_to_a_stranger(door, python=sys.executable, folder=tmp_path) == ["EXEC_TYPE_NEW", "EXEC_TYPE_TRADE"]


@pytest.mark.nightly
def test_with_only_grpcio_tools_and_the_protocol_a_stranger_trades(door: Door, tmp_path: Path):
    environment = tmp_path / "environment"
    subprocess.run([sys.executable, "-m", "venv", str(environment)], check=True)
    python = str(environment / "bin" / "python")
    version = next(Path(grpc_tools.__file__).parents[1].glob("grpcio_tools-*.dist-info")).name.split("-")[1]
    tools = f"grpcio-tools=={version[:-5]}"
    subprocess.run(
        [python, "-m", "pip", "install", "-q", "--disable-pip-version-check", tools], check=True, timeout=300
    )
    assert told_to_a_stranger(door, python=python, folder=tmp_path) == ["EXEC_TYPE_NEW", "EXEC_TYPE_TRADE"]


def told_to_a_stranger(door: Door, *, python: str, folder: Path) -> list[str]:
    """Generate the messages into a folder, trade with nothing else of ours in reach, and say what was streamed."""
    generate: list[str | Path] = ["-m", "grpc_tools.protoc", "-I", ROOT / "proto", f"--python_out={folder}"]
    subprocess.run([python, *generate, f"--grpc_python_out={folder}", *PROTOCOL], check=True)
    door.place.house_places("SELL", 5, "10.00")
    with door.matching():
        said = subprocess.run(
            [python, "-P", STRANGER, door.serving.address, str(door.trader.key), door.place.account],
            env={**os.environ, "PYTHONPATH": str(folder)},
            cwd=folder,
            check=True,
            capture_output=True,
            text=True,
            timeout=60,
        )
    return said.stdout.split()
