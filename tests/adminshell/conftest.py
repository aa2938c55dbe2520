"""A running SSH door of the test's own, and the OpenSSH client to knock at it."""

import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import paramiko
import pytest

from access.records import AuditRecord
from access.selectors import audit
from access.services import ssh_keys
from adminshell import private_keys
from adminshell.server import AdminShell, Patience
from tests.market_place import MarketPlace

HOST = "127.0.0.1"
WAIT_S = 15.0
CLIENT_S = 30


@dataclass(frozen=True)
class KeyPair:
    """A private key in a file, and the public line that belongs to it."""

    file: Path
    public: str

    @classmethod
    def made_in(cls, file: Path) -> "KeyPair":
        """A new Ed25519 key."""
        return cls(file, private_keys.public_line(private_keys.kept_in(file)))

    @property
    def private(self) -> paramiko.PKey:
        """The key itself, for a client in this process."""
        return paramiko.Ed25519Key.from_private_key_file(str(self.file))


@dataclass(frozen=True)
class Door:
    """Where the server listens, and who may come in."""

    port: int
    folder: Path
    key: KeyPair
    user: str = "olivia"

    def ssh(
        self,
        *words: str,
        user: str | None = None,
        key: KeyPair | None = None,
        options: tuple[str, ...] = (),
        text: str | bytes = "",
    ) -> "subprocess.CompletedProcess[str]":
        """Run the real client to its end."""
        from_pipe = () if words else ("-T",)
        command = [*self.client(*options, *from_pipe, user=user, key=key), *words]
        data = text.encode() if isinstance(text, str) else text
        done = subprocess.run(command, input=data, capture_output=True, timeout=CLIENT_S, check=False)
        said = (stream.decode(errors="replace").replace("\r\n", "\n") for stream in (done.stdout, done.stderr))
        return subprocess.CompletedProcess(command, done.returncode, *said)

    def client(self, *options: str, user: str | None = None, key: KeyPair | None = None) -> list[str]:
        """The command line of the real client, as a stranger to this machine's own settings."""
        settings = {
            "BatchMode": "yes",
            "StrictHostKeyChecking": "yes",
            "UserKnownHostsFile": str(self.folder / "known_hosts"),
            "IdentitiesOnly": "yes",
            "IdentityAgent": "none",
        }
        given = [f"-o{name}={value}" for name, value in settings.items()]
        identity = str((key or self.key).file)
        return [
            "ssh",
            "-F",
            "none",
            *options,
            *given,
            "-i",
            identity,
            "-p",
            str(self.port),
            f"{user or self.user}@{HOST}",
        ]

    def paramiko_client(self) -> paramiko.Transport:
        """An authenticated connection of a client that can be told to misbehave."""
        transport = paramiko.Transport((HOST, self.port))
        transport.start_client(timeout=CLIENT_S)
        transport.auth_publickey(self.user, self.key.private)
        return transport


def wait_until(condition: Callable[[], object]) -> None:
    """Return as soon as the condition holds; fail when it takes too long."""
    deadline = time.monotonic() + WAIT_S
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def commands_in_audit() -> list[AuditRecord]:
    """What the audit log says about commands, oldest first."""
    return [entry for entry in reversed(audit.newest(count=1000)) if entry.action == "ssh.command"]


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the key pairs of the test run."""
    return tmp_path_factory.mktemp("keys")


@pytest.fixture(scope="session")
def key(keys: Path) -> KeyPair:
    """The operator's key."""
    return KeyPair.made_in(keys / "operator")


@pytest.fixture(scope="session")
def strange_key(keys: Path) -> KeyPair:
    """A key that nobody has registered."""
    return KeyPair.made_in(keys / "stranger")


Opening = Callable[..., Door]


@contextmanager
def opening(*, keys: Path, key: KeyPair, folder: Path) -> Iterator[Opening]:
    """Open SSH doors in this process, which are closed in the end. The key is registered already."""
    stop = threading.Event()
    threads: list[threading.Thread] = []

    def make(*, takes_passwords: bool = False, patience: Patience | None = None) -> Door:
        host_key = private_keys.kept_in(keys / "host")
        server = AdminShell(
            address=(HOST, 0),
            host_key=host_key,
            takes_passwords=takes_passwords,
            patience=patience,
        )
        thread = threading.Thread(target=server.serve, args=[stop])
        threads.append(thread)
        thread.start()
        # Known already, so that the client has nothing to say about it.
        (folder / "known_hosts").write_text(f"[{HOST}]:{server.port} {private_keys.public_line(host_key)}\n")
        return Door(server.port, folder, key)

    try:
        yield make
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    wait_until(lambda: not [thread for thread in threading.enumerate() if thread.name.startswith("ssh-")])


@pytest.fixture
def open_door(market: MarketPlace, keys: Path, key: KeyPair, tmp_path: Path) -> Iterator[Opening]:
    """Open an SSH door in this process; Olivia, an operator, has registered her key."""
    ssh_keys.add(username="olivia", public_key=key.public, name="test")
    with opening(keys=keys, key=key, folder=tmp_path) as make:
        yield make


@pytest.fixture
def door(open_door: Opening) -> Door:
    """The door as it is outside the demo."""
    return open_door()
