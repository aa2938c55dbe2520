"""Taking a signed request once: the time it names, the key it names, its signature, and that it is new."""

import hashlib
import time
from datetime import UTC, datetime

from django.db import connection, transaction

from access import signing
from access.errors import SignatureRefused
from access.records import Actor
from access.selectors import api_keys as key_selectors
from access.services import api_keys
from access.signing import SignedRequest
from vocabulary import limits

USE = """
WITH forgotten AS (
    DELETE FROM access_signatureuse WHERE digest IN (
        SELECT digest FROM access_signatureuse WHERE expires_at < now() LIMIT 10 FOR UPDATE SKIP LOCKED)
)
INSERT INTO access_signatureuse (digest, expires_at) VALUES (%s, %s) ON CONFLICT DO NOTHING
"""


def take(request: SignedRequest, *, door: str, address: str) -> Actor:
    """The holder of the key that signed a request, which is good this once. Raises SignatureRefused."""
    _check_time(request)
    key = key_selectors.row_by_prefix(request.prefix)
    if key is None or not signing.is_signed_by(request, secret_digest=bytes(key.secret_digest)):
        raise SignatureRefused("The key is not in force, or the request was not signed with its signing secret.")
    actor = key_selectors.actor_with(key, door=door, address=address)
    if actor is None:
        raise SignatureRefused("The key is not for use from here.")
    _use(request)
    api_keys.note_use(key, address=address)
    return actor


def _check_time(request: SignedRequest) -> None:
    now_ms = time.time_ns() // 1_000_000
    if not 0 < request.window_ms <= limits.SIGNED_WINDOW_MS_MAX:
        detail = f"The window must be 1 to {limits.SIGNED_WINDOW_MS_MAX} milliseconds."
        raise SignatureRefused(detail, code="invalid_window")
    if not -limits.SIGNED_AHEAD_MS_MAX <= now_ms - request.timestamp_ms <= request.window_ms:
        detail = (
            f"The timestamp must be within {request.window_ms} ms before the exchange's clock, which reads {now_ms}."
        )
        raise SignatureRefused(detail, code="outside_window")


def _use(request: SignedRequest) -> None:
    """Write the signature down; two at once wait for each other in the database. A crash forgets at most a moment."""
    ends_ms = request.timestamp_ms + request.window_ms + limits.SIGNED_AHEAD_MS_MAX
    digest = hashlib.sha256(request.signature.encode()).digest()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL synchronous_commit = off")
        cursor.execute(USE, [digest, datetime.fromtimestamp(ends_ms / 1000, tz=UTC)])
        is_new = cursor.rowcount == 1
    if not is_new:
        raise SignatureRefused("This very request was taken before; sign a new one.", code="signature_reused")
