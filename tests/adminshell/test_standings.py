"""The kill switch and limits over the real client."""

import json

from market.models import Account
from tests.adminshell.conftest import Door
from tests.market_place import MarketPlace
from vocabulary.rejects import RejectReason


def test_an_operator_kills_an_account_and_lets_it_trade_again(door: Door, market: MarketPlace):
    killed = door.ssh("kill", market.account, "runaway", "program")

    assert (killed.returncode, killed.stdout) == (
        0,
        f"Account {market.account} can only cancel any more: runaway program\n",
    )
    assert market.place("BUY", 1, "9.00").reject is RejectReason.ACCOUNT_KILLED
    assert "killed: runaway program" in door.ssh("limits", market.account).stdout
    assert door.ssh("unkill", market.account).returncode == 0
    assert market.place("BUY", 1, "9.00").is_accepted


def test_limits_are_shown_changed_and_taken_back(door: Door, market: MarketPlace):
    changed = door.ssh("limits", market.account, "order_value_max=500", "open_orders_max=3", "--json")

    assert json.loads(changed.stdout)["own_limits"]["order_value_max"] == "500"
    door.ssh("limits", market.account, "order_value_max=none")
    account = Account.objects.get(number=market.account)
    assert (account.order_value_max, account.open_orders_max) == (None, 3)


def test_what_is_no_limit_and_who_is_no_account_is_refused(door: Door, market: MarketPlace):
    assert door.ssh("limits", market.account, "order_max=5").returncode == 2
    assert door.ssh("limits", market.account, "order_value_max=lots").returncode == 2
    assert door.ssh("kill", "NOPE", "why").returncode == 4
    assert door.ssh("kill", market.account).returncode == 2
    assert market.place("BUY", 1, "9.00").is_accepted
