"""The processes of the application: what each is started with and how each says that it is ready."""

import os
import socket
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

from launch.options import PROJECT, Options
from launch.process import Part, Readiness
from launch.var_folder import VarFolder

PROBE_TIMEOUT_S = 2.0
EVERY_ADDRESS = ("0.0.0.0", "::")
YES = frozenset({"1", "true", "yes", "on"})
QUIET_WORKER = ("--without-gossip", "--without-mingle", "--without-heartbeat")


def settings(options: Options, *, var: VarFolder, servers: Mapping[str, str]) -> dict[str, str]:
    """The settings that every process shares, and that `marketops.env` holds."""
    # Outside the demo nothing is made up: the settings refuse what is missing.
    is_demo = os.environ.get("MARKETOPS_DEMO", "1").lower() in YES
    allowed_hosts = ",".join(_host_names(options)) if is_demo else ""
    secret_key = var.secret_key() if is_demo else ""
    return {
        **servers,
        "MARKETOPS_HTTP_PORT": str(options.port),
        "MARKETOPS_GRPC_PORT": str(options.grpc_port),
        "MARKETOPS_SSH_PORT": str(options.ssh_port),
        "MARKETOPS_BIND": options.bind,
        "MARKETOPS_ALLOWED_HOSTS": os.environ.get("MARKETOPS_ALLOWED_HOSTS") or allowed_hosts,
        "MARKETOPS_VAR_DIR": str(var.root),
        "MARKETOPS_SECRET_KEY": os.environ.get("MARKETOPS_SECRET_KEY") or secret_key,
        "NUMBA_CACHE_DIR": os.environ.get("NUMBA_CACHE_DIR") or str(var.root / "cache" / "numba"),
        "NUMBA_THREADING_LAYER": "workqueue",
    }


def environment(shared: Mapping[str, str]) -> dict[str, str]:
    """What a process of the application finds in its environment."""
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "marketops_site.settings",
        "PYTHONUNBUFFERED": "1",
        "ASGI_THREADS": os.environ.get("ASGI_THREADS", "8"),
        **shared,
    }


def doors_and_workers(options: Options, *, var: VarFolder, shared: Mapping[str, str]) -> list[Part]:
    """The web, gRPC, SSH, the matching workers and the general worker, which may start side by side."""
    parts = [
        _part("web", "manage.py", "runweb", var=var, shared=shared, ready=answers_readyz(options, shared=shared)),
        _part("grpc", "manage.py", "rungrpc", var=var, shared=shared),
        _part("adminshell", "manage.py", "runadminshell", var=var, shared=shared),
        *(_matching(shard, var=var, shared=shared) for shard in range(_shard_count())),
    ]
    beat = ("-B", "-s", str(var.run / "beat"))
    general = ("-P", "threads", "-c", "2", "-Q", "general", "-n", "general@%h", *QUIET_WORKER, *beat)
    parts.append(_part("general", "-m", "celery", "-A", "marketops_site", "worker", *general, var=var, shared=shared))
    return parts


def traders(*, var: VarFolder, shared: Mapping[str, str]) -> Part:
    """The simulated traders of the demo market."""
    return _part("traders", "manage.py", "runtraders", var=var, shared=shared)


def preparation(*, var: VarFolder, shared: Mapping[str, str], static_files: bool) -> Part:
    """Migrations, static files, the demo market and the compiled kernel, in one process that ends."""
    leave_out = () if static_files else ("--skip-static",)
    return _part("prepare", "manage.py", "prepare", *leave_out, var=var, shared=shared)


def answers_readyz(options: Options, *, shared: Mapping[str, str]) -> Readiness:
    """Whether the web process that is started with these settings answers that it is ready."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(options.bind, options.bind)
    host = f"[{host}]" if ":" in host else host
    without_proxy = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    request = urllib.request.Request(f"http://{host}:{options.port}/readyz")
    request.add_header("Host", shared["MARKETOPS_ALLOWED_HOSTS"].split(",")[0])
    request.add_header("X-Forwarded-Proto", "https")  # behind a proxy that ends TLS, plain requests are turned away

    def answers(_pid: int) -> bool:
        try:
            with without_proxy.open(request, timeout=PROBE_TIMEOUT_S) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    return answers


def _shard_count() -> int:
    return max(1, int(os.environ.get("MATCHING_SHARDS", "1")))


def _matching(shard: int, *, var: VarFolder, shared: Mapping[str, str]) -> Part:
    worker = ("-P", "solo", "-Q", f"match.{shard}", "-n", f"match{shard}@%h", *QUIET_WORKER)
    name = "matching" if _shard_count() == 1 else f"matching{shard}"
    its_shard = {**shared, "MARKETOPS_SHARDS": str(shard)}
    return _part(name, "-m", "celery", "-A", "marketops_site", "worker", *worker, var=var, shared=its_shard)


def _role_of(name: str) -> dict[str, str]:
    """The role that a process takes up in the database, where each is to have the rights of its work alone.

    In the embedded database, which has the roles, that is so unless it is switched off; in another one when asked for.
    """
    usual = "0" if os.environ.get("DATABASE_URL") else "1"
    if (os.environ.get("MARKETOPS_LEAST_RIGHTS") or usual).lower() not in YES or name == "prepare":
        return {}
    role = {"general": "marketops_keeper"}.get(name, "marketops_web")
    return {"MARKETOPS_DATABASE_ROLE": "marketops_matcher" if name.startswith("matching") else role}


def _part(
    name: str, *arguments: str, var: VarFolder, shared: Mapping[str, str], ready: Readiness | None = None
) -> Part:
    ready_file, pulse_file = var.ready_file(name), var.pulse_file(name)
    own = {
        "MARKETOPS_PROCESS": name,
        "MARKETOPS_READY_FILE": str(ready_file),
        "MARKETOPS_PULSE_FILE": str(pulse_file),
        **_role_of(name),
    }
    return Part(
        name=name,
        command=(sys.executable, *arguments),
        log=var.log(name),
        ready=ready or _has_touched(ready_file),
        env={**environment(shared), **own},
        cwd=PROJECT,
        pulse=pulse_file,
        forget=(ready_file, pulse_file),
    )


def _host_names(options: Options) -> list[str]:
    """The names under which people may ask for pages: those of this machine as far as it listens to others."""
    names = ["localhost", "127.0.0.1", "[::1]"]
    if options.bind in EVERY_ADDRESS:
        names.append(socket.gethostname())
    elif options.bind not in names:
        names.append(f"[{options.bind}]" if ":" in options.bind else options.bind)
    return names


def _has_touched(ready_file: Path) -> Readiness:
    return lambda _pid: ready_file.exists()
