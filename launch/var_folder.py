"""The folder of one running copy: data, secrets, logs and what others need to find it."""

import contextlib
import fcntl
import os
import shlex
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from launch.errors import LaunchRefusedError
from launch.servers.secret import secret


@dataclass(frozen=True)
class VarFolder:
    """Where things are under `root`."""

    root: Path

    @property
    def settings_file(self) -> Path:
        """The settings that lead `manage.py` and scripts to the running copy; readable by its owner only."""
        return self.root / "marketops.env"

    @property
    def demo_file(self) -> Path:
        """How to come in, written by the application when it fills the demo market."""
        return self.root / "demo.json"

    @property
    def run(self) -> Path:
        """What only the running copy needs: the lock, the signs of readiness."""
        return self.root / "run"

    @property
    def secrets(self) -> Path:
        """Passwords and the secret key."""
        return self.root / "secrets"

    @property
    def lock_file(self) -> Path:
        """Held while a copy runs here; its presence is also the sign that a folder is one of ours."""
        return self.run / "lock"

    def log(self, name: str) -> Path:
        """The log of one process."""
        return self.root / "log" / f"{name}.log"

    def ready_file(self, name: str) -> Path:
        """What a process without an address touches when it is ready."""
        return self.run / f"{name}.ready"

    def pulse_file(self, name: str) -> Path:
        """What a process touches again and again while it works."""
        return self.run / f"{name}.pulse"

    def secret_key(self) -> str:
        """The application's secret key, the same over restarts."""
        return secret(self.secrets / "secret-key")

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Make the folder and hold it for this process alone."""
        self.run.mkdir(parents=True, exist_ok=True)
        self.root.chmod(0o711)  # the database's user passes through
        with self.lock_file.open("a+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                lock.seek(0)
                holder = lock.read().strip()
                raise LaunchRefusedError(
                    f"MarketOps already runs in {self.root} (pid {holder}); "
                    "stop it or choose another folder with --var DIR."
                ) from None
            lock.truncate(0)
            lock.write(f"{os.getpid()}\n")
            lock.flush()
            yield

    def furnish(self) -> None:
        """Make the folders that the parts expect; the counters of processes that are gone begin anew."""
        (self.root / "log").mkdir(mode=0o700, exist_ok=True)
        (self.root / "cache" / "numba").mkdir(parents=True, exist_ok=True)
        shutil.rmtree(self.run / "metrics", ignore_errors=True)
        (self.run / "metrics").mkdir()

    def write_settings(self, settings: Mapping[str, str]) -> None:
        """Write the settings file whole, so that nobody reads half of it."""
        unfinished = self.settings_file.with_suffix(".unfinished")
        unfinished.unlink(missing_ok=True)
        with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.writelines(f"{name}={shlex.quote(value)}\n" for name, value in settings.items())
        unfinished.rename(self.settings_file)

    def refuse_foreign_content(self) -> None:
        """Refuse to empty a folder that holds something and was never one of ours."""
        if self.root.exists() and any(self.root.iterdir()) and not self.lock_file.exists():
            raise LaunchRefusedError(f"{self.root} does not look like a folder of MarketOps; --fresh leaves it alone.")

    def empty(self) -> None:
        """Delete everything but the lock; the folder has to be taken."""
        for path in self.root.iterdir():
            if path.is_dir() and not path.is_symlink() and path != self.run:
                shutil.rmtree(path)
            elif path != self.run:
                path.unlink()
        for path in self.run.iterdir():
            if path != self.lock_file:
                with contextlib.suppress(FileNotFoundError):
                    path.unlink()
