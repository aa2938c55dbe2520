"""Finding who a browser's session belongs to, for doors that have only its key."""

from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.utils.crypto import constant_time_compare

from access.models import User
from access.records import Actor
from vocabulary.roles import Role


def holder_of(session_key: str, *, door: str, address: str) -> Actor | None:
    """The active user who is signed in by this session; None after a sign-out, a new password or too long a time."""
    session = _read(session_key)
    user = User.objects.filter(pk=session[SESSION_KEY], is_active=True).first() if SESSION_KEY in session else None
    if user is None or session.get(BACKEND_SESSION_KEY) not in settings.AUTHENTICATION_BACKENDS:
        return None
    signed = session.get(HASH_SESSION_KEY, "")
    hashes = (user.get_session_auth_hash(), *user.get_session_auth_fallback_hash())
    if not any(constant_time_compare(signed, each) for each in hashes):
        return None
    return Actor(user_id=user.pk, username=user.username, role=Role(user.role), door=door, address=address)


def _read(session_key: str) -> dict[str, Any]:
    store = import_module(settings.SESSION_ENGINE).SessionStore(session_key)
    return dict(store.load())
