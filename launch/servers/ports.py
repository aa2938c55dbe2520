"""Free TCP ports, the same ones again after a restart where that is possible."""

import socket
from pathlib import Path


def is_free(port: int, *, host: str = "127.0.0.1") -> bool:
    """Whether a server could listen on this port now."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def answers(port: int, *, host: str = "127.0.0.1", timeout_s: float = 0.5) -> bool:
    """Whether something accepts connections there."""
    try:
        socket.create_connection((host, port), timeout=timeout_s).close()
    except OSError:
        return False
    return True


def remembered(memory: Path) -> int:
    """The port noted in this file when it is still free, else a new one, noted there."""
    noted = memory.read_text().strip() if memory.exists() else ""
    if noted.isdigit() and is_free(int(noted)):
        return int(noted)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    memory.write_text(f"{port}\n")
    return port
