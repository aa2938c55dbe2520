"""Issuing and revoking API keys."""

import secrets
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from access.errors import InvalidKeyTerms, NotFound, NotPermitted
from access.models import ApiKey, User
from access.models.api_key import API_KEY_PREFIX_LENGTH, digest_of
from access.networks import are_within, network
from access.records import Actor, IssuedKey, KeyTerms
from access.services import audit
from access.signing import signing_secret
from vocabulary import limits
from vocabulary.roles import KeyScope, widest_scopes

SECRET_BYTES = 32
NOTED_EVERY = timedelta(seconds=limits.API_KEY_USE_NOTED_EVERY_S)
ONLY_TRADING_KEYS = "A key that may only read neither issues nor revokes keys."


def issue(*, actor: Actor, name: str, terms: KeyTerms | None = None) -> IssuedKey:
    """Make a key for the actor, with all the rights that they have unless ``terms`` leave it fewer.

    The returned secret cannot be read again later. Whoever came with a key gets none that may more than it. Raises
    NotPermitted, or InvalidKeyTerms with the field at fault. Whose the accounts are is for the market to check.
    """
    if not actor.may_trade:
        raise NotPermitted(ONLY_TRADING_KEYS)
    wanted = terms or KeyTerms(scopes=widest_scopes(actor.role), accounts=actor.accounts)
    _check(wanted, name=name, actor=actor)
    secret = f"mk_{secrets.token_urlsafe(SECRET_BYTES)}"
    digest = digest_of(secret)
    with transaction.atomic():
        _check_room(actor)
        if actor.key_id is not None:
            _check_within(wanted, ApiKey.objects.get(pk=actor.key_id).terms)
        key = ApiKey.objects.create(
            user_id=actor.user_id,
            name=name,
            prefix=secret[:API_KEY_PREFIX_LENGTH],
            secret_digest=digest,
            scopes=wanted.scopes.value,
            accounts=None if wanted.accounts is None else sorted(wanted.accounts),
            addresses=list(wanted.addresses),
            expires_at=wanted.expires_at,
        )
        audit.record(actor=actor, action="api_key.issue", subject=key.prefix, detail=_said(name, wanted))
    return IssuedKey(
        key_id=key.pk,
        name=name,
        prefix=key.prefix,
        secret=secret,
        signing_secret=signing_secret(prefix=key.prefix, secret_digest=digest),
    )


def revoke(*, actor: Actor, key_id: int) -> None:
    """Revoke one of the actor's keys at once. Raises NotPermitted, or NotFound when the actor has no such key."""
    if not actor.may_trade:
        raise NotPermitted(ONLY_TRADING_KEYS)
    with transaction.atomic():
        key = ApiKey.objects.select_for_update().filter(pk=key_id, user_id=actor.user_id, revoked_at=None).first()
        if key is None:
            raise NotFound("You have no such key.", field="key_id")
        ApiKey.objects.filter(pk=key.pk).update(revoked_at=timezone.now())
        audit.record(actor=actor, action="api_key.revoke", subject=key.prefix, detail={"name": key.name})


def note_use(key: ApiKey, *, address: str) -> None:
    """Write down that a key is used, about once a minute, so that reading with it costs no write each time."""
    now = timezone.now()
    if key.last_used_at is None or now - key.last_used_at >= NOTED_EVERY:
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=now, last_address=address)


def _check(terms: KeyTerms, *, name: str, actor: Actor) -> None:
    if not name.strip() or not name.isprintable() or len(name) > limits.API_KEY_NAME_LENGTH_MAX:
        detail = f"name must be 1 to {limits.API_KEY_NAME_LENGTH_MAX} printable characters."
        raise InvalidKeyTerms(detail, field="name")
    if KeyScope.READ not in terms.scopes:
        raise InvalidKeyTerms("scopes must hold READ; TRADE and ADMIN come on top of it.", field="scopes")
    if terms.scopes & ~widest_scopes(actor.role):
        raise InvalidKeyTerms("The scope ADMIN is for operators.", field="scopes")
    if terms.accounts is not None and not terms.accounts:
        raise InvalidKeyTerms("accounts must name one at least; leave it out for all.", field="accounts")
    if terms.expires_at is not None and terms.expires_at <= timezone.now():
        raise InvalidKeyTerms("expires_at must lie in the future.", field="expires_at")
    if len(terms.addresses) > limits.API_KEY_NETWORKS_MAX:
        detail = f"addresses may hold {limits.API_KEY_NETWORKS_MAX} networks at most."
        raise InvalidKeyTerms(detail, field="addresses")
    for text in terms.addresses:
        if network(text) is None:
            detail = "addresses must be addresses or networks such as 192.0.2.7 or 192.0.2.0/24."
            raise InvalidKeyTerms(detail, field="addresses")


def _check_room(actor: Actor) -> None:
    """Lock the user, so that two requests at once do not both find the last place free."""
    User.objects.select_for_update(no_key=True).get(pk=actor.user_id)
    if ApiKey.objects.filter(user_id=actor.user_id, revoked_at=None).count() >= limits.API_KEYS_PER_USER_MAX:
        detail = f"You have {limits.API_KEYS_PER_USER_MAX} keys, as many as anybody may; revoke one."
        raise InvalidKeyTerms(detail, field="name")


def _check_within(wanted: KeyTerms, own: KeyTerms) -> None:
    """Refuse a key that may more than the one it is asked for with."""
    if wanted.scopes & ~own.scopes:
        raise InvalidKeyTerms("A key issues none with scopes that it lacks.", field="scopes")
    if own.accounts is not None and (wanted.accounts is None or not wanted.accounts <= own.accounts):
        raise InvalidKeyTerms("A key issues none that reaches accounts it does not.", field="accounts")
    if own.expires_at is not None and (wanted.expires_at is None or wanted.expires_at > own.expires_at):
        raise InvalidKeyTerms("A key issues none that outlives it.", field="expires_at")
    if own.addresses and (not wanted.addresses or not are_within(wanted.addresses, own.addresses)):
        raise InvalidKeyTerms("A key issues none for addresses that it is not used from.", field="addresses")


def _said(name: str, terms: KeyTerms) -> dict[str, object]:
    """What the audit log keeps of a key."""
    return {
        "name": name,
        "scopes": [scope.name for scope in terms.scopes],
        "accounts": None if terms.accounts is None else sorted(terms.accounts),
        "addresses": list(terms.addresses),
        "expires_at": None if terms.expires_at is None else terms.expires_at.isoformat(),
    }
