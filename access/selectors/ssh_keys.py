"""Finding who comes in with a public key."""

from access.models import SshKey
from access.public_keys import fingerprint_of
from access.records import Actor
from vocabulary.roles import Role

OPERATING_ROLES = [role.value for role in Role if role.may_operate]


def holder_of(blob: bytes, *, username: str, door: str, address: str) -> Actor | None:
    """The active operator of this name if the key with these bytes is theirs and in force; None otherwise."""
    key = (
        SshKey.objects.select_related("user")
        .filter(fingerprint=fingerprint_of(blob), revoked_at=None)
        .filter(user__username=username, user__is_active=True, user__role__in=OPERATING_ROLES)
        .first()
    )
    if key is None:
        return None
    return Actor(user_id=key.user.pk, username=key.user.username, role=Role(key.user.role), door=door, address=address)


def is_known(public_key: str) -> bool:
    """Whether a key with this line, written without its comment, was ever registered, revoked ones included."""
    return SshKey.objects.filter(public_key=public_key).exists()


def are_there_any() -> bool:
    """Whether any key was ever registered: the cheapest question that shows whether keys can be asked for."""
    return SshKey.objects.exists()
