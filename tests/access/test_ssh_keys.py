"""Which public keys are taken, from whom, and who comes in with them."""

import base64

import pytest

from access import public_keys
from access.errors import AccessError, InvalidKey, NotPermitted
from access.selectors import audit
from access.selectors import ssh_keys as ssh_key_selectors
from access.services import ssh_keys
from tests.market_place import MarketPlace

ED25519 = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEDCA/iv/V+/1tBnoV3omxJ0UlVnLPnToxCQFFscUGnX"
FINGERPRINT = "SHA256:bY8Nh/lt0NeN6qz+B9P2YpCijbesCUW9G7aEuwI+PCE"


def written(*parts: bytes) -> str:
    """A key made of these parts, as a line."""
    blob = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
    return f"{parts[0].decode()} {base64.b64encode(blob).decode()}"


def rsa(bits: int) -> str:
    return written(b"ssh-rsa", b"\x01\x00\x01", (1 << (bits - 1)).to_bytes(bits // 8 + 1, "big"))


def holder(market: MarketPlace, *, username: str = "olivia"):
    blob = base64.b64decode(ED25519.split()[1])
    return ssh_key_selectors.holder_of(blob, username=username, door="ssh", address="192.0.2.1")


def test_a_key_has_the_fingerprint_that_openssh_shows():
    key = public_keys.read(f"  {ED25519} ada@laptop at home\n")
    assert key == (ED25519, FINGERPRINT, "ada@laptop at home")


def test_rsa_is_taken_from_3072_bits_on():
    assert public_keys.read(rsa(3072)).line == rsa(3072)
    with pytest.raises(InvalidKey, match="at least 3072 bits; this one has 2048"):
        public_keys.read(rsa(2048))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ssh-ed25519",
        "ssh-ed25519 !!!!",
        ED25519[:-4],
        f"{ED25519}\n{ED25519}",
        ED25519.replace("ssh-ed25519 ", "ssh-rsa "),
        written(b"ssh-dss", b"x"),
        written(b"ecdsa-sha2-nistp256", b"nistp256", b"x" * 65),
        'command="sh" ' + ED25519,
        "ssh-ed25519 AAAA" + "A" * 9000,
        "-----BEGIN OPENSSH " + "PRIVATE KEY-----",
    ],
)
def test_what_is_no_good_public_key_is_refused(text: str):
    with pytest.raises(InvalidKey):
        public_keys.read(text)


def test_a_registered_key_leads_to_its_operator_until_it_is_revoked(market: MarketPlace):
    key = ssh_keys.add(username="olivia", public_key=f"{ED25519} laptop", actor=market.staff)

    assert (key.name, key.fingerprint) == ("laptop", FINGERPRINT)
    assert holder(market).username == "olivia"
    assert holder(market, username="stella") is None
    assert ssh_key_selectors.is_known(ED25519)

    ssh_keys.revoke(FINGERPRINT, actor=market.operator)
    assert holder(market) is None
    assert ssh_key_selectors.is_known(ED25519)
    with pytest.raises(AccessError, match="no such key in force"):
        ssh_keys.revoke(FINGERPRINT, actor=market.operator)
    assert [(entry.action, entry.actor_name, entry.subject) for entry in audit.newest(count=2)] == [
        ("ssh_key.revoke", "olivia", FINGERPRINT),
        ("ssh_key.add", "stella", FINGERPRINT),
    ]


def test_a_key_is_registered_once_whoever_asks(market: MarketPlace):
    ssh_keys.add(username="olivia", public_key=ED25519)
    for username in ("olivia", "stella"):
        with pytest.raises(InvalidKey, match="is registered already"):
            ssh_keys.add(username=username, public_key=ED25519)
    ssh_keys.revoke(FINGERPRINT)
    with pytest.raises(InvalidKey, match="was revoked"):
        ssh_keys.add(username="olivia", public_key=ED25519)


def test_traders_neither_hold_nor_register_nor_revoke_keys(market: MarketPlace):
    with pytest.raises(InvalidKey, match="no operator named tim"):
        ssh_keys.add(username="tim", public_key=ED25519)
    with pytest.raises(NotPermitted):
        ssh_keys.add(username="olivia", public_key=ED25519, actor=market.trader)
    ssh_keys.add(username="olivia", public_key=ED25519)
    with pytest.raises(NotPermitted):
        ssh_keys.revoke(FINGERPRINT, actor=market.trader)
    assert holder(market).username == "olivia"


def test_staff_register_and_revoke_a_key_on_the_admin_page(market: MarketPlace, client):
    client.force_login(ssh_keys.User.objects.get(username="stella"))
    address = "/admin/access/sshkey/"
    olivia = str(market.operator.user_id)

    refused = client.post(f"{address}add/", {"user": olivia, "name": "x", "public_key": "nonsense"})
    assert "This is not one line of the kind that stands in a .pub file." in refused.content.decode()
    refused = client.post(f"{address}add/", {"user": str(market.trader.user_id), "name": "x", "public_key": ED25519})
    assert "There is no operator named tim." in refused.content.decode()

    added = client.post(f"{address}add/", {"user": olivia, "name": "desk", "public_key": ED25519})
    assert added.status_code == 302
    assert holder(market).username == "olivia"

    key = ssh_keys.SshKey.objects.get()
    assert client.get(f"{address}{key.pk}/change/").status_code == 200
    client.post(address, {"action": "revoke", "_selected_action": [str(key.pk)]})
    assert holder(market) is None
    assert [entry.door for entry in audit.newest(count=2)] == ["admin", "admin"]
