"""API keys: shown once, kept as a digest, gone when revoked."""

from datetime import UTC, datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any

import pytest
from django.utils import timezone

from access.errors import AccessError, InvalidKeyTerms, NotPermitted
from access.models import ApiKey, AuditEntry, User
from access.records import Actor, KeyTerms
from access.selectors import api_keys as key_selectors
from access.services import api_keys, sign_in
from vocabulary import limits
from vocabulary.roles import KeyScope, Role


def holder(secret: str) -> Actor | None:
    return key_selectors.holder_of(secret, door="rest", address="127.0.0.1")


def test_a_key_names_its_holder(market):
    key = api_keys.issue(actor=market.trader, name="bot")
    found = holder(key.secret)
    assert (found.username, found.role, found.door) == ("tim", "TRADER", "rest")


def test_only_a_digest_of_the_secret_is_kept(market):
    key = api_keys.issue(actor=market.trader, name="bot")
    row = ApiKey.objects.get(pk=key.key_id)
    kept = f"{row.prefix}{row.name}{bytes(row.secret_digest).hex()}"
    assert key.secret not in kept
    assert key.secret[len(row.prefix) :] not in kept
    assert len(key.secret) >= 43


@pytest.mark.parametrize("secret", ["", "mk_", "mk_unknown", "x" * 10_000, "mk_\x00", "ключ"])
def test_an_unknown_key_has_no_holder(market, secret):
    assert holder(secret) is None


def test_a_key_with_the_right_prefix_and_a_wrong_rest_has_no_holder(market):
    key = api_keys.issue(actor=market.trader, name="bot")
    assert holder(key.secret[:-1] + ("A" if key.secret[-1] != "A" else "B")) is None


def test_a_revoked_key_has_no_holder_and_the_act_is_audited(market):
    key = api_keys.issue(actor=market.trader, name="bot")
    api_keys.revoke(actor=market.trader, key_id=key.key_id)
    assert holder(key.secret) is None


def test_nobody_revokes_somebody_elses_key(market):
    key = api_keys.issue(actor=market.trader, name="bot")
    with pytest.raises(AccessError):
        api_keys.revoke(actor=market.operator, key_id=key.key_id)
    assert holder(key.secret) is not None


def test_an_expired_key_has_no_holder(market):
    key = api_keys.issue(actor=market.trader, name="bot")
    ApiKey.objects.filter(pk=key.key_id).update(expires_at=timezone.now() - timedelta(seconds=1))
    assert holder(key.secret) is None


def test_the_key_of_a_disabled_user_has_no_holder(market):
    key = api_keys.issue(actor=market.trader, name="bot")
    User.objects.filter(username="tim").update(is_active=False)
    assert holder(key.secret) is None


def terms(*scopes: KeyScope, **others) -> KeyTerms:
    """Terms with READ and these scopes."""
    return KeyTerms(scopes=reduce(or_, scopes, KeyScope.READ), **others)


def issued(actor, **wanted) -> Actor | None:
    """Who comes in with a new key of these terms."""
    scopes = wanted.pop("scopes", ())
    return holder(api_keys.issue(actor=actor, name="bot", terms=terms(*scopes, **wanted)).secret)


def test_a_key_without_the_scope_admin_operates_nothing(market):
    assert issued(market.operator, scopes=[KeyScope.TRADE]).role is Role.TRADER
    assert issued(market.operator, scopes=[KeyScope.ADMIN]).role is Role.OPERATOR


def test_a_key_without_the_scope_trade_may_not_trade(market):
    assert issued(market.trader).may_trade is False
    assert issued(market.trader, scopes=[KeyScope.TRADE]).may_trade is True


def test_a_key_is_good_for_its_networks_alone(market):
    key = api_keys.issue(actor=market.trader, name="bot", terms=terms(addresses=("192.0.2.0/24", "2001:db8::1")))
    came = {
        address: key_selectors.holder_of(key.secret, door="rest", address=address) is not None
        for address in ("192.0.2.9", "::ffff:192.0.2.9", "2001:db8::1", "192.0.3.9", "2001:db8::2", "", "nowhere")
    }
    assert [address for address, is_in in came.items() if is_in] == ["192.0.2.9", "::ffff:192.0.2.9", "2001:db8::1"]


