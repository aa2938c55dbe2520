"""Who is at the REST door: the holder of the API key in the Authorization header, and nothing else."""

import re

from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from access.networks import caller_address
from access.records import Actor
from access.services import sign_in

DOOR = "rest"
UNKNOWN_KEY = "The API key is unknown, revoked, expired or not for use from here."
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
        actor = sign_in.with_key(bearer[1], door=DOOR, address=caller_address(request.META))
        if actor is None:
            raise AuthenticationFailed(UNKNOWN_KEY, "invalid_key")
        return actor, None

    def authenticate_header(self, request: Request) -> str:
        """What WWW-Authenticate says in a 401."""
        return "Bearer"
