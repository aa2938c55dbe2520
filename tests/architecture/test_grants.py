"""Whose accounts are whose is asked in one place, so that an API key that reaches some of them reaches no more."""

import re

from tests.architecture.sources import ROOT, python_files

ASKS_WHOSE = re.compile(r"grants__user|market_accountgrant(?!s? g\b)|g\.user_id")
MAY_ASK = {"market/grants.py", "market/admin/__init__.py", "market/auditing/accounts.py"}


def test_nothing_but_the_grants_asks_whose_an_account_is():
    found = [
        f"{path.relative_to(ROOT)}:{number}: use market.grants: {line.strip()}"
        for path in python_files("market", "analytics", "simulation")
        if str(path.relative_to(ROOT)) not in MAY_ASK
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if ASKS_WHOSE.search(line)
    ]
    assert found == []
