"""Signing in where there is no browser: with a password, under the same protection against guessing, or with a key."""

from django.contrib.auth import authenticate
from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest

from access.models import User
from access.records import Actor
from access.selectors import api_keys as key_selectors
from access.services import api_keys
from vocabulary.roles import Role


def with_password(*, username: str, password: str, door: str, address: str) -> Actor | None:
    """The active user whose password this is; None for a wrong one, and for a name that is locked at present."""
    request = HttpRequest()
    request.path = f"/{door}/"
    request.META = {"REMOTE_ADDR": address, "HTTP_USER_AGENT": door}
    user = authenticate(request, username=username, password=password)
    if not isinstance(user, User):
        return None
    # The lock counts failures since the last success, and learns of a success by this signal.
    user_logged_in.send(sender=User, request=request, user=user)
    return Actor(user_id=user.pk, username=user.username, role=Role(user.role), door=door, address=address)


def with_key(secret: str, *, door: str, address: str) -> Actor | None:
    """The holder of an API key, whose use is noted; None as ``holder_of`` says."""
    key = key_selectors.row_of(secret)
    found = None if key is None else key_selectors.actor_with(key, door=door, address=address)
    if key is not None and found is not None:
        api_keys.note_use(key, address=address)
    return found
