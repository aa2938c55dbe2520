"""docker-compose.yml as Compose would read it: anchors merged, variables filled in from an .env."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import yaml

from launch.options import PROJECT

COMPOSE_FILE = PROJECT / "docker-compose.yml"
NEEDED = (
    "MARKETOPS_SECRET_KEY",
    "MARKETOPS_DATABASE_PASSWORD",
    "MARKETOPS_POSTGRES_PASSWORD",
    "MARKETOPS_VALKEY_PASSWORD",
)
FILLED_IN = {name: f"of-the-test-{number}" for number, name in enumerate(NEEDED)}
VARIABLE = re.compile(r"\$(?:\$|\{(?P<name>\w+)(?:(?P<how>:-|:\?)(?P<text>[^}]*))?\})")


class SettingMissing(Exception):
    """Compose would refuse to start, with this text."""


@dataclass(frozen=True)
class Service:
    """One service: everything the file says, and the settings and words it starts with."""

    name: str
    said: Mapping[str, Any]
    environment: Mapping[str, str]

    @property
    def command(self) -> list[str]:
        """The words that the container starts with."""
        return list(self.said["command"])


def services(env: Mapping[str, str] = FILLED_IN, *, profile: str | None = None) -> dict[str, Service]:
    """The services that `docker compose up` starts with this .env, by name. Raises SettingMissing where it refuses."""
    said = _filled_in(_file(), env)
    return {
        name: Service(name, service, _environment(service.get("environment", {}), env))
        for name, service in said["services"].items()
        if "profiles" not in service or profile in service["profiles"]
    }


@cache
def _file() -> Any:
    return yaml.safe_load(COMPOSE_FILE.read_text())


def _environment(said: Mapping[str, str | None], env: Mapping[str, str]) -> dict[str, str]:
    handed_on = {name: env.get(name) if value is None else value for name, value in said.items()}
    return {name: value for name, value in handed_on.items() if value is not None}


def _filled_in(node: Any, env: Mapping[str, str]) -> Any:
    if isinstance(node, dict):
        return {name: _filled_in(value, env) for name, value in node.items()}
    if isinstance(node, list):
        return [_filled_in(value, env) for value in node]
    return VARIABLE.sub(lambda found: _value(found, env), node) if isinstance(node, str) else node


def _value(found: re.Match[str], env: Mapping[str, str]) -> str:
    name = found["name"]
    if name is None:
        return "$"
    if value := env.get(name):
        return value
    if found["how"] == ":?":
        raise SettingMissing(f"{name} {found['text']}")
    return found["text"] or ""
