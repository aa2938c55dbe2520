"""What the processes of the application are started with."""

from pathlib import Path

import pytest

from launch import parts
from launch.options import parse
from launch.var_folder import VarFolder


def roles(tmp_path: Path) -> dict[str, str]:
    """The role of each process in the database, as far as it is given one."""
    var = VarFolder(tmp_path)
    started = parts.doors_and_workers(parse([]), var=var, shared=SHARED)
    started += [parts.traders(var=var, shared=SHARED), parts.preparation(var=var, shared=SHARED, static_files=False)]
    return {part.name: part.env["MARKETOPS_DATABASE_ROLE"] for part in started if "MARKETOPS_DATABASE_ROLE" in part.env}


SHARED = {"MARKETOPS_ALLOWED_HOSTS": "localhost"}
EACH_ITS_OWN = {
    **dict.fromkeys(("web", "grpc", "adminshell", "traders"), "marketops_web"),
    "matching": "marketops_matcher",
    "general": "marketops_keeper",
}


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, EACH_ITS_OWN),
        ({"MARKETOPS_LEAST_RIGHTS": "0"}, {}),
        ({"DATABASE_URL": "postgres://elsewhere/marketops"}, {}),
        ({"DATABASE_URL": "postgres://elsewhere/marketops", "MARKETOPS_LEAST_RIGHTS": "1"}, EACH_ITS_OWN),
    ],
)
def test_each_process_has_the_rights_of_its_work_in_the_embedded_database(
    settings: dict[str, str], expected: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DATABASE_URL", "MARKETOPS_LEAST_RIGHTS", "MATCHING_SHARDS"):
        monkeypatch.delenv(name, raising=False)
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    assert roles(tmp_path) == expected
