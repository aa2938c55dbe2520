"""What a person may do on the exchange."""

from enum import Flag, StrEnum


class Role(StrEnum):
    """A user's role. Each holds the rights of those before it."""

    TRADER = "TRADER"
    OPERATOR = "OPERATOR"
    STAFF = "STAFF"

    @property
    def may_operate(self) -> bool:
        """Whether this role may halt and resume instruments and list new ones."""
        return self in (Role.OPERATOR, Role.STAFF)


class KeyScope(Flag):
    """What an API key may be used for, within what its holder may do. Every key may read."""

    READ = 1
    TRADE = 2
    ADMIN = 4


def widest_scopes(role: Role) -> KeyScope:
    """The scopes that a key of somebody with this role can have."""
    trading = KeyScope.READ | KeyScope.TRADE
    return trading | KeyScope.ADMIN if role.may_operate else trading


class AccountKind(StrEnum):
    """How an account is funded.

    A CASH account spends and sells only what it has. A MARGIN account may borrow and go short, as far as its equity
    covers the margin. A HOUSE account belongs to the exchange's own market makers and simulated traders: it may go
    short and is held by limits on positions and open orders instead of by its cash.
    """

    CASH = "CASH"
    MARGIN = "MARGIN"
    HOUSE = "HOUSE"
