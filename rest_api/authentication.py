"""Who is at the REST door: the holder of the API key in the Authorization header, and nothing else."""

import re

from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from access.records import Actor
from access.selectors import api_keys

DOOR = "rest"
_BEARER = re.compile(r"[Bb]earer +([\x21-\x7e]{1,200})")


class ApiKeyAuthentication(BaseAuthentication):
    """``Authorization: Bearer KEY``. Cookies are never looked at, so there is no request to forge across sites."""

    def authenticate(self, request: Request) -> tuple[Actor, None] | None:
        """The key's holder; None without the header. Raises AuthenticationFailed for a key that is nobody's."""
        header = request.META.get("HTTP_AUTHORIZATION")
        if header is None:
            return None
        bearer = _BEARER.fullmatch(header)
        if bearer is None:
            raise AuthenticationFailed("The Authorization header is not of the form 'Bearer KEY'.", "invalid_key")
        actor = api_keys.holder_of(bearer[1], door=DOOR, address=request.META.get("REMOTE_ADDR", ""))
        if actor is None:
            raise AuthenticationFailed("The API key is unknown, revoked or expired.", "invalid_key")
        return actor, None

    def authenticate_header(self, request: Request) -> str:
        """What WWW-Authenticate says in a 401."""
        return "Bearer"
