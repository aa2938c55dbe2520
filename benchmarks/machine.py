"""What a figure was measured on."""

import os
import platform
from pathlib import Path

from django.db import connection


def described() -> dict[str, object]:
    """Processor, cores, load, versions, and where the database keeps its files and whether it syncs them."""
    with connection.cursor() as cursor:
        settings = {}
        for name in ("server_version", "fsync", "synchronous_commit"):
            cursor.execute(f"SHOW {name}")
            settings[name] = cursor.fetchone()[0]
    return {
        **without_servers(),
        "postgresql": settings,
        "data_folder": os.environ.get("MARKETOPS_VAR_DIR", ""),
        "data_in_memory": os.environ.get("MARKETOPS_VAR_DIR", "").startswith("/dev/shm"),
    }


def without_servers() -> dict[str, object]:
    """Processor, cores, load and versions."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "load_average_1_min": round(os.getloadavg()[0], 2),
        "system": platform.platform(terse=True),
        "python": platform.python_version(),
    }


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()
