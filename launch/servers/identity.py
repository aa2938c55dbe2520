"""Who PostgreSQL runs as: it refuses root, so root becomes `nobody`, on the disk or only in a user namespace."""

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from launch.errors import LaunchRefusedError
from launch.servers import binaries

UNSHARE = ("unshare", "--user", "--map-user=65534", "--map-group=65534")


@dataclass(frozen=True)
class Identity:
    """How a PostgreSQL program is started, and who owns its data."""

    bin_folder: Path
    owner: tuple[int, int]
    drop_to: str = "-"
    prefix: tuple[str, ...] = ()

    def run(self, *command: str | Path, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
        """Run a program of PostgreSQL's to its end as this identity."""
        drops = self.drop_to != "-"
        return subprocess.run(
            [*self.prefix, *command],
            cwd="/",
            env=env,
            capture_output=True,
            text=True,
            check=False,
            user=self.owner[0] if drops else None,
            group=self.owner[1] if drops else None,
            extra_groups=[] if drops else None,
        )


def choose(*, bin_folder: Path, state: Path) -> Identity:
    """An identity that can run the programs and enter `state`; what is out of reach is copied or the start refused."""
    if os.geteuid() != 0:
        return Identity(bin_folder, owner=(os.getuid(), os.getgid()))
    nobody = pwd.getpwnam("nobody")
    owner = (nobody.pw_uid, nobody.pw_gid)
    if _can_run(Path("/bin/test"), "-x", str(state), owner=owner):
        if not _can_run(bin_folder / "postgres", "--version", owner=owner):
            bin_folder = binaries.copied(bin_folder, into=state)
        return Identity(bin_folder, owner=owner, drop_to=f"{owner[0]}:{owner[1]}")
    if _namespaces_work():
        return Identity(bin_folder, owner=(0, 0), prefix=UNSHARE)
    raise LaunchRefusedError(
        f"PostgreSQL does not run as root and the user nobody cannot enter {state}: "
        "start as an ordinary user, or choose a folder that others can enter with --var DIR."
    )


def _can_run(program: Path, *arguments: str, owner: tuple[int, int]) -> bool:
    try:
        done = subprocess.run(
            [program, *arguments],
            cwd="/",
            capture_output=True,
            check=False,
            user=owner[0],
            group=owner[1],
            extra_groups=[],
        )
    except OSError:
        return False
    return done.returncode == 0


def _namespaces_work() -> bool:
    return shutil.which(UNSHARE[0]) is not None and (
        subprocess.run([*UNSHARE, "true"], capture_output=True, check=False).returncode == 0
    )
