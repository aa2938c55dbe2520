"""Whose accounts are whose: those granted to a user, as far as the key reaches that they came with.

Every reading and every lock of "the actor's accounts" goes through here, so that no door and no selector can forget
that a key may reach fewer accounts than its holder.
"""

from typing import Any

from django.db.models import Q

from access.records import Actor
from market.errors import NotPermitted

REACHED = "(%(reach)s::text[] IS NULL OR a.number = ANY(%(reach)s::text[]))"
GRANTED = f"g.user_id = %(user_id)s AND {REACHED}"
"""The same in SQL, where ``g`` is the grant and ``a`` the account; its parameters are those of ``parameters``."""


def reached_by(actor: Actor, *, through: str = "") -> Q:
    """The condition that an account is one of the actor's, or a row's when it is found ``through`` a relation."""
    granted = Q(**{f"{through}grants__user_id": actor.user_id})
    return granted if actor.accounts is None else granted & Q(**{f"{through}number__in": actor.accounts})


def parameters(actor: Actor) -> dict[str, Any]:
    """What GRANTED asks for."""
    return {"user_id": actor.user_id, "reach": None if actor.accounts is None else sorted(actor.accounts)}


def check_may_trade(actor: Actor) -> None:
    """Raises NotPermitted for somebody who came with a key that may only read."""
    if not actor.may_trade:
        raise NotPermitted("This API key may only read; its scopes lack TRADE.", code="scope_missing")
