"""Who is at the gRPC door: the holder of the key that the `authorization` metadata shows or signs with; nobody else."""

import re
import time
from collections import OrderedDict
from contextvars import ContextVar
from dataclasses import dataclass, field
from math import inf
from typing import Any, NamedTuple
from urllib.parse import unquote

from access import signing
from access.errors import SignatureRefused
from access.records import Actor
from access.selectors import api_keys
from access.services import sign_in, signatures
from access.signing import SignedRequest
from grpc_api import budgets
from grpc_api.database import in_database
from vocabulary import limits

DOOR = "grpc"
UNKNOWN_KEY = "The API key is unknown, revoked, expired or not for use from here."
_BEARER = re.compile(r"[Bb]earer +([\x21-\x7e]{1,200})")
_COMMON_NAME = "x509_common_name"


class Unauthenticated(Exception):
    """Nobody that the exchange knows is calling."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


class ForeignCertificate(Exception):
    """The connection's certificate is somebody else's than the key."""


class Peer(NamedTuple):
    """The other end of a connection: its address, and the names in its certificate if it showed one."""

    address: str
    certificate_names: frozenset[str] | None


@dataclass(frozen=True)
class Caller:
    """Who calls, for as long as the call lasts: by a key itself, or by a signature of the one that ``prefix`` names."""

    actor: Actor
    peer: Peer
    secret: str = field(default="", repr=False)
    prefix: str = ""

    async def check_again(self) -> None:
        """Raises Unauthenticated when the key has been revoked, or its holder shut out, since it was looked at."""
        if self.secret:
            await _holder_of(self.secret, peer=self.peer)
        elif await in_database(api_keys.holder_by_prefix, self.prefix, door=DOOR, address=self.peer.address) is None:
            raise Unauthenticated("invalid_key", UNKNOWN_KEY)


class _Known:
    """Callers who were let in a moment ago: a revoked key is refused within GRPC_KEY_KNOWN_MS."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, Peer], tuple[float, Caller]] = OrderedDict()

    def get(self, secret: str, *, peer: Peer) -> Caller | None:
        """The caller, if it was let in so recently."""
        kept_at, found = self._kept.get((secret, peer), (-inf, None))
        return found if time.monotonic() - kept_at < limits.GRPC_KEY_KNOWN_MS / 1000 else None

    def keep(self, caller: Caller) -> Caller:
        """Remember a caller who has just been let in."""
        self._kept.pop((caller.secret, caller.peer), None)
        self._kept[caller.secret, caller.peer] = time.monotonic(), caller
        if len(self._kept) > limits.GRPC_KEYS_KNOWN_MAX:
            self._kept.popitem(last=False)
        return caller


_known = _Known()
_caller: ContextVar[Caller] = ContextVar("grpc_caller")
_address: ContextVar[str] = ContextVar("grpc_caller_address")


def caller() -> Caller:
    """Who makes the call that is being answered. The gate has let them in."""
    return _caller.get()


def actor() -> Actor:
    """The actor who makes the call that is being answered."""
    return _caller.get().actor


def caller_address() -> str:
    """Where the call that is being answered comes from, whether or not it is known who makes it."""
    return _address.get()


def note_address(context: Any) -> None:
    """Remember for this call where it comes from."""
    _address.set(address_of(context.peer()))


async def identify(context: Any, *, method: str, data: Any) -> Caller:
    """Find out who is calling, and remember it for this call. Raises Unauthenticated, ForeignCertificate.

    ``method`` and ``data``, the bytes of a single request, are what a signature is of.
    """
    values = [value for name, value in context.invocation_metadata() or () if name == "authorization"]
    if not values:
        raise Unauthenticated("not_authenticated", "Send an API key as the metadata 'authorization: Bearer KEY'.")
    peer = _peer_of(context)
    header = values[0] if len(values) == 1 else ""
    body = data if isinstance(data, bytes) else b""
    if signed := signing.signed_request(header, method="POST", path=method, body=body):
        found = Caller(await _signer_of(signed, peer=peer), peer, prefix=signed.prefix)
    else:
        found = await _shown(header, peer=peer)
    if peer.certificate_names is not None and found.actor.username not in peer.certificate_names:
        raise ForeignCertificate
    _caller.set(found)
    return found


async def _shown(header: str, *, peer: Peer) -> Caller:
    bearer = _BEARER.fullmatch(header)
    if bearer is None:
        detail = f"The authorization metadata is neither one 'Bearer KEY' nor one '{signing.SCHEME} key=PREFIX, ...'."
        raise Unauthenticated("invalid_key", detail)
    known = _known.get(bearer[1], peer=peer)
    return known or _known.keep(Caller(await _holder_of(bearer[1], peer=peer), peer, bearer[1]))


async def _signer_of(signed: SignedRequest, *, peer: Peer) -> Actor:
    try:
        return await in_database(signatures.take, signed, door=DOOR, address=peer.address)
    except SignatureRefused as error:
        await budgets.charge(budgets.FAILING, actor=None, address=peer.address)
        raise Unauthenticated(error.code, error.detail) from error


async def _holder_of(secret: str, *, peer: Peer) -> Actor:
    holder = await in_database(sign_in.with_key, secret, door=DOOR, address=peer.address)
    if holder is None:
        await budgets.charge(budgets.FAILING, actor=None, address=peer.address)
        raise Unauthenticated("invalid_key", UNKNOWN_KEY)
    return holder


def _peer_of(context: Any) -> Peer:
    identities = context.peer_identities()
    names = context.auth_context().get(_COMMON_NAME, []) if identities else []
    certificate_names = frozenset(name.decode() for name in (*names, *identities)) if identities else None
    return Peer(address_of(context.peer()), certificate_names)


def address_of(peer: str) -> str:
    """The host in gRPC's name of a peer, such as ``ipv4:127.0.0.1:5000`` or ``ipv6:%5B::1%5D:5000``."""
    return unquote(peer).partition(":")[2].rpartition(":")[0].strip("[]")
