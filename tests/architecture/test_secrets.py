"""No secret is part of the repository: keys and passwords are made at the first start, under var/."""

import re

import pytest

from tests.architecture.sources import ROOT, texts

SECRETS = {
    "a private key": re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----"),
    "an API key of the exchange": re.compile(r"\bmk_[A-Za-z0-9_-]{43}\b"),
    "an address with a generated password": re.compile(r"://[^\s:/@]*:[0-9A-Fa-f]{32,}@"),
    "an access key of a cloud": re.compile(r"\bAKIA[0-9A-Z]{16}\b"),
}


@pytest.mark.parametrize("what", SECRETS)
def test_the_repository_holds_no_secret(what):
    assert [str(path.relative_to(ROOT)) for path, text in texts() if SECRETS[what].search(text)] == []


def test_what_a_start_makes_stays_out_of_the_repository():
    ignored = (ROOT / ".gitignore").read_text().splitlines()
    assert {"var/", ".venv/"} <= set(ignored)
