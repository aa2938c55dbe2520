"""Signing in with a password where there is no browser, under the same protection against guessing."""

from django.contrib.auth import authenticate
from django.contrib.auth.signals import user_logged_in
from django.http import HttpRequest

from access.models import User
from access.records import Actor
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
