"""Trading calendars and the switch that cancels all orders, over REST."""

from datetime import UTC, datetime, timedelta

import pytest

from market.matcher import calendars
from market.models import SessionLease
from tests.rest_api.conftest import assert_problem

WORKDAYS = ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY"]
FRANKFURT = {
    "kind": "SESSIONS",
    "zone": "Europe/Berlin",
    "times": [
        {"weekdays": WORKDAYS, "at": "08:50", "phase": "PRE_OPEN"},
        {"weekdays": WORKDAYS, "at": "09:00", "phase": "CONTINUOUS"},
        {"weekdays": WORKDAYS, "at": "17:30:05", "phase": "CLOSED"},
    ],
    "holidays": ["2026-12-25"],
}
ADDRESS = "instruments/ACME/schedule/"


def test_an_instrument_is_always_open_until_an_operator_sets_its_calendar(exchange):
    assert exchange.anonymous.get(ADDRESS).json() == {
        "symbol": "ACME", "kind": "ALWAYS_OPEN", "zone": "UTC", "day_ends": "00:00", "day_s": 0, "times": [],
        "holidays": [], "next_phase": None, "next_phase_at": None,
    }  # fmt: skip
    assert exchange.operator.put(ADDRESS, FRANKFURT).status_code == 200
    calendars.keep()
    found = exchange.anonymous.get(ADDRESS).json()
    assert {name: found[name] for name in FRANKFURT} == FRANKFURT
    listed = exchange.anonymous.get("instruments/ACME/").json()
    assert (listed["calendar"], listed["next_phase"]) == ("SESSIONS", found["next_phase"])
    assert datetime.fromisoformat(listed["next_phase_at"]) > datetime.now(UTC)


def test_a_class_gets_a_day_that_lasts_minutes(exchange):
    day = {"kind": "COMPRESSED", "day_s": 600, "times": [{"at": "00:00", "phase": "PRE_OPEN"}]}
    assert exchange.operator.put(ADDRESS, day).json()["day_s"] == 600
    calendars.keep()
    exchange.drain()
    assert exchange.anonymous.get("instruments/ACME/").json()["phase"] == "PRE_OPEN"


@pytest.mark.parametrize(
    ("change", "code", "pointer"),
    [
        ({"kind": "SOMETIMES"}, "unknown_word", "/kind"),
        ({"zone": "Berlin"}, "invalid_request", "/zone"),
        ({"times": "all day"}, "not_a_list", "/times"),
        ({"times": [False]}, "not_an_object", "/times/0"),
        ({"times": [{"at": "9 o'clock", "phase": "CONTINUOUS"}]}, "not_a_time_of_day", "/times/0/at"),
        ({"times": [{"at": "24:00", "phase": "CONTINUOUS"}]}, "not_a_time_of_day", "/times/0/at"),
        ({"times": [{"at": "09:00", "phase": "HALTED"}]}, "invalid_request", "/times"),
        ({"times": [{"at": "09:00", "phase": "CLOSED", "weekdays": ["FRYDAY"]}]}, "unknown_word", "/times/0/weekdays"),
        ({"holidays": ["25.12.2026"]}, "not_a_date", "/holidays/0"),
        ({"day_s": 60}, "invalid_request", "/day_s"),
        ({"when": "now"}, "unknown_field", "/when"),
    ],
)
def test_a_calendar_that_makes_no_sense_is_refused_by_the_field_and_changes_nothing(exchange, change, code, pointer):
    answer = assert_problem(exchange.operator.put(ADDRESS, FRANKFURT | change), 400, code)
    assert [fault["pointer"] for fault in answer["errors"]] == [pointer]
    assert exchange.anonymous.get(ADDRESS).json()["kind"] == "ALWAYS_OPEN"


def test_the_switch_is_armed_prolonged_and_disarmed(exchange):
    account = exchange.ticket()["account"]
    for timeout_s in (60, 120):
        state = exchange.trader.post("cancel-all-after/", {"account": account, "timeout_s": timeout_s}).json()
        left = datetime.fromisoformat(state["cancels_at"]) - datetime.now(UTC)
        assert timedelta(seconds=timeout_s - 10) < left < timedelta(seconds=timeout_s + 1)
    assert SessionLease.objects.count() == 1
    disarmed = exchange.trader.post("cancel-all-after/", {"account": account, "timeout_s": 0}).json()
    assert disarmed == {"account": account, "timeout_s": 0, "cancels_at": None}
    assert not SessionLease.objects.exists()


@pytest.mark.parametrize("timeout_s", [-1, 86_401, "60", 1.5, True, None])
def test_a_time_that_the_switch_does_not_take_is_refused(exchange, timeout_s):
    body = {"account": exchange.ticket()["account"], "timeout_s": timeout_s}
    assert exchange.trader.post("cancel-all-after/", body).status_code == 400
    assert not SessionLease.objects.exists()
