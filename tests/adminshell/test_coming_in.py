"""Who comes in and who does not, and what a client may ask for once it is in."""

import socket
import subprocess
from collections.abc import Callable

import paramiko
import pytest

from access.models import User
from access.selectors import audit
from access.services import ssh_keys, users
from access.services.ssh_keys import SshKey
from adminshell import algorithms
from adminshell.interface import OperatorsOnly
from adminshell.waiting_room import Doorkeeper
from market.selectors import instruments
from tests.adminshell.conftest import HOST, Door, KeyPair, commands_in_audit, wait_until
from tests.market_place import PASSWORD, MarketPlace
from vocabulary.phases import TradingPhase
from vocabulary.roles import Role

DENIED = "Permission denied (publickey).\n"


def refused(done: "subprocess.CompletedProcess[str]") -> None:
    """What every stranger gets, whatever is wrong with them; and nothing has happened."""
    assert (done.returncode, done.stdout) == (255, "")
    assert done.stderr.endswith(DENIED)
    assert commands_in_audit() == []
    assert instruments.by_symbol("ACME").phase is TradingPhase.CONTINUOUS


def test_an_unknown_key_is_refused(door: Door, strange_key: KeyPair):
    refused(door.ssh("halt", key=strange_key))


def test_the_right_key_under_another_name_is_refused(door: Door):
    for user in ("stella", "tim", "nobody-here", "Olivia", "x" * 200):
        refused(door.ssh("halt", user=user))


def test_a_revoked_key_is_refused_and_cannot_be_registered_again(door: Door, market: MarketPlace):
    assert door.ssh("exit").returncode == 0
    ssh_keys.revoke(SshKey.objects.get().fingerprint, actor=market.operator)

    done = door.ssh("halt")

    assert (done.returncode, done.stderr[-len(DENIED) :]) == (255, DENIED)
    with pytest.raises(ssh_keys.InvalidKey):
        ssh_keys.add(username="olivia", public_key=door.key.public)


def test_an_operator_who_becomes_a_trader_or_inactive_is_refused(door: Door):
    User.objects.filter(username="olivia").update(role=Role.TRADER)
    refused(door.ssh("halt"))

    User.objects.filter(username="olivia").update(role=Role.OPERATOR, is_active=False)
    refused(door.ssh("halt"))


def test_a_session_ends_with_the_key_that_opened_it(door: Door):
    with door.paramiko_client() as transport:
        channel = transport.open_session()
        channel.get_pty(width=80, height=24)
        channel.invoke_shell()
        wait_until(channel.recv_ready)
        ssh_keys.revoke(SshKey.objects.get().fingerprint)
        channel.send(b"halt\r")
        assert channel.recv_exit_status() == 3
    assert instruments.by_symbol("ACME").phase is TradingPhase.CONTINUOUS


def test_no_key_at_all_and_a_password_are_refused_outside_the_demo(door: Door):
    methods = door.ssh("halt", options=("-oPreferredAuthentications=none",))
    refused(methods)

    transport = paramiko.Transport((HOST, door.port))
    transport.start_client()
    with pytest.raises(paramiko.BadAuthenticationType) as refusal:
        transport.auth_none("olivia")
    assert refusal.value.allowed_types == ["publickey"]
    with pytest.raises(paramiko.AuthenticationException):
        transport.auth_password("olivia", PASSWORD, fallback=False)
    with pytest.raises(paramiko.AuthenticationException):
        transport.auth_interactive("olivia", lambda *_: [])
    transport.close()


def test_in_the_demo_an_operators_password_opens_the_door_and_a_traders_does_not(open_door: Callable[..., Door]):
    door = open_door(takes_passwords=True)

    def come_in(username: str, password: str) -> bool:
        with paramiko.Transport((HOST, door.port)) as transport:
            transport.start_client()
            try:
                return transport.auth_password(username, password, fallback=False) == []
            except paramiko.AuthenticationException:
                return False

    assert come_in("olivia", PASSWORD)
    assert not come_in("tim", PASSWORD)
    assert not come_in("olivia", "wrong")
    assert not come_in("nobody", PASSWORD)


def test_passwords_are_guarded_by_the_same_lock_as_the_web(open_door: Callable[..., Door], settings):
    settings.AXES_FAILURE_LIMIT = 2
    door = open_door(takes_passwords=True)
    for password in ("wrong-1", "wrong-2", PASSWORD):
        with paramiko.Transport((HOST, door.port)) as transport:
            transport.start_client()
            with pytest.raises(paramiko.AuthenticationException):
                transport.auth_password("olivia", password, fallback=False)
    assert door.ssh("status").returncode == 0  # a key is not guessed, so it is not locked


@pytest.mark.parametrize(
    "options",
    [("-N", "-R", "0:127.0.0.1:22", "-oExitOnForwardFailure=yes"), ("-W", "127.0.0.1:22"), ("-s",)],
    ids=["remote forward", "direct-tcpip", "subsystem"],
)
def test_forwarding_and_subsystems_are_refused(door: Door, options: tuple[str, ...]):
    words = ("sftp",) if options == ("-s",) else ()

    done = door.ssh(*words, options=options)

    assert done.returncode in (1, 255)
    assert done.stdout == ""
    assert done.stderr


