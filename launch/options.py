"""What may be asked of a start, and what is refused before anything is touched."""

import argparse
import os
import platform
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from launch.errors import LaunchRefusedError
from launch.servers import ports

PROJECT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Options:
    """One start, as asked for."""

    port: int
    grpc_port: int
    ssh_port: int
    var: Path
    bind: str
    agents: bool
    fresh: bool
    database_url: str | None
    redis_url: str | None

    @property
    def ports(self) -> dict[str, int]:
        """The ports to listen on, by the option that chooses each."""
        return {"--port": self.port, "--grpc-port": self.grpc_port, "--ssh-port": self.ssh_port}


def parse(arguments: Sequence[str] | None, *, program: str = "script/server") -> Options:
    """The command line; what it leaves out comes from MARKETOPS_HTTP_PORT, MARKETOPS_VAR_DIR and the like."""
    parser = argparse.ArgumentParser(
        prog=program,
        description="Set up and run MarketOps: embedded servers, the exchange, a demo market. Ctrl-C stops it.",
        epilog="DATABASE_URL and REDIS_URL, where set, are used in place of the embedded servers.",
    )
    env = os.environ
    parser.add_argument(
        "--port", type=_port, default=env.get("MARKETOPS_HTTP_PORT", "8000"), help="port of the web pages and the API"
    )
    parser.add_argument("--grpc-port", type=_port, default=env.get("MARKETOPS_GRPC_PORT", "50051"), help="port of gRPC")
    parser.add_argument(
        "--ssh-port", type=_port, default=env.get("MARKETOPS_SSH_PORT", "2222"), help="port of the operators' console"
    )
    parser.add_argument(
        "--var",
        type=Path,
        default=env.get("MARKETOPS_VAR_DIR", PROJECT / "var"),
        metavar="DIR",
        help="folder of the data",
    )
    parser.add_argument(
        "--bind", default=env.get("MARKETOPS_BIND", "127.0.0.1"), metavar="ADDRESS", help="address to listen on"
    )
    parser.add_argument("--no-agents", action="store_true", help="no simulated traders")
    parser.add_argument("--fresh", action="store_true", help="delete what DIR holds and begin anew")
    asked = parser.parse_args(arguments)
    return Options(
        port=asked.port,
        grpc_port=asked.grpc_port,
        ssh_port=asked.ssh_port,
        var=asked.var.resolve(),
        bind=asked.bind,
        agents=not asked.no_agents,
        fresh=asked.fresh,
        database_url=env.get("DATABASE_URL") or None,
        redis_url=env.get("REDIS_URL") or None,
    )


def refuse_unsupported_machine() -> None:
    """Refuse where the embedded servers' programs do not run, naming the other way."""
    machine, version = f"{platform.system()} {platform.machine()}", sys.version_info
    if machine != "Linux x86_64":
        raise LaunchRefusedError(
            f"MarketOps runs on Linux x86_64, not {machine}; use the containers: docker compose up"
        )
    if version[:2] != (3, 11):
        raise LaunchRefusedError(
            f"MarketOps needs Python 3.11, not {version.major}.{version.minor}; "
            "use that or the containers: docker compose up"
        )


def refuse_port_in_use(*, port: int, bind: str, option: str) -> None:
    """Refuse a port that something listens on already, naming the option that chooses another."""
    if not ports.is_free(port, host=bind):
        raise LaunchRefusedError(
            f"Port {port} on {bind} is not free; stop what listens there or choose another with {option} {port + 1}."
        )


def refuse_silent_server(name: str, url: str, *, default_port: int) -> None:
    """Refuse a server of one's own that does not answer."""
    address = urlsplit(url)
    host, port = address.hostname or "127.0.0.1", address.port or default_port
    if not ports.answers(port, host=host, timeout_s=3):
        raise LaunchRefusedError(f"{name} leads to {host}:{port}, where nothing answers.")


def _port(text: str) -> int:
    port = int(text) if text.isdigit() else 0
    if not 1 <= port <= 65535:
        raise argparse.ArgumentTypeError(f"{text} is not a port")
    return port
