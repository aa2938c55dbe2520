"""Frozen records that access hands out."""

from dataclasses import dataclass
from datetime import datetime

from vocabulary.roles import Role


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: a user as a door has authenticated them, and the way they came."""

    user_id: int
    username: str
    role: Role
    door: str
    address: str = ""

    @property
    def is_authenticated(self) -> bool:
        """Always true: an Actor exists only after authentication. Frameworks ask for it."""
        return True

    @property
    def pk(self) -> int:
        """The user's id, under the name that frameworks ask for."""
        return self.user_id


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """A new API key. ``secret`` is shown this once and is not kept."""

    key_id: int
    name: str
    secret: str


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
