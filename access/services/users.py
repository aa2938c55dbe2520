"""Creating users."""

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from access.errors import InvalidUser
from access.models import User
from access.records import Actor
from access.services import audit
from vocabulary.roles import Role


def create(*, username: str, password: str, role: Role = Role.TRADER, door: str = "system") -> Actor:
    """Create a user and return them as an actor.

    Raises InvalidUser, naming the field, when the name is taken or malformed or the password too weak.
    """
    user = User(username=username, role=role, is_staff=role is Role.STAFF, is_superuser=role is Role.STAFF)
    _check(user, password=password)
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save()
            audit.record_system(action="user.create", subject=username, detail={"role": role.value, "door": door})
    except IntegrityError as error:
        raise InvalidUser("This user name is taken; choose another.", field="username") from error
    return Actor(user_id=user.pk, username=user.username, role=role, door=door)


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
