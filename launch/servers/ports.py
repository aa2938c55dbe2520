"""Free TCP ports, the same ones again after a restart where that is possible."""

import random
import socket
from pathlib import Path

NEW_PORTS = range(10_000, 32_768)
"""Below those that Linux gives to outgoing connections (ip_local_port_range), which may be taken at any moment."""


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
    port = any_free()
    memory.write_text(f"{port}\n")
    return port


def any_free() -> int:
    """A port that is free, by chance: two processes that look at the same moment hardly ever find the same one."""
    chance = random.SystemRandom()
    while not is_free(port := chance.choice(NEW_PORTS)):
        pass
    return port
