"""Registering and revoking the public keys that operators come in with."""

from django.db import IntegrityError, transaction
from django.utils import timezone

from access import public_keys
from access.errors import AccessError, InvalidKey, NotPermitted
from access.models import SshKey, User
from access.public_keys import PublicKey
from access.records import Actor, RegisteredKey
from access.services import audit
from vocabulary.roles import Role

NAME_LENGTH_MAX = 64


def add(*, username: str, public_key: str, name: str = "", actor: Actor | None = None) -> RegisteredKey:
    """Register a key for an operator; ``actor`` is None for the exchange's own set-up.

    Raises NotPermitted for an actor who may not operate, InvalidKey for a key that is unfit or known already and for a
    user who is absent or no operator.
    """
    if actor is not None and not actor.role.may_operate:
        raise NotPermitted("Only operators register keys.")
    key, user = check(username=username, public_key=public_key)
    chosen_name = (name or key.comment)[:NAME_LENGTH_MAX]
    try:
        with transaction.atomic():
            row = SshKey.objects.create(user=user, name=chosen_name, public_key=key.line, fingerprint=key.fingerprint)
            _record("ssh_key.add", actor=actor, subject=key.fingerprint, detail={"user": username, "name": chosen_name})
    except IntegrityError as error:
        raise _known_already(key) from error
    return RegisteredKey(row.pk, username=username, name=chosen_name, fingerprint=key.fingerprint)


def check(*, username: str, public_key: str) -> tuple[PublicKey, User]:
    """The key and its future holder, if ``add`` would take them. Raises InvalidKey."""
    key = public_keys.read(public_key)
    user = User.objects.filter(username=username).first()
    if user is None or not Role(user.role).may_operate:
        raise InvalidKey(f"There is no operator named {username}.", field="user")
    if SshKey.objects.filter(fingerprint=key.fingerprint).exists():
        raise _known_already(key)
    return key, user


def revoke(fingerprint: str, *, actor: Actor | None = None) -> None:
    """Revoke a key at once. Raises NotPermitted, or AccessError when no such key is in force."""
    if actor is not None and not actor.role.may_operate:
        raise NotPermitted("Only operators revoke keys.")
    with transaction.atomic():
        keys = SshKey.objects.filter(fingerprint=fingerprint, revoked_at=None)
        if not keys.update(revoked_at=timezone.now()):
            raise AccessError("There is no such key in force.", field="fingerprint")
        _record("ssh_key.revoke", actor=actor, subject=fingerprint, detail={})


def _known_already(key: PublicKey) -> InvalidKey:
    return InvalidKey(f"The key {key.fingerprint} is registered already, or was revoked.", field="public_key")


def _record(action: str, *, actor: Actor | None, subject: str, detail: dict[str, object]) -> None:
    if actor is None:
        audit.record_system(action=action, subject=subject, detail=detail)
    else:
        audit.record(actor=actor, action=action, subject=subject, detail=detail)
