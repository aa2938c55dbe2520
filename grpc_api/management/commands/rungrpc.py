"""``manage.py rungrpc``: serve gRPC until stopped."""

import asyncio
import signal
from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from typing import Any

import structlog
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from grpc_api.server import SERVICES, CannotListen, Certificates, GrpcServer
from market import process_memory

logger = structlog.get_logger(__name__)


class Command(BaseCommand):
    """Serves any of the services; several processes can share them out."""

    help = "Serve gRPC: all services, or those named."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What to serve and where."""
        parser.add_argument(
            "--services",
            type=_services,
            default=",".join(SERVICES),
            help="some of %(default)s, separated by commas (default: all)",
        )
        parser.add_argument("--port", type=int, default=settings.GRPC_PORT, help="default: %(default)s")
        parser.add_argument("--bind", default=settings.GRPC_BIND, help="address to listen on (default: %(default)s)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Serve until SIGTERM or Ctrl-C, then let what has begun come to its end."""
        host = f"[{options['bind']}]" if ":" in options["bind"] else options["bind"]
        try:
            asyncio.run(_serve(options["services"], address=f"{host}:{options['port']}"))
        except CannotListen as error:
            raise CommandError(str(error)) from error
        except OSError as error:
            raise CommandError(f"A certificate cannot be read: {error}") from error


async def _serve(names: list[str], *, address: str) -> None:
    stop_asked = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop_asked.set)
    server = GrpcServer([SERVICES[name] for name in names], reflects=settings.DEMO)
    port = await server.start(address, certificates=_certificates())
    logger.info("grpc_serves", services=names, port=port, address=address, tls=bool(settings.GRPC_TLS_CERT))
    process_memory.settle()
    if settings.READY_FILE:
        Path(settings.READY_FILE).touch()
    await stop_asked.wait()
    logger.info("grpc_goes_down")
    await server.stop()


def _certificates() -> Certificates | None:
    if not (settings.GRPC_TLS_CERT or settings.GRPC_TLS_KEY or settings.GRPC_TLS_CLIENT_CA):
        return None
    for name in ("GRPC_TLS_CERT", "GRPC_TLS_KEY"):
        # Half of the settings must not come to a server that speaks in the clear.
        if not getattr(settings, name):
            raise CommandError(f"TLS needs a certificate and its private key: MARKETOPS_{name} is not set.")
    client_ca = Path(settings.GRPC_TLS_CLIENT_CA) if settings.GRPC_TLS_CLIENT_CA else None
    return Certificates(Path(settings.GRPC_TLS_CERT), Path(settings.GRPC_TLS_KEY), client_ca)


def _services(text: str) -> list[str]:
    names = [name.strip() for name in text.split(",")]
    unknown = [name for name in names if name not in SERVICES]
    if unknown:
        raise ArgumentTypeError(f"there is no service {unknown[0]!r}; there are {', '.join(SERVICES)}")
    return list(dict.fromkeys(names))
