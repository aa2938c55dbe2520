"""Signed requests: what is signed, with what, and the secret that a key's holder signs with.

The signing secret is shown with the key and sent with no request. It is not kept either: it follows from the digest
that is kept of the key and from the exchange's own secret key, so that a copy of the database signs nothing.
"""

import hashlib
import hmac
import re
from collections.abc import Iterator
from typing import NamedTuple

from django.conf import settings

from vocabulary import limits

PURPOSE = b"marketops request signing"
SCHEME = "HMAC-SHA256"
_HEADER = re.compile(
    rf"{SCHEME} +key=(?P<prefix>mk_[A-Za-z0-9_-]{{9}}), *timestamp=(?P<timestamp_ms>[0-9]{{1,15}}),"
    r"(?: *window=(?P<window_ms>[0-9]{1,6}),)? *signature=(?P<signature>[0-9a-f]{64})"
)


class SignedRequest(NamedTuple):
    """A request as its sender has signed it. Times are in milliseconds of the Unix clock; ``query`` as it was sent."""

    prefix: str
    timestamp_ms: int
    window_ms: int
    signature: str
    method: str
    path: str
    query: str
    body: bytes

    @property
    def text(self) -> bytes:
        """What is signed: six lines, the last being the SHA-256 of the body."""
        digest = hashlib.sha256(self.body).hexdigest()
        lines = (self.method, self.path, self.query, str(self.timestamp_ms), str(self.window_ms), digest)
        return "\n".join(lines).encode()


def signed_request(header: str, *, method: str, path: str, query: str = "", body: bytes = b"") -> SignedRequest | None:
    """The request as an ``Authorization`` says that it was signed; None for one that says nothing of the kind."""
    said = _HEADER.fullmatch(header)
    if said is None:
        return None
    return SignedRequest(
        prefix=said["prefix"],
        timestamp_ms=int(said["timestamp_ms"]),
        window_ms=int(said["window_ms"] or limits.SIGNED_WINDOW_MS_DEFAULT),
        signature=said["signature"],
        method=method,
        path=path,
        query=query,
        body=body,
    )


def signing_secret(*, prefix: str, secret_digest: bytes) -> str:
    """The secret that requests with this key are signed with."""
    return _secret_under(settings.SECRET_KEY, prefix=prefix, secret_digest=secret_digest)


def signature_of(text: bytes, *, secret: str) -> str:
    """HMAC-SHA256 in hexadecimal digits, under the secret as it is written."""
    return hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()


def is_signed_by(request: SignedRequest, *, secret_digest: bytes) -> bool:
    """Whether a request was signed with the key's signing secret, or one under an earlier secret key of ours."""
    return any(
        hmac.compare_digest(signature_of(request.text, secret=secret), request.signature)
        for secret in _secrets_of(request.prefix, secret_digest=secret_digest)
    )


def _secrets_of(prefix: str, *, secret_digest: bytes) -> Iterator[str]:
    for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        yield _secret_under(key, prefix=prefix, secret_digest=secret_digest)


def _secret_under(secret_key: str, *, prefix: str, secret_digest: bytes) -> str:
    pepper = hmac.new(secret_key.encode(), PURPOSE, hashlib.sha256).digest()
    return "ms_" + hmac.new(pepper, prefix.encode() + secret_digest, hashlib.sha256).hexdigest()
