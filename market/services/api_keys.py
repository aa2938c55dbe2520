"""Issuing API keys that reach some of one's accounts. Whose accounts they are is known here, the rest to access."""

from access.errors import InvalidKeyTerms
from access.records import Actor, IssuedKey, KeyTerms
from access.services import api_keys
from market.selectors import accounts


def issue(*, actor: Actor, name: str, terms: KeyTerms) -> IssuedKey:
    """Make a key for the actor; the returned secret cannot be read again later.

    Raises InvalidKeyTerms, also for an account that is absent or not the actor's, and NotPermitted.
    """
    own = {account.number for account in accounts.of_actor(actor)}
    foreign = sorted((terms.accounts or frozenset()) - own)
    if foreign:
        raise InvalidKeyTerms(f"You have no account {foreign[0]}.", field="accounts")
    return api_keys.issue(actor=actor, name=name, terms=terms)
