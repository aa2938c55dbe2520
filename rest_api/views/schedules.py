"""Trading calendars, and the switch that cancels all orders of an account."""

from collections.abc import Sequence

from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import SAFE_METHODS, AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from market.selectors import calendars as calendar_selectors
from market.services import calendars, sessions
from rest_api import budgets, documentation
from rest_api.pages import refuse_query
from rest_api.permissions import IsOperator, actor_of
from rest_api.serializers.schedules import (
    NewScheduleSerializer,
    ScheduleSerializer,
    SwitchSerializer,
    SwitchStateSerializer,
    calendar_in,
)
from rest_api.serializers.strict import body_of
from rest_api.views.base import ApiView, symbol_in

WORKDAYS = ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY"]
EXAMPLE = {
    "kind": "SESSIONS",
    "zone": "Europe/Berlin",
    "times": [
        {"weekdays": WORKDAYS, "at": "08:50", "phase": "PRE_OPEN"},
        {"weekdays": WORKDAYS, "at": "09:00", "phase": "CONTINUOUS"},
        {"weekdays": WORKDAYS, "at": "17:30", "phase": "CLOSED"},
    ],
    "holidays": ["2026-12-25"],
}


class ScheduleView(ApiView):
    """The trading calendar of an instrument."""

    def get_authenticators(self) -> list[BaseAuthentication]:
        """Reading is for everybody, so that no key is looked at."""
        return [] if self.request and self.request.method in SAFE_METHODS else super().get_authenticators()

    def get_permissions(self) -> Sequence[AllowAny | IsAuthenticated | IsOperator]:
        """Reading is for everybody, setting for operators."""
        return [AllowAny()] if self.request.method in SAFE_METHODS else [IsAuthenticated(), IsOperator()]

    @extend_schema(
        operation_id="get_schedule",
        summary="An instrument's trading calendar",
        tags=["Instruments"],
        auth=[],
        parameters=[documentation.RETRY_AFTER],
        responses={200: ScheduleSerializer, **documentation.problems(404, 405, 406, 503)},
    )
    def get(self, request: Request, symbol: str) -> Response:
        """When the instrument goes into which phase, and what comes next."""
        refuse_query(request)
        return Response(ScheduleSerializer(calendar_selectors.by_symbol(symbol_in(symbol))).data)

    @extend_schema(
        operation_id="set_schedule",
        summary="Set the trading calendar (operators)",
        tags=["Instruments"],
        parameters=[documentation.RETRY_AFTER, documentation.AUTHENTICATE],
        request=NewScheduleSerializer,
        responses={
            200: OpenApiResponse(ScheduleSerializer, description="Set. The phase that holds now is entered at once."),
            **documentation.problems(*documentation.OPERATING, 409, 504),
        },
        examples=[OpenApiExample("Workdays in Frankfurt", EXAMPLE, request_only=True)],
    )
    def put(self, request: Request, symbol: str) -> Response:
        """Replace the whole calendar. A halt stays until it is resumed."""
        calendar = calendar_in(body_of(request, NewScheduleSerializer))
        record = calendars.set_calendar(symbol_in(symbol), calendar, actor=actor_of(request))
        return Response(ScheduleSerializer(record).data)


class CancelAllAfterView(ApiView):
    """The switch that cancels all orders of an account unless it is armed again in time."""

    costs = {"POST": budgets.CANCELING}

    @extend_schema(
        operation_id="cancel_all_after",
        summary="Cancel all orders unless this is sent again in time",
        tags=["Orders"],
        parameters=[documentation.RETRY_AFTER, documentation.AUTHENTICATE],
        request=SwitchSerializer,
        responses={
            200: SwitchStateSerializer,
            **documentation.problems(400, 401, 403, 404, 405, 406, 409, 413, 415, 503, 504),
        },
        examples=[OpenApiExample("In a minute", {"account": "A-1001", "timeout_s": 60}, request_only=True)],
    )
    def post(self, request: Request) -> Response:
        """Arm the switch, begin its time anew, or with a `timeout_s` of 0 disarm it. It acts once and is disarmed."""
        wanted = body_of(request, SwitchSerializer)
        armed = sessions.cancel_all_after(**wanted, actor=actor_of(request))
        state = {**wanted, "cancels_at": None if armed is None else armed.expires_at}
        return Response(SwitchStateSerializer(state).data)
