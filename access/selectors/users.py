"""Reading users."""

from datetime import datetime

from access.models import User
from access.records import Actor
from vocabulary.roles import Role


def actor_of(user_id: int, *, door: str, address: str) -> Actor | None:
    """The active user with this id as an actor; None when there is none."""
    user = User.objects.filter(pk=user_id, is_active=True).first()
    if user is None:
        return None
    return _actor(user, door=door, address=address)


def actor_named(username: str, *, door: str, address: str = "") -> Actor | None:
    """The active user of this name as an actor; None when there is none. For processes with a user of their own."""
    user = User.objects.filter(username=username, is_active=True).first()
    return None if user is None else actor_of(user.pk, door=door, address=address)


def exists(username: str) -> bool:
    """Whether a user of this name exists."""
    return User.objects.filter(username=username).exists()


def guests(*, came_before: datetime) -> list[Actor]:
    """The active guests who came before that, the oldest first."""
    found = User.objects.filter(is_guest=True, is_active=True, date_joined__lt=came_before)
    return [_actor(user, door="system", address="") for user in found.order_by("pk")]


def _actor(user: User, *, door: str, address: str) -> Actor:
    return Actor(
        user_id=user.pk,
        username=user.username,
        role=Role(user.role),
        door=door,
        address=address,
        is_guest=user.is_guest,
    )
