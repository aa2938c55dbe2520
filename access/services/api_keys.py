"""Issuing and revoking API keys."""

import secrets

from django.db import transaction
from django.utils import timezone

from access.errors import AccessError
from access.models import ApiKey
from access.models.api_key import API_KEY_PREFIX_LENGTH, digest_of
from access.records import Actor, IssuedKey
from access.services import audit

SECRET_BYTES = 32


def issue(*, actor: Actor, name: str) -> IssuedKey:
    """Make a key for the actor. The returned secret cannot be read again later."""
    secret = f"mk_{secrets.token_urlsafe(SECRET_BYTES)}"
    with transaction.atomic():
        key = ApiKey.objects.create(
            user_id=actor.user_id,
            name=name,
            prefix=secret[:API_KEY_PREFIX_LENGTH],
            secret_digest=digest_of(secret),
        )
        audit.record(actor=actor, action="api_key.issue", subject=key.prefix, detail={"name": name})
    return IssuedKey(key_id=key.pk, name=name, secret=secret)


def revoke(*, actor: Actor, key_id: int) -> None:
    """Revoke one of the actor's keys at once. Raises AccessError when the actor has no such key."""
    with transaction.atomic():
        revoked = ApiKey.objects.filter(pk=key_id, user_id=actor.user_id, revoked_at=None).update(
            revoked_at=timezone.now()
        )
        if not revoked:
            raise AccessError("You have no such key.", field="key_id")
        audit.record(actor=actor, action="api_key.revoke", subject=str(key_id), detail={})
