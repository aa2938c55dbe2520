"""Private keys in files: the server's own, made once and kept, and the demo operator's."""

import os
from pathlib import Path

import paramiko
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

OWNER_ONLY = 0o600


class UnsafeKeyFile(Exception):
    """Others than the owner can reach the file of a private key."""


def kept_in(path: Path) -> paramiko.Ed25519Key:
    """The key in this file; made, readable by the owner only, when there is none yet. Raises UnsafeKeyFile."""
    if not path.exists():
        _make(path)
    if path.stat().st_mode & 0o077:
        raise UnsafeKeyFile(f"{path} must be readable by its owner alone: chmod 600 {path}")
    return paramiko.Ed25519Key.from_private_key_file(str(path))


def public_line(key: paramiko.PKey) -> str:
    """The public half as a line of a .pub file, without a comment."""
    return f"{key.get_name()} {key.get_base64()}"


def _make(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    text = Ed25519PrivateKey.generate().private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption())
    unfinished = path.with_name(f"{path.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    with open(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, OWNER_ONLY), "wb") as file:
        file.write(text)
    unfinished.rename(path)
