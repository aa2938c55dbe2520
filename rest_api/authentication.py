"""Who is at the REST door: the holder of the API key that the Authorization header shows or signs with; nobody else.

Cookies are never looked at, so there is no request to forge across sites.
"""

import re

from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from access import signing
from access.errors import SignatureRefused
from access.networks import caller_address
from access.records import Actor
from access.services import sign_in, signatures
from access.signing import SignedRequest
from rest_api import budgets

DOOR = "rest"
_BEARER = re.compile(r"[Bb]earer +([\x21-\x7e]{1,200})")
_UNKNOWN_KEY = "The API key is unknown, revoked, expired or not for use from here."
_MALFORMED = (
    "The Authorization header is neither 'Bearer KEY' nor"
    f" '{signing.SCHEME} key=PREFIX, timestamp=MS, window=MS, signature=HEX'."
)


class ApiKeyAuthentication(BaseAuthentication):
    """``Authorization: Bearer KEY``, or a signature in its place."""

    def authenticate(self, request: Request) -> tuple[Actor, None] | None:
        """The key's holder; None without the header. Raises AuthenticationFailed for a key that is nobody's."""
        header = request.META.get("HTTP_AUTHORIZATION")
        if header is None:
            return None
        address = caller_address(request.META)
        if signed := _signed_request(request, header):
            return _signer(request, signed, address=address), None
        bearer = _BEARER.fullmatch(header)
        if bearer is None:
            raise budgets.charge_failure(request, AuthenticationFailed(_MALFORMED, "invalid_key"))
        actor = sign_in.with_key(bearer[1], door=DOOR, address=address)
        if actor is None:
            raise budgets.charge_failure(request, AuthenticationFailed(_UNKNOWN_KEY, "invalid_key"))
        return actor, None

    def authenticate_header(self, request: Request) -> str:
        """What WWW-Authenticate says in a 401."""
        return "Bearer"


def _signer(request: Request, signed: SignedRequest, *, address: str) -> Actor:
    try:
        return signatures.take(signed, door=DOOR, address=address)
    except SignatureRefused as error:
        raise budgets.charge_failure(request, AuthenticationFailed(error.detail, error.code)) from None


def _signed_request(request: Request, header: str) -> SignedRequest | None:
    query = request.META.get("QUERY_STRING", "")
    body = request._request.body if header.startswith(signing.SCHEME) else b""
    return signing.signed_request(header, method=request.method or "", path=request.path, query=query, body=body)
