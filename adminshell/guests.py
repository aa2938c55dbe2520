"""Who has come in, and whether they are still welcome: asked again before every command."""

from collections import OrderedDict
from dataclasses import dataclass

from access.records import Actor
from access.selectors import ssh_keys, users
from access.services import sign_in
from vocabulary import limits

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
    if actor is None:
        _seen_before.pop((username, blob), None)
        return None
    _remember(actor, blob=blob)
    return Guest(actor.username, actor.user_id, address, blob)


def seen_before(blob: bytes, *, username: str, address: str) -> Guest | None:
    """The holder of a key that was theirs when the database was last asked.

    Such a guest can do nothing that the database is not asked for first; but they can be told that it is away.
    """
    user_id = _seen_before.get((username, blob))
    return None if user_id is None else Guest(username, user_id, address, blob)


def with_password(password: str, *, username: str, address: str) -> Guest | None:
    """The operator of this name, if the password is theirs."""
    found = sign_in.with_password(username=username, password=password, door=DOOR, address=address)
    actor = _operating(found)
    return None if actor is None else Guest(actor.username, actor.user_id, address, None)


_seen_before: OrderedDict[tuple[str, bytes], int] = OrderedDict()


def _remember(actor: Actor, *, blob: bytes) -> None:
    _seen_before[actor.username, blob] = actor.user_id
    if len(_seen_before) > limits.SSH_KEYS_SEEN_MAX:
        _seen_before.popitem(last=False)


def _operating(actor: Actor | None) -> Actor | None:
    return actor if actor is not None and actor.role.may_operate else None
