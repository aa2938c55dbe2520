"""Who is at the orders socket: the holder of an API key, or somebody whose browser is signed in."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Any, NamedTuple, Protocol

from django.conf import settings

from access import signing
from access.networks import caller_address
from access.records import Actor
from access.selectors import api_keys, browser_sessions
from access.services import signatures
from access.signing import SignedRequest
from ws_api.closing import CloseCode, Ending

DOOR = "ws"
KEY_SUBPROTOCOL_PREFIX = "marketops.bearer."
_BEARER = re.compile(r"[Bb]earer +([\x21-\x7e]{1,200})")


class Credential(Protocol):
    """What somebody showed. It is looked at again and again, for as long as the connection lives."""

    def holder(self, *, address: str) -> Actor | None:
        """Whose it is now; None once it is nobody's."""


class ApiKey(NamedTuple):
    """An API key."""

    secret: str

    def holder(self, *, address: str) -> Actor | None:
        """Whose key it is; None for one that is unknown, revoked or expired."""
        return api_keys.holder_of(self.secret, door=DOOR, address=address)


@dataclass
class SignedHandshake:
    """A handshake that a key has signed. The signature is good once; from then on the key is looked at."""

    request: SignedRequest
    is_taken: bool = False

    def holder(self, *, address: str) -> Actor | None:
        """Whose key has signed; None once it is revoked or expired. Raises SignatureRefused for a bad signature."""
        if self.is_taken:
            return api_keys.holder_by_prefix(self.request.prefix, door=DOOR, address=address)
        found = signatures.take(self.request, door=DOOR, address=address)
        self.is_taken = True
        return found


class BrowserSession(NamedTuple):
    """The cookie of a browser."""

    session_key: str

    def holder(self, *, address: str) -> Actor | None:
        """Who is signed in; None after signing out, a change of the password or too long a time."""
        return browser_sessions.holder_of(self.session_key, door=DOOR, address=address)


def shown_at_handshake(scope: Mapping[str, Any]) -> Credential | None:
    """The credential in a handshake: an Authorization header, else a subprotocol, else a cookie; None without any.

    Raises Ending for a header that is malformed.
    """
    headers = [value.decode("latin-1") for name, value in scope["headers"] if name == b"authorization"]
    if headers:
        return _shown_in(headers[0] if len(headers) == 1 else "", scope=scope)
    for offered in scope["subprotocols"]:
        if offered.startswith(KEY_SUBPROTOCOL_PREFIX):
            return ApiKey(offered.removeprefix(KEY_SUBPROTOCOL_PREFIX))
    session_key = session_key_in(scope["headers"])
    return None if session_key is None else BrowserSession(session_key)


def _shown_in(header: str, *, scope: Mapping[str, Any]) -> Credential:
    query = scope["query_string"].decode("latin-1")
    if signed := signing.signed_request(header, method="GET", path=scope["path"], query=query):
        return SignedHandshake(signed)
    bearer = _BEARER.fullmatch(header)
    if bearer is None:
        detail = f"The Authorization header is neither 'Bearer KEY' nor a signature '{signing.SCHEME} key=PREFIX, ...'."
        raise Ending(CloseCode.NOT_AUTHENTICATED, code="invalid_key", detail=detail)
    return ApiKey(bearer[1])


def address_of(scope: Mapping[str, Any]) -> str:
    """Where a connection comes from, behind the proxies that stand in front."""
    forwarded = b",".join(value for name, value in scope["headers"] if name == b"x-forwarded-for").decode("latin-1")
    meta = {"HTTP_X_FORWARDED_FOR": forwarded, "REMOTE_ADDR": (scope.get("client") or [""])[0]}
    return caller_address(meta)


def session_key_in(headers: list[tuple[bytes, bytes]]) -> str | None:
    """The browser's session in the cookies of a handshake."""
    for name, value in headers:
        if name == b"cookie":
            try:
                cookies = SimpleCookie(value.decode("latin-1"))
            except CookieError:
                continue
            if settings.SESSION_COOKIE_NAME in cookies:
                return cookies[settings.SESSION_COOKIE_NAME].value
    return None