@pytest.mark.parametrize(
    "ask",
    [
        lambda channel: channel.request_x11(handler=lambda *_: None),
        lambda channel: channel.invoke_subsystem("sftp"),
        lambda channel: channel.get_pty(width=10**9, height=24),
    ],
    ids=["x11", "sftp", "a billion columns"],
)
def test_what_a_session_has_no_use_for_is_refused(door: Door, ask: Callable[[paramiko.Channel], None]):
    with door.paramiko_client() as transport:
        with pytest.raises(paramiko.SSHException):
            ask(transport.open_session())
        assert transport.is_active()


def test_no_variable_of_the_client_is_taken_over():
    manners = OperatorsOnly(address=HOST, doorkeeper=Doorkeeper(), takes_passwords=False)
    assert manners.check_channel_env_request(None, b"LD_PRELOAD", b"x") is False


def test_a_forwarded_agent_gets_no_channel_and_a_connection_only_one_session(door: Door):
    done = door.ssh("status", options=("-A",))
    assert done.returncode == 0

    with door.paramiko_client() as transport:
        transport.open_session()
        with pytest.raises(paramiko.ChannelException) as refusal:
            transport.open_session()
    assert refusal.value.code == paramiko.common.OPEN_FAILED_ADMINISTRATIVELY_PROHIBITED


def test_what_a_client_asks_for_before_it_has_come_in_ends_the_connection(door: Door):
    with paramiko.Transport((HOST, door.port)) as transport:
        transport.start_client()
        with pytest.raises((paramiko.SSHException, EOFError)):
            transport.open_session(timeout=5)
    with paramiko.Transport((HOST, door.port)) as transport:
        transport.start_client()
        success = paramiko.Message()
        success.add_byte(paramiko.common.cMSG_USERAUTH_SUCCESS)
        transport._send_message(success)
        with pytest.raises((paramiko.SSHException, EOFError)):
            transport.open_session(timeout=5)
    assert commands_in_audit() == []


def test_weak_algorithms_find_no_match(door: Door):
    for option in (
        "KexAlgorithms=diffie-hellman-group14-sha1",
        "KexAlgorithms=diffie-hellman-group-exchange-sha256",
        "HostKeyAlgorithms=rsa-sha2-512",
        "Ciphers=aes128-cbc",
        "Ciphers=3des-cbc",
        "MACs=hmac-sha1",
        "MACs=hmac-md5",
    ):
        cipher = () if option.startswith("Ciphers") else ("-oCiphers=aes128-ctr",)  # the other ciphers need no MAC
        done = door.ssh("status", options=(f"-o{option}", *cipher))
        assert (done.returncode, "no matching" in done.stderr) == (255, True), option


def test_what_the_server_offers_in_the_clear_is_strict_and_strong(door: Door):
    with socket.create_connection((HOST, door.port)) as probe, probe.makefile("rwb") as stream:
        stream.write(b"SSH-2.0-probe\r\n")
        stream.flush()
        assert stream.readline().startswith(b"SSH-2.0-")
        offer = stream.read(int.from_bytes(stream.read(4), "big"))
    assert b"kex-strict-s-v00@openssh.com" in offer
    for weak in (b"sha1", b"md5", b"cbc", b"ssh-rsa", b"ssh-dss", b"group14", b"group1-", b"zlib", b"arcfour"):
        assert weak not in offer, weak


def test_only_listed_algorithms_are_left():
    left = paramiko.Transport(socket.socket(), disabled_algorithms=algorithms.kept_out())
    for kind in ("kex", "ciphers", "macs", "pubkeys"):
        assert getattr(left, f"preferred_{kind}")
        assert set(getattr(left, f"preferred_{kind}")) <= algorithms.LET_IN[kind]
    assert left.preferred_keys[0] == "ssh-ed25519"


def test_a_key_signed_with_sha1_is_refused(door: Door, market: MarketPlace, tmp_path):
    rsa = paramiko.RSAKey.generate(3072)
    rsa.write_private_key_file(str(tmp_path / "rsa"))
    pair = KeyPair(tmp_path / "rsa", f"ssh-rsa {rsa.get_base64()}")
    ssh_keys.add(username="olivia", public_key=pair.public)

    assert door.ssh("exit", key=pair).returncode == 0
    assert door.ssh("exit", key=pair, options=("-oPubkeyAcceptedAlgorithms=ssh-rsa",)).returncode == 255


def test_staff_come_in_as_well(door: Door, strange_key: KeyPair):
    ssh_keys.add(username="stella", public_key=strange_key.public)

    assert door.ssh("halt ACME", user="stella", key=strange_key).returncode == 0
    assert audit.newest(count=2)[1].actor_name == "stella"


def test_a_key_of_a_trader_is_not_registered(market: MarketPlace, strange_key: KeyPair):
    with pytest.raises(ssh_keys.InvalidKey) as refusal:
        ssh_keys.add(username="tim", public_key=strange_key.public)
    assert refusal.value.detail == "There is no operator named tim."
    assert users.create(username="nina", password=PASSWORD).role is Role.TRADER
