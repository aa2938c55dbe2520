"""Whether the collected static files are still those of the sources, so that a start need not collect them again."""

import hashlib
from pathlib import Path

from launch.options import PROJECT

SETTINGS_THAT_MATTER = ("requirements.txt", "marketops_site/settings.py", "marketops_site/packaged_scripts.py")


def are_collected(var_root: Path) -> bool:
    """Whether the collection in this folder was made from the sources as they are now."""
    stamp = var_root / "static.stamp"
    return (var_root / "static").is_dir() and stamp.exists() and stamp.read_text() == _fingerprint()


def note_collected(var_root: Path) -> None:
    """Remember what the collection was made from."""
    (var_root / "static.stamp").write_text(_fingerprint())


def _fingerprint() -> str:
    digest = hashlib.sha256()
    for name in SETTINGS_THAT_MATTER:
        path = PROJECT / name
        digest.update(path.read_bytes() if path.exists() else b"")
    for path in sorted((PROJECT / "static").rglob("*")):
        if path.is_file():
            state = path.stat()
            digest.update(f"{path.relative_to(PROJECT)} {state.st_size} {state.st_mtime_ns}\n".encode())
    return digest.hexdigest()
