"""API keys: shown once, kept as a digest, gone when revoked."""

from datetime import timedelta

import pytest
from django.utils import timezone

from access.errors import AccessError
from access.models import ApiKey, User
from access.selectors import api_keys as key_selectors
from access.services import api_keys


def holder(secret: str):
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
