"""Signed requests: what is signed, with what, and the secret that a key's holder signs with.

The signing secret is shown with the key and sent with no request. It is not kept either: it follows from the digest
that is kept of the key and from the exchange's own secret key, so that a copy of the database signs nothing.
"""

import hashlib
import hmac
from collections.abc import Iterator
from typing import NamedTuple

from django.conf import settings

PURPOSE = b"marketops request signing"


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
