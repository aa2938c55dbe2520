"""What one's account is worth and what moved it, in the terminal."""

from decimal import Decimal

from market.models import Account
from vocabulary.exit_status import ExitStatus
from vocabulary.roles import AccountKind


def test_the_rows_of_the_ledger_sum_up_to_the_cash(desk):
    desk.door.place.trade(10, "10.00")
    rows = desk("ledger", "--json").document
    worth = desk("equity", "--json").document
    assert [(row["cause"], row["symbol"]) for row in rows] == [("TRADE", "ACME"), ("DEPOSIT", None)]
    assert sum(Decimal(row["amount"]) for row in rows) == Decimal(worth["cash"]) == 99_900
    assert Decimal(worth["equity"]) == 100_000
    assert len(desk("ledger", "--symbol", "ACME", "--json").document) == 1
    assert len(desk("ledger", "--count", "1", "--json").document) == 1


def test_both_are_read_by_people(desk):
    desk.door.place.trade(10, "10.00")
    shown = desk("ledger").out
    assert "TRADE" in shown
    assert "-100.00" in shown
    assert "99,900.00" in desk("equity").out
    assert "free margin" not in desk("equity").out
    Account.objects.filter(number=desk.profile.account).update(kind=AccountKind.MARGIN)
    assert "free margin" in desk("equity").out


def test_somebody_elses_account_is_absent(desk):
    for command in ("ledger", "equity"):
        said = desk(command, "--account", "HOUSE")
        assert (said.status, "[not_found]" in said.err) == (ExitStatus.NOT_FOUND, True)
