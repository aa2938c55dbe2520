"""Who has come in, and whether they are still welcome: asked again before every command."""

from dataclasses import dataclass

from access.records import Actor
from access.selectors import ssh_keys, users
from access.services import sign_in

DOOR = "ssh"


@dataclass(frozen=True)
class Guest:
    """Somebody who has proved who they are: by a key, or in the demo by a password."""

    username: str
    user_id: int
    address: str
    key_blob: bytes | None

    def actor(self) -> Actor | None:
        """The guest as an actor; None once the key is revoked, the user inactive or no operator any more."""
        if self.key_blob is not None:
            return ssh_keys.holder_of(self.key_blob, username=self.username, door=DOOR, address=self.address)
        return _operating(users.actor_of(self.user_id, door=DOOR, address=self.address))


def with_key(blob: bytes, *, username: str, address: str) -> Guest | None:
    """The operator of this name, if the key with these bytes is theirs."""
    actor = ssh_keys.holder_of(blob, username=username, door=DOOR, address=address)
    return None if actor is None else Guest(actor.username, actor.user_id, address, blob)


def with_password(password: str, *, username: str, address: str) -> Guest | None:
    """The operator of this name, if the password is theirs."""
    found = sign_in.with_password(username=username, password=password, door=DOOR, address=address)
    actor = _operating(found)
    return None if actor is None else Guest(actor.username, actor.user_id, address, None)


def _operating(actor: Actor | None) -> Actor | None:
    return actor if actor is not None and actor.role.may_operate else None
