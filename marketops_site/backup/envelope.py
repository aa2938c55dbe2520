"""The file of a backup: a line that names the format, a line of facts, then the dump in frames, encrypted or not.

Each frame is one byte that says whether it is the last, four bytes of length, and that many bytes. The last one holds
the SHA-256 of facts and dump, so that a file cut short or changed is found before anything is done with it.
Encrypted frames are AES-256-GCM; their number is the nonce, the facts' digest and the first byte are authenticated with
them, and the key is drawn from the given one and the file's own salt by HKDF-SHA256.
"""

import hashlib
import json
import os
import struct
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from marketops_site.backup.errors import BackupRefused

FIRST_LINE = b"MARKETOPS-BACKUP 1\n"
FACTS_BYTES_MAX = 16 << 20
FRAME_BYTES = 1 << 20
FRAME = struct.Struct(">BI")
MORE, LAST = 0, 1
SALT_BYTES = 16


class _Frames:
    """What turns the dump's bytes into those of the frames and back."""

    def __init__(self, facts: bytes, *, key: bytes | None, salt: bytes) -> None:
        self._facts_digest = hashlib.sha256(facts).digest()
        self._cipher = None if key is None else AESGCM(_derived(key, salt=salt))
        self._number = 0

    def seal(self, data: bytes, *, kind: int) -> bytes:
        if self._cipher is None:
            return data
        return self._cipher.encrypt(self._nonce(), data, self._authenticated(kind))

    def open(self, data: bytes, *, kind: int) -> bytes:
        if self._cipher is None:
            return data
        try:
            return self._cipher.decrypt(self._nonce(), data, self._authenticated(kind))
        except InvalidTag as error:
            raise BackupRefused(
                "The key is not the one that the backup was made with, or the file is damaged."
            ) from error

    def _nonce(self) -> bytes:
        self._number += 1
        return self._number.to_bytes(12, "big")

    def _authenticated(self, kind: int) -> bytes:
        return self._facts_digest + bytes([kind])


class BackupWriter:
    """Writes a backup beside its place and puts it there when it is whole; what fails leaves nothing."""

    def __init__(self, path: Path, *, facts: dict[str, Any], key: bytes | None) -> None:
        salt = os.urandom(SALT_BYTES)
        self._path = path
        self._unfinished = path.with_name(f"{path.name}.unfinished")
        line = json.dumps({**facts, "encrypted": key is not None, "salt": salt.hex()}).encode() + b"\n"
        self._frames = _Frames(line, key=key, salt=salt)
        self._digest = hashlib.sha256(line)
        descriptor = os.open(self._unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        self._file: IO[bytes] = os.fdopen(descriptor, "wb")
        self._file.write(FIRST_LINE + line)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._frame(self._digest.digest(), kind=LAST)
            self._file.flush()
            os.fsync(self._file.fileno())
        self._file.close()
        if kind is None:
            self._unfinished.rename(self._path)
        else:
            self._unfinished.unlink(missing_ok=True)

    def write(self, data: bytes) -> None:
        """Append a piece of the dump."""
        self._digest.update(data)
        self._frame(data, kind=MORE)

    def _frame(self, data: bytes, *, kind: int) -> None:
        sealed = self._frames.seal(data, kind=kind)
        self._file.write(FRAME.pack(kind, len(sealed)) + sealed)


class Backup:
    """A backup that is read. Raises BackupRefused for a file that is none, is damaged, or needs another key."""

    def __init__(self, path: Path, *, key: bytes | None) -> None:
        self._path, self._key = path, key
        with self._opened() as file:
            self._line = file.readline(FACTS_BYTES_MAX)
        try:
            self.facts: dict[str, Any] = json.loads(self._line)
            self._salt = bytes.fromhex(self.facts["salt"])
            is_encrypted = bool(self.facts["encrypted"])
        except (ValueError, KeyError, TypeError) as error:
            raise BackupRefused(f"{path.name} is damaged: its facts cannot be read.") from error
        if is_encrypted and key is None:
            raise BackupRefused(f"{path.name} is encrypted: name the file of its key with --key-file.")
        if not is_encrypted:
            self._key = None

    def check(self) -> None:
        """Read the whole file once and compare its digest."""
        for _ in self.dump():
            pass

    def dump(self) -> Iterator[bytes]:
        """The dump, piece by piece; the digest is compared at the end."""
        frames = _Frames(self._line, key=self._key, salt=self._salt)
        digest = hashlib.sha256(self._line)
        with self._opened() as file:
            file.readline(FACTS_BYTES_MAX)
            while True:
                kind, data = self._frame(file, frames)
                if kind == LAST:
                    break
                digest.update(data)
                yield data
            if data != digest.digest() or file.read(1):
                raise self._damaged()

    def _frame(self, file: IO[bytes], frames: _Frames) -> tuple[int, bytes]:
        head = file.read(FRAME.size)
        if len(head) < FRAME.size:
            raise self._damaged()
        kind, length = FRAME.unpack(head)
        if kind not in (MORE, LAST) or length > 2 * FRAME_BYTES:
            raise self._damaged()
        sealed = file.read(length)
        if len(sealed) < length:
            raise self._damaged()
        return kind, frames.open(sealed, kind=kind)

    def _damaged(self) -> BackupRefused:
        return BackupRefused(f"{self._path.name} is damaged or cut short: its digest is not that of what it holds.")

    def _opened(self) -> IO[bytes]:
        try:
            file = self._path.open("rb")
        except OSError as error:
            raise BackupRefused(f"{self._path} cannot be read: {error.strerror}.") from error
        if file.readline(len(FIRST_LINE)) != FIRST_LINE:
            file.close()
            raise BackupRefused(
                f"{self._path.name} is no backup of MarketOps, or one of a format that is not known here."
            )
        return file


def _derived(key: bytes, *, salt: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=salt, info=b"marketops backup").derive(key)
