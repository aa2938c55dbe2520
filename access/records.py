"""Frozen records that access hands out."""

from dataclasses import dataclass
from datetime import datetime

from vocabulary.roles import KeyScope, Role


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a user as a door has authenticated them, and the way they came.

    Who came with an API key has the rights that the key leaves them: a role no higher than its scopes, ``may_trade``,
    and of their accounts those in ``accounts``, or all for None. ``is_guest`` is whether they have no sign-in of their
    own yet, as far as the way tells.
    """

    user_id: int
    username: str
    role: Role
    door: str
    address: str = ""
    key_id: int | None = None
    may_trade: bool = True
    accounts: frozenset[str] | None = None
    is_guest: bool = False

    @property
    def is_authenticated(self) -> bool:
        """Always true: an Actor exists only after authentication. Frameworks ask for it."""
        return True

    @property
    def pk(self) -> int:
        """The user's id, under the name that frameworks ask for."""
        return self.user_id


@dataclass(frozen=True, slots=True)
class KeyTerms:
    """What an API key is for: its scopes, the accounts it reaches, when it ends and the networks it is used from.

    None for accounts reaches all that its holder may trade, None for an end is never; no addresses are all of them.
    """

    scopes: KeyScope
    accounts: frozenset[str] | None = None
    expires_at: datetime | None = None
    addresses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """An API key in force as its holder sees it. ``prefix`` is the part of the secret that is kept, and names it."""

    key_id: int
    name: str
    prefix: str
    terms: KeyTerms
    created_at: datetime
    last_used_at: datetime | None
    last_address: str


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """A new API key. ``secret``, and ``signing_secret`` to sign requests with instead, are shown this once."""

    key_id: int
    name: str
    prefix: str
    secret: str
    signing_secret: str


@dataclass(frozen=True, slots=True)
class RegisteredKey:
    """The public key of an operator, as it was registered."""

    key_id: int
    username: str
    name: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class AuditRecord:
    """One line of the audit log."""

    happened_at: datetime
    actor_name: str
    door: str
    address: str
    action: str
    subject: str
    detail: dict[str, object]


@dataclass(frozen=True, slots=True)
class AuditHeadRecord:
    """Where the audit log ended at some moment: its number of entries, the last one's id and digest."""

    entries: int
    entry_id: int
    digest: bytes


@dataclass(frozen=True, slots=True)
class AuditLogVerdict:
    """What verifying the audit log found: how many entries were looked at, and each break, in words."""

    entries: int
    faults: tuple[str, ...]
