"""The profile: where the exchange is, with which key to come in, and for which account to trade."""

import json
import os
import stat
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

from terminal.client import Endpoint
from terminal.refusals import malformed

DEFAULT_ADDRESS = "127.0.0.1:50051"
PRIVATE_MODE = 0o600
READABLE_BY_OTHERS = stat.S_IRWXG | stat.S_IRWXO
TEXTS = ("address", "api_key", "account", "tls_ca")
FLAG = "tls"


@dataclass(frozen=True)
class Profile:
    """What a profile file says, and what the command line says instead."""

    address: str = DEFAULT_ADDRESS
    api_key: str = field(default="", repr=False)
    account: str = ""
    tls: bool = False
    tls_ca: str = ""

    @property
    def endpoint(self) -> Endpoint:
        """What a client connects to. A certificate authority of one's own means TLS."""
        authority = Path(self.tls_ca).expanduser() if self.tls_ca else None
        return Endpoint(self.address, self.api_key, is_tls=self.tls or authority is not None, tls_ca=authority)

    def but(self, **given: str | None) -> "Profile":
        """The profile with whatever is given here instead of its own."""
        return replace(self, **cast(dict[str, Any], {name: text for name, text in given.items() if text is not None}))


def standard_path() -> Path:
    """Where the profile is, unless an option or MARKETOPS_PROFILE names another file."""
    named = os.environ.get("MARKETOPS_PROFILE")
    if named:
        return Path(named)
    folder = os.environ.get("XDG_CONFIG_HOME")
    return (Path(folder) if folder else Path.home() / ".config") / "marketops" / "profile.toml"


def read(path: Path, *, must_exist: bool) -> Profile:
    """The profile in a file; the standard one when there need not be a file. Raises Refused, naming the key at fault.

    A relative ``tls_ca`` is looked for beside the file.
    """
    try:
        said = tomllib.loads(path.read_text())
    except FileNotFoundError as error:
        if must_exist:
            raise malformed(f"There is no profile {path}.", field="profile") from error
        return Profile()
    except OSError as error:
        raise malformed(f"{path} cannot be read: {error.strerror}.", field="profile") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise malformed(f"{path} is not a TOML file: {error}", field="profile") from error
    profile = Profile(**_checked(said, path=path))
    beside = path.parent / Path(profile.tls_ca).expanduser()
    return replace(profile, tls_ca=str(beside)) if profile.tls_ca else profile


def is_open_to_others(path: Path) -> bool:
    """Whether somebody else on this machine may read the file."""
    try:
        return bool(path.stat().st_mode & READABLE_BY_OTHERS)
    except OSError:
        return False


def from_demo(folder: Path, *, who: str) -> Profile:
    """The profile of the demo's "trader" or "operator", from the folder that the exchange was started with."""
    path = folder / "demo.json"
    try:
        demo = json.loads(path.read_text())
        person = demo[who]
        return Profile(demo["grpc"], person["api_key"], person.get("account", ""))
    except FileNotFoundError as error:
        raise malformed(f"There is no {path}. Has the demo been started there?", field="from_demo") from error
    except OSError as error:
        raise malformed(f"{path} cannot be read: {error.strerror}.", field="from_demo") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise malformed(f"{path} does not say how to come in by gRPC as {who}.", field="from_demo") from error


def write(profile: Profile, path: Path, *, may_replace: bool) -> None:
    """Write a profile that its owner alone can read. Raises Refused if there is one that may not be replaced."""
    path.parent.mkdir(parents=True, exist_ok=True)
    said: Mapping[str, str] = {name: getattr(profile, name) for name in TEXTS}
    lines = [f"{name} = {json.dumps(text)}\n" for name, text in said.items() if text]
    if profile.tls:
        lines.append(f"{FLAG} = true\n")
    if path.exists() and not may_replace:
        raise malformed(f"{path} exists already; give --force to replace it.", field="profile", code="exists")
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_MODE), "w") as file:
            file.writelines(lines)
        fresh.replace(path)
    except OSError as error:
        raise malformed(f"{path} cannot be written: {error.strerror}.", field="profile") from error


def _checked(said: Mapping[str, Any], *, path: Path) -> dict[str, Any]:
    for name, value in said.items():
        if name not in (*TEXTS, FLAG):
            known = ", ".join((*TEXTS, FLAG))
            raise malformed(f"{path} has a key that means nothing. There are {known}.", field=name)
        if not isinstance(value, bool if name == FLAG else str):
            kind = "true or false" if name == FLAG else "a text in quotes"
            raise malformed(f"In {path} it must be {kind}.", field=name)
    return dict(said)
