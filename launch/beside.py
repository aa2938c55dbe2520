"""`python -m launch.beside -- COMMAND...`: runs a command beside the servers of a folder.

Those of a running copy, by the settings that it left in the folder; else they are brought up for as long as the command
runs, without the exchange. The folder is `MARKETOPS_VAR_DIR`, else `var`.
"""

import os
import shlex
import signal
import sys
from pathlib import Path

from launch.errors import LaunchRefusedError
from launch.options import PROJECT
from launch.servers.embedded import embedded_servers
from launch.servers.throwaway import run_beside
from launch.var_folder import VarFolder


def main(arguments: list[str]) -> int:
    """Run the command; its exit status is ours."""
    command = tuple(arguments[1:] if arguments[:1] == ["--"] else arguments)
    if not command:
        print("usage: python -m launch.beside -- COMMAND...", file=sys.stderr)
        return 2
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupt)
    try:
        return _run(command, var=VarFolder(Path(os.environ.get("MARKETOPS_VAR_DIR") or PROJECT / "var").absolute()))
    except LaunchRefusedError as refusal:
        print(refusal, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _run(command: tuple[str, ...], *, var: VarFolder) -> int:
    if os.environ.get("DATABASE_URL"):
        return run_beside(command, env={**os.environ})
    if var.settings_file.exists():
        return run_beside(command, env={**os.environ, **_settings_in(var.settings_file)})
    with var.taken():
        var.furnish()
        with embedded_servers(var.root, log_folder=var.root / "log") as servers:
            return run_beside(command, env={**os.environ, **servers.environment(), **_settings_of(var)})


def _settings_in(file: Path) -> dict[str, str]:
    words = shlex.split(file.read_text())
    return dict(word.split("=", maxsplit=1) for word in words)


def _settings_of(var: VarFolder) -> dict[str, str]:
    return {
        "MARKETOPS_VAR_DIR": str(var.root),
        "MARKETOPS_SECRET_KEY": os.environ.get("MARKETOPS_SECRET_KEY") or var.secret_key(),
        "NUMBA_CACHE_DIR": os.environ.get("NUMBA_CACHE_DIR") or str(var.root / "cache" / "numba"),
    }


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
