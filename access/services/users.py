"""Creating users."""

import secrets
from collections.abc import Callable
from dataclasses import replace

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from access.errors import InvalidUser, NotPermitted
from access.models import User
from access.records import Actor
from access.services import audit
from vocabulary.roles import Role

NAME_ATTEMPTS = 5
GUEST_NAME_BYTES = 3


def create(
    *,
    username: str,
    password: str,
    role: Role = Role.TRADER,
    door: str = "system",
    then: Callable[[Actor], object] | None = None,
) -> Actor:
    """Create a user and return them as an actor; what is to be done ``then`` is done by the same commit.

    Raises InvalidUser, naming the field, when the name is taken or malformed or the password too weak.
    """
    user = User(username=username, role=role, is_staff=role is Role.STAFF, is_superuser=role is Role.STAFF)
    _check(user, password=password)
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save()
            audit.record_system(action="user.create", subject=username, detail={"role": role.value, "door": door})
            actor = Actor(user_id=user.pk, username=user.username, role=role, door=door)
            if then is not None:
                then(actor)
    except IntegrityError as error:
        raise InvalidUser("This user name is taken; choose another.", field="username") from error
    return actor


def create_guest(*, door: str) -> Actor:
    """Create a trader without a password, under a name that nobody can sign up with, and return them as an actor."""
    for _ in range(NAME_ATTEMPTS):
        name = f"guest {secrets.token_hex(GUEST_NAME_BYTES)}"
        user = User(username=name, guest_name=name, is_guest=True, password=make_password(None))
        try:
            with transaction.atomic():
                user.save()
                detail: dict[str, object] = {"role": user.role, "door": door, "guest": True}
                audit.record_system(action="user.create", subject=name, detail=detail)
        except IntegrityError:
            continue
        return Actor(user_id=user.pk, username=name, role=Role.TRADER, door=door, is_guest=True)
    raise InvalidUser("No free name for a guest was found; try again.")


def keep_guest(actor: Actor, *, username: str, password: str) -> Actor:
    """Give a guest the name and the password of their choice: from then on they are a trader like any other.

    Raises NotPermitted for who is no guest, InvalidUser as ``create`` does.
    """
    hashed = make_password(password)
    try:
        with transaction.atomic():
            user = User.objects.select_for_update().get(pk=actor.user_id)
            if not user.is_guest:
                raise NotPermitted("Only a guest chooses a name once more.")
            user.username, user.is_guest, user.password = username, False, hashed
            _check(user, password=password)
            user.save(update_fields=["username", "password", "is_guest"])
            audit.record(actor=actor, action="user.keep_guest", subject=username, detail={"guest": user.guest_name})
    except IntegrityError as error:
        raise InvalidUser("This user name is taken; choose another.", field="username") from error
    return replace(actor, username=username, is_guest=False)


def close_guest(user_id: int) -> bool:
    """Let a guest in no longer; whether that is so now. One who has chosen a name meanwhile stays."""
    with transaction.atomic():
        user = User.objects.select_for_update().get(pk=user_id)
        if not user.is_guest:
            return False
        if user.is_active:
            user.is_active = False
            user.save(update_fields=["is_active"])
            audit.record_system(action="user.close_guest", subject=user.username, detail={})
    return True


def ensure_process_user(username: str, *, role: Role, door: str) -> Actor | None:
    """The user that a process of the exchange acts as, made when first asked for; None once they are deactivated.

    They have no password. The name must be one that nobody can sign up with, such as one with a space.
    """
    with transaction.atomic():
        user, is_new = User.objects.get_or_create(
            username=username, defaults={"role": role, "password": make_password(None)}
        )
        if is_new:
            audit.record_system(action="user.create", subject=username, detail={"role": role.value, "door": door})
    if not user.is_active:
        return None
    return Actor(user_id=user.pk, username=username, role=Role(user.role), door=door)


def set_password(*, username: str, password: str) -> None:
    """Give a user a new password. Raises User.DoesNotExist for an unknown name."""
    with transaction.atomic():
        user = User.objects.get(username=username)
        user.set_password(password)
        user.save(update_fields=["password"])
        audit.record_system(action="user.set_password", subject=username, detail={})


def _check(user: User, *, password: str) -> None:
    try:
        user.clean_fields(exclude=["password"])
    except ValidationError as error:
        raise InvalidUser(" ".join(error.messages), field="username") from error
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise InvalidUser(" ".join(error.messages), field="password") from error
