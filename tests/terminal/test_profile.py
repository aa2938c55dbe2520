"""The profile says where to go and with which key; what is wrong with it is named."""

import json

import pytest

from terminal import profile
from terminal.main import main
from terminal.profile import Profile
from terminal.refusals import Refused
from vocabulary.exit_status import ExitStatus

DEMO = {
    "grpc": "127.0.0.1:50061",
    "trader": {"api_key": "secret-of-the-trader", "account": "A1"},
    "operator": {"api_key": "secret-of-the-operator"},
}


@pytest.fixture
def demo(tmp_path):
    (tmp_path / "demo.json").write_text(json.dumps(DEMO))
    return tmp_path


def test_a_profile_is_made_from_the_demo_and_only_its_owner_can_read_it(demo, capsys):
    path = demo / "config" / "profile.toml"
    assert main(["profile", "--from-demo", str(demo), "--profile", str(path)]) == ExitStatus.OK
    assert path.stat().st_mode & 0o777 == 0o600
    assert profile.read(path, must_exist=True) == Profile("127.0.0.1:50061", "secret-of-the-trader", "A1")
    assert "secret" not in capsys.readouterr().out


def test_the_operator_can_have_one_too(demo):
    path = demo / "profile.toml"
    assert main(["profile", "--from-demo", str(demo), "--who", "operator", "--profile", str(path)]) == 0
    assert profile.read(path, must_exist=True).api_key == "secret-of-the-operator"


def test_a_profile_is_replaced_only_when_told_to(demo, capsys):
    path = demo / "profile.toml"
    path.write_text('address = "example.org:1"\n')
    line = ["profile", "--from-demo", str(demo), "--profile", str(path)]
    assert main(line) == ExitStatus.MALFORMED
    assert profile.read(path, must_exist=True).address == "example.org:1"
    assert main([*line, "--force"]) == ExitStatus.OK
    assert profile.read(path, must_exist=True).address == "127.0.0.1:50061"
    assert (
        capsys.readouterr().err == f"terminal: profile: {path} exists already; give --force to replace it. [exists]\n"
    )


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("adress = 'example.org:1'", "adress"),
        ("address = 7", "address"),
        ("tls = 'yes'", "tls"),
        ("address = ", "profile"),
    ],
)
def test_what_is_wrong_with_a_profile_is_named(tmp_path, text, field):
    path = tmp_path / "profile.toml"
    path.write_text(text)
    with pytest.raises(Refused) as raised:
        profile.read(path, must_exist=True)
    assert (raised.value.refusal.status, raised.value.refusal.field) == (ExitStatus.MALFORMED, field)


def test_a_profile_that_was_named_must_exist_and_the_standard_one_need_not(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("MARKETOPS_PROFILE", str(tmp_path / "none.toml"))
    assert main(["profile"]) == ExitStatus.MALFORMED
    monkeypatch.delenv("MARKETOPS_PROFILE")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert main(["profile", "--json"]) == ExitStatus.OK
    assert json.loads(capsys.readouterr().out) == {
        "profile": str(tmp_path / "marketops" / "profile.toml"),
        "address": "127.0.0.1:50051",
        "account": "",
        "has_key": False,
        "tls": False,
    }


def test_a_key_that_others_can_read_is_warned_of(tmp_path, capsys):
    path = tmp_path / "profile.toml"
    path.write_text('api_key = "secret"\n')
    path.chmod(0o644)
    assert main(["profile", "--profile", str(path)]) == ExitStatus.OK
    said = capsys.readouterr()
    assert said.err == f"terminal: warning: {path} holds a key and can be read by others: chmod 600 {path}\n"
    path.chmod(0o600)
    assert main(["profile", "--profile", str(path)]) == ExitStatus.OK
    assert capsys.readouterr().err == ""


def test_a_key_that_travels_in_the_clear_is_warned_of(tmp_path, capsys):
    line = ["profile", "--profile", str(tmp_path / "p.toml"), "--key", "secret", "--address", "example.org:50051"]
    (tmp_path / "p.toml").touch(0o600)
    assert main(line) == ExitStatus.OK
    assert "in the clear" in capsys.readouterr().err
    assert main([*line, "--tls-ca", "ca.pem"]) == ExitStatus.OK
    assert capsys.readouterr().err == ""


def test_an_authority_of_ones_own_means_tls_and_is_looked_for_beside_the_profile(tmp_path):
    path = tmp_path / "profile.toml"
    path.write_text('tls_ca = "ca.pem"\n')
    endpoint = profile.read(path, must_exist=True).endpoint
    assert (endpoint.is_tls, endpoint.tls_ca) == (True, tmp_path / "ca.pem")


def test_a_profile_never_shows_its_key():
    assert "secret" not in repr(Profile(api_key="secret"))
    assert "secret" not in repr(Profile(api_key="secret").endpoint)
