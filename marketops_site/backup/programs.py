"""PostgreSQL's own programs, led to this installation's database."""

import os
import re
import subprocess
from pathlib import Path
from typing import Any

from django.db import connection

from launch.errors import LaunchRefusedError
from launch.servers import binaries
from marketops_site.backup.errors import BackupRefused


def program(name: str) -> str:
    """Where a program is. Raises BackupRefused when there is none, or it is older than the server."""
    try:
        folder = binaries.postgres_bin()
        ours = int(binaries.postgres_major(folder))
    except (LaunchRefusedError, OSError) as error:
        raise BackupRefused(
            f"{name} is needed, and PostgreSQL's programs are not here: "
            f"name their folder with {binaries.POSTGRES_SETTING}."
        ) from error
    theirs = server_major()
    if ours < theirs:
        raise BackupRefused(
            f"The server is PostgreSQL {theirs} and {name} is of {ours}: "
            f"name the folder of newer programs with {binaries.POSTGRES_SETTING}."
        )
    found = Path(folder) / name
    if not found.is_file():
        raise BackupRefused(f"There is no {name} in {folder}; {binaries.POSTGRES_SETTING} names the folder.")
    return str(found)


def server_major() -> int:
    """The major version of the server."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        return int(cursor.fetchone()[0]) // 10_000


def start(name: str, *arguments: str, **streams: Any) -> "subprocess.Popen[bytes]":
    """Start a program on the database; the password is in its environment, where others do not see it."""
    database = connection.settings_dict
    env = {
        "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
        "LC_ALL": "C.UTF-8",
        "PGHOST": database["HOST"],
        "PGPORT": str(database["PORT"] or 5432),
        "PGUSER": database["USER"],
        "PGPASSWORD": database["PASSWORD"],
        "PGDATABASE": database["NAME"],
    }
    return subprocess.Popen([program(name), *arguments], env=env, **streams)


def last_words(text: bytes) -> str:
    """The first complaint in what a program wrote on its error output."""
    lines = [line for line in text.decode(errors="replace").splitlines() if re.search(r"error|fatal|FATAL|ERROR", line)]
    return (lines or text.decode(errors="replace").splitlines() or ["it said nothing"])[0]
