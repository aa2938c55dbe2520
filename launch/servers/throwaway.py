"""Runs one command beside servers made for it and thrown away after it.

python -m launch.servers.throwaway -- COMMAND...
"""

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from launch.errors import LaunchRefusedError
from launch.process import tied_to_this_process
from launch.servers.embedded import embedded_servers
from launch.servers.secret import secret

MEMORY_FOLDER = Path("/dev/shm")
MEMORY_FREE_MIN_BYTES = 4 << 30
NAME_PREFIX = "marketops-test-"
LOCK_NAME = "in-use"
# A run that is thrown away needs no long write-ahead log.
POSTGRES_SETTINGS = {"max_wal_size": "256MB"}


def main(arguments: list[str]) -> int:
    """Run the command with `DATABASE_URL`, `REDIS_URL` and the rest set; its exit status is ours."""
    command = tuple(arguments[1:] if arguments[:1] == ["--"] else arguments)
    if not command:
        print("usage: python -m launch.servers.throwaway -- COMMAND...", file=sys.stderr)
        return 2
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    try:
        with own_folder() as folder, embedded_servers(folder, postgres_settings=POSTGRES_SETTINGS) as servers:
            env = {
                **os.environ,
                **servers.environment(),
                "MARKETOPS_VAR_DIR": str(folder),
                "MARKETOPS_SECRET_KEY": secret(folder / "secrets" / "secret-key"),
            }
            return run_beside(command, env=env)
    except LaunchRefusedError as refusal:
        print(refusal, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def run_beside(command: tuple[str, ...], *, env: dict[str, str]) -> int:
    """Run a command to its end in this terminal; a stop asked of us is handed on to it."""
    with subprocess.Popen(tied_to_this_process(command, death=signal.SIGTERM), env=env) as process:
        try:
            return process.wait()
        except KeyboardInterrupt:
            process.terminate()
            try:
                process.wait(timeout=20)
            except (KeyboardInterrupt, subprocess.TimeoutExpired):
                process.kill()
            raise


@contextmanager
def own_folder() -> Iterator[Path]:
    """A new folder, in memory where there is room, removed at the end; so are those of runs that were killed."""
    parent = _parent()
    for left_over in parent.glob(f"{NAME_PREFIX}*"):
        _remove_unless_in_use(left_over)
    folder = Path(tempfile.mkdtemp(prefix=NAME_PREFIX, dir=parent))
    with (folder / f"{LOCK_NAME}.unfinished").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        Path(lock.name).rename(folder / LOCK_NAME)  # under its name it is never seen without the lock
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def _parent() -> Path:
    if MEMORY_FOLDER.is_dir() and os.access(MEMORY_FOLDER, os.W_OK):
        room = os.statvfs(MEMORY_FOLDER)
        if room.f_bavail * room.f_frsize >= MEMORY_FREE_MIN_BYTES:
            return MEMORY_FOLDER
    return Path(tempfile.gettempdir())


def _remove_unless_in_use(folder: Path) -> None:
    try:
        with (folder / LOCK_NAME).open() as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
    except OSError:
        return  # in use, of somebody else, or so new that it has no lock yet


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
