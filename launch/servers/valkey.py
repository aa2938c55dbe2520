"""The embedded Valkey: it holds hints and caches only, so nothing is kept on disk.

It knows two users, the application and an administrator; the application may not wipe, configure or stop it.
"""

import hashlib
import os
import signal
import socket
from pathlib import Path

from launch.process import Part
from launch.servers import binaries, ports
from launch.servers.secret import secret

APPLICATION = "marketops"
ADMIN = "admin"
MEMORY_MAX = "512mb"

APPLICATION_RIGHTS = (
    "~* &* +@all -@admin -@dangerous -eval -eval_ro -function -fcall -fcall_ro -script|flush -script|kill"
    " +info"  # the server's version and memory, for health pages
    " +client|setinfo +client|setname +client|no-evict +client|no-touch"
)
"""Lua runs only through EVALSHA, which is what redis-py's Lock and kombu use."""


class Valkey:
    """A Valkey on 127.0.0.1 that keeps nothing across restarts; passwords are kept in `secret_folder`."""

    def __init__(self, folder: Path, *, secret_folder: Path, log: Path) -> None:
        self.folder = folder
        self.log = log
        self.port = 0
        self._secret_folder = secret_folder
        self._program = binaries.valkey_server()

    @property
    def url(self) -> str:
        """Where the application connects."""
        return self._url(APPLICATION)

    @property
    def admin_url(self) -> str:
        """Where faults are injected and trouble is looked into; everything is allowed."""
        return self._url(ADMIN)

    def prepared(self) -> Part:
        """Write the configuration, choose a port and say how the server is run."""
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.port = ports.remembered(self.folder / "port")
        users = self._private_file(
            "users.acl",
            "user default off\n"
            f"user {APPLICATION} on #{self._digest(APPLICATION)} {APPLICATION_RIGHTS}\n"
            f"user {ADMIN} on #{self._digest(ADMIN)} ~* &* +@all\n",
        )
        configuration = self._private_file(
            "valkey.conf",
            f'bind 127.0.0.1\nport {self.port}\ndir "{self.folder}"\naclfile "{users}"\nsave ""\nappendonly no\n'
            f"maxmemory {MEMORY_MAX}\nmaxmemory-policy noeviction\n",
        )
        return Part(
            name="valkey",
            command=(str(self._program), str(configuration)),
            log=self.log,
            ready=self._is_ready,
            env={"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "LC_ALL": "C.UTF-8", "TZ": "UTC"},
            death_signal=signal.SIGKILL,
        )

    def _is_ready(self, pid: int) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=0.5) as connection:
                connection.sendall(f"AUTH {APPLICATION} {self._password(APPLICATION)}\r\nPING\r\n".encode())
                answer = b""
                while answer.count(b"\r\n") < 2 and (more := connection.recv(1024)):
                    answer += more
        except OSError:
            return False
        return answer == b"+OK\r\n+PONG\r\n"

    def _private_file(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.touch(mode=0o600)
        path.write_text(text)
        return path

    def _url(self, user: str) -> str:
        return f"redis://{user}:{self._password(user)}@127.0.0.1:{self.port}/0"

    def _digest(self, user: str) -> str:
        return hashlib.sha256(self._password(user).encode()).hexdigest()

    def _password(self, user: str) -> str:
        return secret(self._secret_folder / f"valkey-{user}")
