"""Finding who an API key belongs to."""

import hmac
import re

from django.db.models import Q
from django.utils import timezone

from access.models import ApiKey
from access.models.api_key import API_KEY_PREFIX_LENGTH, digest_of
from access.records import Actor
from vocabulary.roles import Role

KEY_SHAPE = re.compile(r"mk_[A-Za-z0-9_-]{43}")


def holder_of(secret: str, *, door: str, address: str) -> Actor | None:
    """The active user whose valid key ``secret`` is; None for an unknown, revoked or expired key."""
    if KEY_SHAPE.fullmatch(secret) is None:
        return None
    key = (
        ApiKey.objects.select_related("user")
        .filter(prefix=secret[:API_KEY_PREFIX_LENGTH], revoked_at=None, user__is_active=True)
        .filter(Q(expires_at=None) | Q(expires_at__gt=timezone.now()))
        .first()
    )
    if key is None or not hmac.compare_digest(bytes(key.secret_digest), digest_of(secret)):
        return None
    return Actor(user_id=key.user.pk, username=key.user.username, role=Role(key.user.role), door=door, address=address)
