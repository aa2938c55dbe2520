"""A door that is heard of no more gives back the account that it holds."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from market.errors import InProgress, OutcomeUnknown, Unavailable
from market.models import ClOrdIdUse, Order
from market.services import placing
from vocabulary import limits

FAILS_AFTER_S = 30


@pytest.mark.parametrize("step", ["intake.after_look_up", "intake.after_checks", "intake.after_insert"])
def test_an_intake_that_stands_still_loses_its_account_and_has_recorded_nothing(market, monkeypatch, step):
    stands, goes_on = threading.Event(), threading.Event()
    still = threading.local()

    def stand_still(reached: str) -> None:
        if reached == step and getattr(still, "is_me", False):
            stands.set()
            assert goes_on.wait(FAILS_AFTER_S), "the account was not given back"

    def place_standing_still() -> None:
        still.is_me = True
        try:
            market.place("BUY", 1, "9.00", cl_ord_id="stands")
        finally:
            connections.close_all()

    monkeypatch.setattr(placing, "failpoint", stand_still)
    monkeypatch.setattr(limits, "INTAKE_STATEMENT_TIMEOUT_MS", 500)
    monkeypatch.setattr(limits, "TRANSACTION_MORE_MS", 100)
    with ThreadPoolExecutor(1) as elsewhere:
        standing = elsewhere.submit(place_standing_still)
        assert stands.wait(FAILS_AFTER_S), "the first order holds the account"
        while not goes_on.is_set():
            try:
                assert market.place("BUY", 1, "9.00", cl_ord_id="goes-by").is_accepted
                goes_on.set()
            except (InProgress, Unavailable, OutcomeUnknown):
                continue
        with pytest.raises((Unavailable, OutcomeUnknown)):
            standing.result()
    assert list(Order.objects.values_list("cl_ord_id", flat=True)) == ["goes-by"]
    assert list(ClOrdIdUse.objects.values_list("cl_ord_id", flat=True)) == ["goes-by"]
