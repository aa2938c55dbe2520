"""The chain of the audit log: each entry's digest is over its predecessor's digest and its own canonical bytes.

So a change shows at the entry that was changed, a missing or an exchanged one at the entry that stood behind it, and
what is missing at the end shows against the head, which is kept apart.
"""

import hashlib
import json
from datetime import UTC, datetime

DIGEST_SIZE = 32
GENESIS = bytes(DIGEST_SIZE)
"""What the first entry is chained to."""


def digest_of(
    *,
    predecessor: bytes,
    entry_id: int,
    happened_at: datetime,
    actor_id: int | None,
    actor_name: str,
    door: str,
    address: str,
    action: str,
    subject: str,
    detail: dict[str, object],
) -> bytes:
    """The BLAKE2b-256 of an entry, chained to the digest of the one before it."""
    moment = happened_at.astimezone(UTC).isoformat(timespec="microseconds")
    fields = [entry_id, moment, actor_id, actor_name, door, address, action, subject, detail]
    canonical = json.dumps(fields, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.blake2b(predecessor + canonical.encode(), digest_size=DIGEST_SIZE).digest()
