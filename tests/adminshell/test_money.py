"""Money over the real client: operators read it, staff move it, and the audit log says who."""

import json
from decimal import Decimal
from pathlib import Path

import pytest

from access.records import Actor
from access.selectors import audit
from access.services import ssh_keys, users
from market.models import Movement
from market.selectors import accounts
from tests.adminshell.conftest import Door, KeyPair
from tests.market_place import PASSWORD, MarketPlace
from vocabulary.roles import Role


def let_in(actor: Actor, *, keys: Path) -> dict[str, object]:
    """A key for one more person: how they come in."""
    pair = KeyPair.made_in(keys / actor.username)
    ssh_keys.add(username=actor.username, public_key=pair.public, name="test")
    return {"user": actor.username, "key": pair}


@pytest.fixture
def staff(market: MarketPlace, tmp_path: Path) -> dict[str, object]:
    """How stella comes in, who is of the staff."""
    return let_in(market.staff, keys=tmp_path)


def cash(market: MarketPlace) -> Decimal:
    return accounts.by_number(market.account).cash


def test_operators_read_the_ledger_and_the_worth_of_any_account(door: Door, market: MarketPlace):
    market.trade(10, "10.00")

    rows = json.loads(door.ssh("ledger", market.account, "--json").stdout)
    assert [(row["cause"], row["symbol"], Decimal(row["amount"])) for row in rows] == [
        ("TRADE", "ACME", -100), ("DEPOSIT", None, 100_000),
    ]  # fmt: skip
    assert len(json.loads(door.ssh("ledger", market.account, "1", "--json").stdout)) == 1
    worth = json.loads(door.ssh("equity", market.account, "--json").stdout)
    assert (Decimal(worth["cash"]), Decimal(worth["equity"])) == (99_900, 100_000)
    shown = [line.split() for line in door.ssh("equity", market.account).stdout.splitlines()]
    assert ["cash", "99900.00"] in shown
    assert ["market", "value", "100.00"] in shown
    assert " -100.00" in door.ssh("ledger", market.account).stdout
    assert door.ssh("ledger", "NOPE").returncode == 4
    assert door.ssh("equity", "NOPE").returncode == 4


def test_operators_move_no_money(door: Door, market: MarketPlace):
    for command in ("deposit", "withdraw", "reset"):
        assert door.ssh(command, market.account, "5", "r-1", "why").returncode == 3
    for command in ("movements", "approve r-1", "decline r-1"):
        assert door.ssh(command).returncode == 3
    assert cash(market) == 100_000
    assert not Movement.objects.exists()


def test_staff_pay_in_and_out_once_by_a_reference_and_say_why(door: Door, market: MarketPlace, staff):
    for _ in range(2):
        done = door.ssh("deposit", market.account, "250.50", "prize-7", "first", "prize", **staff)
        assert (done.returncode, done.stdout) == (0, f"prize-7: 250.50 was paid into {market.account}.\n")
    assert door.ssh("withdraw", market.account, "0.50", "w-1", "change", **staff).returncode == 0

    assert cash(market) == 100_250
    entries = [
        entry for entry in audit.newest(count=100) if entry.actor_name == "stella" and "account." in entry.action
    ]
    assert [(entry.action, entry.door, entry.subject) for entry in entries] == [
        ("account.withdrawal", "ssh", market.account),
        ("account.deposit", "ssh", market.account),
    ]
    assert (entries[1].detail["reference"], entries[1].detail["note"]) == ("prize-7", "first prize")
    listed = json.loads(door.ssh("movements", "--json", **staff).stdout)
    assert [movement["reference"] for movement in listed] == ["w-1", "prize-7"]
    assert " 250.50 " in door.ssh("movements", **staff).stdout


def test_what_cannot_be_done_is_refused_and_moves_nothing(door: Door, market: MarketPlace, staff):
    for words, status in (
        (("deposit", market.account, "much", "r-1", "why"), 2),
        (("deposit", market.account, "NaN", "r-1", "why"), 2),
        (("deposit", market.account, "-5", "r-1", "why"), 2),
        (("deposit", market.account, "5", "a.b", "why"), 2),
        (("deposit", market.account, "5", "r-1"), 2),
        (("deposit", "NOPE", "5", "r-1", "why"), 4),
        (("withdraw", market.account, "100000.01", "r-1", "why"), 7),
    ):
        assert door.ssh(*words, **staff).returncode == status, words
    assert cash(market) == 100_000


def test_a_reset_goes_on_when_it_is_asked_for_again(door: Door, market: MarketPlace, staff):
    market.place("BUY", 5, "9.00")
    line = ("reset", market.account, "5000", "r-1", "new", "term")
    assert door.ssh(*line, **staff).returncode == 7
    market.drain()
    assert door.ssh(*line, **staff).returncode == 0
    assert cash(market) == 5_000


def test_where_two_persons_are_asked_for_the_second_decides(door: Door, market: MarketPlace, staff, tmp_path, settings):
    settings.DUAL_CONTROL = True
    second = let_in(users.create(username="stefan", password=PASSWORD, role=Role.STAFF), keys=tmp_path)

    asked = door.ssh("deposit", market.account, "5", "gift", "why", **staff)
    assert (asked.returncode, "waits for a second person: approve gift" in asked.stdout) == (0, True)
    assert door.ssh("approve", "gift", **staff).returncode == 3
    assert cash(market) == 100_000
    assert door.ssh("approve", "gift", **second).returncode == 0
    assert cash(market) == 100_005
    door.ssh("deposit", market.account, "5", "gift-2", "why", **staff)
    assert "was declined" in door.ssh("decline", "gift-2", **second).stdout
    assert cash(market) == 100_005
