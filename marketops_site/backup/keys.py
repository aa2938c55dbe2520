"""The key that backups are encrypted with: a text in a file that only its owner reads."""

import os
import secrets
from pathlib import Path

from marketops_site.backup.errors import BackupRefused

KEY_BYTES = 32


def make(path: Path) -> None:
    """Make a new key. Raises BackupRefused when the file is there already."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise BackupRefused(f"The key cannot be written to {path}: {error.strerror}.") from error
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_hex(KEY_BYTES) + "\n")


def read(path: Path | None) -> bytes | None:
    """The key in a file; None for no file. Raises BackupRefused for what is no key, or is open to others."""
    if path is None:
        return None
    try:
        text, mode = path.read_text().strip(), path.stat().st_mode
    except (OSError, UnicodeDecodeError) as error:
        raise BackupRefused(f"The key cannot be read from {path}.") from error
    if mode & 0o077:
        raise BackupRefused(f"{path} can be read by others: `chmod 600 {path}`.")
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise BackupRefused(f"{path} does not hold a key: make one with `manage.py backup --make-key FILE`.")
    return key
