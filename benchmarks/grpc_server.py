"""The gRPC server of the benchmarks: the exchange's own, and beside its services methods that do nothing.

python -m benchmarks.grpc_server PORT READY_FILE
"""

import asyncio
import os
import signal
import sys
from pathlib import Path

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.settings")
django.setup()

from google.protobuf.empty_pb2 import Empty  # noqa: E402 - models load only once Django is set up

from grpc_api.methods import Access, Service, Unary  # noqa: E402
from grpc_api.server import SERVICES, GrpcServer  # noqa: E402
from market import process_memory  # noqa: E402

EMPTY_SERVICE = "benchmarks.Empty"


async def _nothing(_: None) -> None:
    return None


def _reads(_: bytes) -> None:
    return None


def _says(_: None) -> Empty:
    return Empty()


NOTHING = Service(
    EMPTY_SERVICE,
    (
        Unary("WithKey", Access.TRADERS, _reads, _nothing, _says),
        Unary("WithoutKey", Access.EVERYBODY, _reads, _nothing, _says),
    ),
)


async def serve(port: int, *, ready_file: Path) -> None:
    """Serve until SIGTERM."""
    stop_asked = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop_asked.set)
    server = GrpcServer([*SERVICES.values(), NOTHING])
    await server.start(f"127.0.0.1:{port}")
    process_memory.settle()
    ready_file.touch()
    await stop_asked.wait()
    await server.stop()


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), ready_file=Path(sys.argv[2])))
