"""Trading calendars over gRPC."""

from typing import Any

import grpc
import pytest

from market.matcher import calendars
from market.selectors import calendars as calendar_selectors
from marketops.v1 import admin_service_pb2, instruments_pb2, market_service_pb2
from tests.grpc_api.conftest import Door, refusal_in
from vocabulary.calendars import CalendarKind

NO_DAY = instruments_pb2.WEEKDAY_UNSPECIFIED
COMPRESSED: dict[str, Any] = {
    "kind": instruments_pb2.CALENDAR_KIND_COMPRESSED,
    "day_s": 600,
    "times": [
        instruments_pb2.SessionTime(at="00:00", phase=instruments_pb2.TRADING_PHASE_PRE_OPEN),
        instruments_pb2.SessionTime(at="00:02:30", phase=instruments_pb2.TRADING_PHASE_CONTINUOUS),
    ],
}


def setting(**fields: Any) -> admin_service_pb2.SetScheduleRequest:
    return admin_service_pb2.SetScheduleRequest(symbol="ACME", schedule=instruments_pb2.Schedule(**fields))


def test_an_operator_sets_a_calendar_and_everybody_sees_what_comes_next(door: Door):
    answer = door.operator.call("SetSchedule", setting(**COMPRESSED))
    assert (answer.schedule.kind, answer.schedule.day_s) == (COMPRESSED["kind"], 600)
    calendars.keep()
    door.place.drain()
    found = door.operator.call("GetSchedule", admin_service_pb2.GetScheduleRequest(symbol="ACME")).schedule
    assert [(entry.at, len(entry.weekdays)) for entry in found.times] == [("00:00", 7), ("00:02:30", 7)]
    instrument = door.anonymous.call("GetInstrument", market_service_pb2.GetInstrumentRequest(symbol="ACME")).instrument
    assert instrument.calendar == instruments_pb2.CALENDAR_KIND_COMPRESSED
    assert instrument.phase == instruments_pb2.TRADING_PHASE_PRE_OPEN
    assert instrument.next_phase == instruments_pb2.TRADING_PHASE_CONTINUOUS
    assert instrument.HasField("next_phase_at")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"kind": 0}, "schedule.kind"),
        ({"zone": ""}, "schedule.zone"),
        ({"zone": "Mars"}, "zone"),
        ({"day_ends": "noon"}, "schedule.day_ends"),
        ({"times": [instruments_pb2.SessionTime(at="9", phase=1)]}, "schedule.times[0].at"),
        ({"times": [instruments_pb2.SessionTime(at="00:00")]}, "schedule.times[0].phase"),
        (
            {"times": [instruments_pb2.SessionTime(at="00:00", phase=1, weekdays=[NO_DAY])]},
            "schedule.times[0].weekdays",
        ),
        ({"times": []}, "times"),
        ({"day_s": 1}, "day_s"),
        ({"holidays": ["christmas"]}, "schedule.holidays"),
    ],
)
def test_a_calendar_that_makes_no_sense_is_refused_by_the_field(door: Door, change, field):
    with pytest.raises(grpc.RpcError) as raised:
        door.operator.call("SetSchedule", setting(**COMPRESSED | change))
    told = refusal_in(raised.value)
    assert (told.status, told.fields) == ("INVALID_ARGUMENT", [field])
    assert calendar_selectors.by_symbol("ACME").calendar.kind is CalendarKind.ALWAYS_OPEN
