"""Finding who an API key belongs to, and which keys somebody has."""

import hmac
import re

from django.db.models import Q, QuerySet
from django.utils import timezone

from access.models import ApiKey
from access.models.api_key import API_KEY_PREFIX_LENGTH, digest_of
from access.networks import is_within
from access.records import Actor, KeyRecord
from vocabulary.roles import KeyScope, Role

KEY_SHAPE = re.compile(r"mk_[A-Za-z0-9_-]{43}")


def holder_of(secret: str, *, door: str, address: str) -> Actor | None:
    """The active user whose valid key ``secret`` is, with the rights that it leaves them.

    None for an unknown, revoked or expired key and for one that is not used from this address.
    """
    key = row_of(secret)
    return None if key is None else actor_with(key, door=door, address=address)


def holder_by_prefix(prefix: str, *, door: str, address: str) -> Actor | None:
    """The same of the key that a prefix names, whose holder has proved to have it: only to look at them again."""
    key = row_by_prefix(prefix)
    return None if key is None else actor_with(key, door=door, address=address)


def row_of(secret: str) -> ApiKey | None:
    """The row of a key in force with its active user; None for a secret that is none. For access itself alone."""
    if KEY_SHAPE.fullmatch(secret) is None:
        return None
    key = row_by_prefix(secret[:API_KEY_PREFIX_LENGTH])
    return key if key is not None and hmac.compare_digest(bytes(key.secret_digest), digest_of(secret)) else None


def row_by_prefix(prefix: str) -> ApiKey | None:
    """The row of the key in force that a prefix names, with its active user. For access itself alone."""
    return _in_force().select_related("user").filter(prefix=prefix, user__is_active=True).first()


def actor_with(key: ApiKey, *, door: str, address: str) -> Actor | None:
    """A key's holder with the rights that it leaves them; None where it may not be used from."""
    if not is_within(address, key.addresses):
        return None
    scopes, role = KeyScope(key.scopes), Role(key.user.role)
    return Actor(
        user_id=key.user.pk,
        username=key.user.username,
        role=role if KeyScope.ADMIN in scopes else Role.TRADER,
        door=door,
        address=address,
        key_id=key.pk,
        may_trade=KeyScope.TRADE in scopes,
        accounts=key.terms.accounts,
    )


def of_actor(actor: Actor) -> list[KeyRecord]:
    """The actor's keys in force, newest first."""
    return [
        KeyRecord(
            key_id=key.pk,
            name=key.name,
            prefix=key.prefix,
            terms=key.terms,
            created_at=key.created_at,
            last_used_at=key.last_used_at,
            last_address=key.last_address,
        )
        for key in _in_force().filter(user_id=actor.user_id).order_by("-pk")
    ]


def _in_force() -> "QuerySet[ApiKey]":
    return ApiKey.objects.filter(Q(expires_at=None) | Q(expires_at__gt=timezone.now()), revoked_at=None)
