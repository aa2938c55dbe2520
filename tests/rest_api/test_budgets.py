"""How often callers may ask: what they are told, what is cut first, and what is never cut by somebody else."""

import pytest

from tests.rest_api.conftest import Caller, assert_problem

LIMITS = {"reads": (0.001, 6), "orders": (0.001, 3), "cancels": (0.001, 5), "failures": (0.001, 2)}


@pytest.fixture
def limited(exchange, settings):
    """The exchange with budgets that come back in hours, and that nobody has spent of."""
    settings.RATE_LIMITS = LIMITS
    settings.RATE_LIMIT_ADDRESS_FACTOR = 2
    return exchange


@pytest.fixture(autouse=True)
def _own_address(monkeypatch, settings, request):
    """Each test comes from an address of its own, so that none spends another's budgets."""
    settings.PROXY_COUNT = 1
    address = f"2001:db8::{abs(hash(request.node.nodeid)) % 0xFFFF:x}:{id(request) % 0xFFFF:x}"
    plain = Caller.send
    monkeypatch.setattr(
        Caller, "send", lambda self, *args, **how: plain(self, *args, **{"X_Forwarded_For": address, **how})
    )


def left(response) -> tuple[str, str]:
    """The size of the budget and its rest."""
    return response["RateLimit-Limit"], response["RateLimit-Remaining"]


def test_every_answer_says_what_is_left_and_when_all_of_it_is_back(limited):
    first = limited.trader.get("accounts/")
    assert left(first) == ("6", "5")
    assert 990 <= int(first["RateLimit-Reset"]) <= 1000
    assert left(limited.trader.get("orders/")) == ("6", "3")


def test_who_asks_too_often_is_told_when_to_come_back(limited):
    for _ in range(6):
        limited.trader.get("accounts/")
    refused = limited.trader.get("accounts/")
    assert_problem(refused, 429, "throttled")
    assert 900 <= int(refused["Retry-After"]) <= 1000
    assert left(refused) == ("6", "0")


def test_cancels_go_on_when_orders_are_spent(limited):
    placed = [limited.trader.post("orders/", limited.ticket(cl_ord_id=f"o-{number}")) for number in range(4)]
    assert [answer.status_code for answer in placed] == [201, 201, 201, 429]
    assert limited.trader.delete(f"orders/{placed[0].json()['order_id']}/").status_code == 202


def test_cancels_that_are_sent_together_cost_what_they_would_alone(limited):
    absent = [{"order_id": str(number)} for number in range(1, 4)]
    assert left(limited.trader.post("orders/batch/cancel/", {"orders": absent})) == ("5", "2")
    refused = limited.trader.post("orders/batch/cancel/", {"orders": absent + absent})
    assert_problem(refused, 429, "throttled")
    assert left(refused) == ("5", "1")


def test_a_refused_order_records_nothing_and_its_id_stays_free(limited):
    for number in range(3):
        limited.trader.post("orders/", limited.ticket(cl_ord_id=f"o-{number}"))
    before = limited.recorded()
    assert_problem(limited.trader.post("orders/", limited.ticket()), 429, "throttled")
    assert limited.recorded() == before


def test_one_key_spends_nothing_of_anothers(limited):
    for _ in range(7):
        limited.trader.get("accounts/")
    assert limited.other.get("accounts/").status_code == 200


def test_all_keys_of_one_address_share_what_an_address_may_spend(limited):
    answers = [caller.get("accounts/").status_code for caller in (limited.trader, limited.other) for _ in range(6)]
    assert answers == [200] * 12
    assert_problem(limited.operator.get("accounts/"), 429, "throttled")
    assert limited.operator.get("accounts/", X_Forwarded_For="192.0.2.200").status_code == 200


def test_who_comes_without_a_key_spends_what_their_address_may(limited):
    answers = [limited.anonymous.get("instruments/ACME/").status_code for _ in range(7)]
    assert answers == [200] * 6 + [429]
    assert limited.trader.get("accounts/").status_code == 200


def test_keys_can_be_guessed_so_often_and_no_more(limited):
    guesser = Caller("mk_" + "x" * 43)
    assert [guesser.get("orders/").status_code for _ in range(4)] == [401, 401, 429, 429]
    assert limited.trader.get("accounts/").status_code == 200


def test_a_chain_of_proxies_that_a_caller_makes_up_changes_nothing(limited):
    def asked(forged: str) -> int:
        answer = limited.anonymous.get("instruments/ACME/", X_Forwarded_For=f"{forged}, 192.0.2.9")
        return int(answer.status_code)

    assert [asked(f"203.0.113.{number}") for number in range(7)] == [200] * 6 + [429]