def test_a_key_says_when_and_from_where_it_was_last_used_about_once_a_minute(market):
    key = api_keys.issue(actor=market.trader, name="bot")
    sign_in.with_key(key.secret, door="rest", address="192.0.2.1")
    sign_in.with_key(key.secret, door="rest", address="192.0.2.2")
    record = key_selectors.of_actor(market.trader)[0]
    assert (record.last_address, record.last_used_at is None) == ("192.0.2.1", False)
    ApiKey.objects.update(last_used_at=timezone.now() - timedelta(minutes=2))
    sign_in.with_key(key.secret, door="rest", address="192.0.2.2")
    assert key_selectors.of_actor(market.trader)[0].last_address == "192.0.2.2"


def test_keys_are_listed_while_they_are_in_force(market):
    kept = api_keys.issue(actor=market.trader, name="kept")
    gone = api_keys.issue(actor=market.trader, name="gone")
    api_keys.revoke(actor=market.trader, key_id=gone.key_id)
    assert [record.key_id for record in key_selectors.of_actor(market.trader)] == [kept.key_id]
    assert key_selectors.of_actor(market.operator) == []


FAULTS: dict[str, tuple[str, dict[str, Any]]] = {
    "no name": ("name", {"name": "  "}),
    "a name of two lines": ("name", {"name": "a\nb"}),
    "scopes without READ": ("scopes", {"terms": KeyTerms(scopes=KeyScope.TRADE)}),
    "a trader's ADMIN": ("scopes", {"terms": terms(KeyScope.ADMIN)}),
    "no account": ("accounts", {"terms": terms(accounts=frozenset())}),
    "an end in the past": ("expires_at", {"terms": terms(expires_at=datetime(2020, 1, 1, tzinfo=UTC))}),
    "an address that is none": ("addresses", {"terms": terms(addresses=("here",))}),
    "a network with a host": ("addresses", {"terms": terms(addresses=("192.0.2.7/24",))}),
    "too many networks": ("addresses", {"terms": terms(addresses=("192.0.2.7",) * 21)}),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_key_that_makes_no_sense_is_not_issued(market, fault):
    field, wanted = FAULTS[fault]
    with pytest.raises(InvalidKeyTerms) as raised:
        api_keys.issue(**{"actor": market.trader, "name": "bot", **wanted})
    assert raised.value.field == field
    assert ApiKey.objects.count() == 0


def test_a_key_issues_none_that_may_more_than_itself(market):
    soon = timezone.now() + timedelta(days=1)
    limited: dict[str, Any] = {"accounts": frozenset({"A1"}), "expires_at": soon, "addresses": ("192.0.2.0/24",)}
    key = api_keys.issue(actor=market.trader, name="limited", terms=terms(KeyScope.TRADE, **limited))
    caller = key_selectors.holder_of(key.secret, door="rest", address="192.0.2.1")
    wider_terms: dict[str, dict[str, Any]] = {
        "accounts": {"accounts": None},
        "expires_at": {"expires_at": None},
        "addresses": {"addresses": ("0.0.0.0/0",)},
    }
    for field, wider in wider_terms.items():
        with pytest.raises(InvalidKeyTerms) as raised:
            api_keys.issue(actor=caller, name="wider", terms=terms(**{**limited, **wider}))
        assert raised.value.field == field
    narrower = api_keys.issue(actor=caller, name="narrower", terms=terms(**{**limited, "addresses": ("192.0.2.7",)}))
    assert key_selectors.holder_of(narrower.secret, door="rest", address="192.0.2.7").accounts == frozenset({"A1"})


def test_a_key_that_may_only_read_neither_issues_nor_revokes_keys(market):
    reader = issued(market.trader)
    with pytest.raises(NotPermitted):
        api_keys.issue(actor=reader, name="more")
    with pytest.raises(NotPermitted):
        api_keys.revoke(actor=reader, key_id=reader.key_id)


def test_nobody_has_more_keys_than_anybody_may(market, monkeypatch):
    monkeypatch.setattr(limits, "API_KEYS_PER_USER_MAX", 2)
    for name in ("one", "two"):
        api_keys.issue(actor=market.trader, name=name)
    with pytest.raises(InvalidKeyTerms):
        api_keys.issue(actor=market.trader, name="three")


def test_issue_and_revocation_are_audited_without_the_secret(market):
    key = api_keys.issue(actor=market.trader, name="bot", terms=terms(accounts=frozenset({"A1"})))
    api_keys.revoke(actor=market.trader, key_id=key.key_id)
    entries = list(AuditEntry.objects.filter(action__startswith="api_key.").order_by("id"))
    assert [entry.action for entry in entries] == ["api_key.issue", "api_key.revoke"]
    assert entries[0].detail["accounts"] == ["A1"]
    assert all(key.secret not in f"{entry.subject}{entry.detail}" for entry in entries)
