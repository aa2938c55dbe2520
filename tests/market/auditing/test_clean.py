"""Whatever has happened by the services, the audit finds nothing; also while trading goes on."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from analytics.services import candles
from market import auditing as market_auditing
from market.models import Book
from marketops_site import auditing
from tests.market.auditing.busy import make_busy


@pytest.fixture
def busy(market):
    make_busy(market)
    candles.build_all()
    return market


def test_a_market_in_which_much_has_happened_is_clean(busy):
    report = auditing.everything()
    assert {verdict.law.name: verdict.found.differences for verdict in report.broken} == {}
    rows = {verdict.law.name: verdict.found.rows for verdict in report.verdicts}
    assert [name for name, count in rows.items() if count == 0] == [], "each law has something to compare"


def test_an_empty_exchange_is_clean(clean_database):
    assert auditing.everything().broken == []


def test_the_sample_of_a_minute_goes_through_all_laws_and_stops_nothing(busy):
    report = auditing.sample()
    assert report.broken == []
    assert set(Book.objects.values_list("status", flat=True)) == {"RUNNING"}
    turns = [market_auditing.sample(auditing.LAWS, turn=turn, budget_ms=0) for turn in range(3)]
    assert [turn.verdicts for turn in turns] == [[], [], []], "without a budget nothing is begun"


def test_the_command_says_what_it_compared_and_ends_well(busy):
    said = StringIO()
    call_command("audit", "--json", stdout=said)
    report = json.loads(said.getvalue())
    assert report["holds"]
    assert report["books"].keys() == {"ACME", "COST", "OLD", "OTHER", "CALL-1", "CALL-2", "PUT-1"}
    assert all(law["differences"] == 0 for law in report["laws"])


def test_the_command_ends_badly_and_says_what_differs(busy, tamper):
    tamper("UPDATE market_position SET cash = cash + 1 WHERE id = 1")
    said = StringIO()
    with pytest.raises(CommandError, match="laws do not hold"):
        call_command("audit", "--without-journals", stdout=said)
    assert "! position of account" in said.getvalue()
    assert set(Book.objects.values_list("status", flat=True)) == {"RUNNING"}, "it only looks"
