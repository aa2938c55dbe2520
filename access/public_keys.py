"""Reading a public key as OpenSSH writes it into a file: ``ssh-ed25519 AAAA... comment``."""

import base64
import binascii
import hashlib
from collections.abc import Iterator
from typing import NamedTuple

from access.errors import InvalidKey

PUBLIC_KEY_LENGTH_MAX = 4096
FINGERPRINT_LENGTH_MAX = 64
RSA_BITS_MIN = 3072
RSA_BITS_MAX = 16384
ED25519_BYTES = 32
LENGTH_BYTES = 4


class PublicKey(NamedTuple):
    """A key that is good enough to come in with: its line without the comment, and its SHA-256 fingerprint."""

    line: str
    fingerprint: str
    comment: str


def read(text: str) -> PublicKey:
    """The key in ``text``: Ed25519, or RSA of at least 3072 bits. Raises InvalidKey for anything else."""
    words = text.split(maxsplit=2)
    if len(words) < 2 or len(text) > PUBLIC_KEY_LENGTH_MAX or "\n" in text.strip():
        raise InvalidKey("This is not one line of the kind that stands in a .pub file.", field="public_key")
    kind, encoded = words[0], words[1]
    try:
        blob = base64.b64decode(encoded, validate=True)
        parts = list(_parts(blob))
    except (binascii.Error, ValueError) as error:
        raise InvalidKey("The key is damaged: copy the whole line of the .pub file.", field="public_key") from error
    _check(kind, parts)
    comment = words[2].strip() if len(words) > 2 else ""
    return PublicKey(f"{kind} {encoded}", fingerprint_of(blob), comment)


def fingerprint_of(blob: bytes) -> str:
    """A key's SHA-256 fingerprint, written as ``ssh-keygen -l`` writes it."""
    digest = base64.b64encode(hashlib.sha256(blob).digest()).decode().rstrip("=")
    return f"SHA256:{digest}"


def _parts(blob: bytes) -> Iterator[bytes]:
    place = 0
    while place < len(blob):
        begin = place + LENGTH_BYTES
        place = begin + int.from_bytes(blob[place:begin], "big")
        if place > len(blob):
            raise ValueError("a part is longer than the key")
        yield blob[begin:place]


def _check(kind: str, parts: list[bytes]) -> None:
    match kind, parts:
        case "ssh-ed25519", [b"ssh-ed25519", point] if len(point) == ED25519_BYTES:
            return
        case "ssh-rsa", [b"ssh-rsa", _, modulus]:
            bits = int.from_bytes(modulus, "big").bit_length()
            if not RSA_BITS_MIN <= bits <= RSA_BITS_MAX:
                raise InvalidKey(f"An RSA key needs at least {RSA_BITS_MIN} bits; this one has {bits}.")
        case "ssh-ed25519" | "ssh-rsa", _:
            raise InvalidKey("The key is damaged: copy the whole line of the .pub file.", field="public_key")
        case _:
            raise InvalidKey("Only Ed25519 and RSA keys are taken.", field="public_key")
