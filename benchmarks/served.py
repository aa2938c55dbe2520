"""The real processes that the benchmarks talk to: started as the launcher starts them, stopped at the end."""

import dataclasses
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks import echo
from launch import options as asked_for
from launch import parts
from launch.process import Part, stop_together
from launch.servers import embedded, ports
from launch.var_folder import VarFolder


@contextmanager
def served(folder: Path, *, matches: bool = True) -> Iterator[str]:
    """Daphne and, unless unwanted, a matching worker and an identical one for the echo task; the first's address."""
    var = VarFolder(folder)
    var.run.mkdir(parents=True, exist_ok=True)
    var.furnish()
    port = ports.remembered(var.run / "port")
    options = asked_for.parse(["--port", str(port), "--var", str(folder), "--no-agents"], program="benchmark")
    shared = parts.settings(options, var=var, servers={})
    # The kernel that this process has compiled serves them too.
    del shared["NUMBA_CACHE_DIR"]
    known = {part.name: part for part in parts.doors_and_workers(options, var=var, shared=shared)}
    starting = [_under_benchmark_settings(known["web"])]
    if matches:
        matching = _under_benchmark_settings(known["matching"])
        starting += [matching, _echo_worker(matching, var=var)]
    running = []
    try:
        for part in starting:
            running.append(embedded.started(part))
        yield f"http://127.0.0.1:{options.port}"
    finally:
        stop_together(running, pause=time.sleep)


def _under_benchmark_settings(part: Part) -> Part:
    return dataclasses.replace(part, env={**part.env, "DJANGO_SETTINGS_MODULE": "benchmarks.settings"})


def _echo_worker(matching: Part, *, var: VarFolder) -> Part:
    """The matching worker, but that it serves another queue and matches nothing."""
    ready_file = var.ready_file("echo")
    command = tuple(word.replace("match.0", echo.QUEUE).replace("match0@", "echo@") for word in matching.command)
    return dataclasses.replace(
        matching,
        name="echo",
        command=(*command, "--include", "benchmarks.echo"),
        log=var.log("echo"),
        env={**matching.env, "MARKETOPS_PROCESS": "echo", "MARKETOPS_READY_FILE": str(ready_file)},
        ready=lambda _pid: ready_file.exists(),
        pulse=None,
        forget=(ready_file,),
    )
