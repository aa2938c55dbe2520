"""The exchange as a whole: what time it has, and in what phase each instrument is; halting and resuming all of them."""

from datetime import UTC, datetime
from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from market.selectors import instruments
from market.services import trading
from rest_api import documentation
from rest_api.pages import shown
from rest_api.permissions import IsOperator, actor_of
from rest_api.serializers.instruments import HaltSerializer, InstrumentSerializer
from rest_api.serializers.status import StatusSerializer
from rest_api.serializers.strict import body_of
from rest_api.views.base import ApiView, PublicView

TAG = ["Instruments"]
RESPONSES: dict[Any, Any] = {
    200: OpenApiResponse(InstrumentSerializer(many=True), description="Every instrument as it then was."),
    **documentation.problems(400, 401, 403, 405, 406, 413, 415, 503, 504),
}


class StatusView(PublicView):
    """The state of the exchange."""

    @extend_schema(
        operation_id="get_status",
        summary="The exchange's time and phases",
        tags=["Market data"],
        parameters=[documentation.fields_of(StatusSerializer), documentation.RETRY_AFTER],
        responses={200: StatusSerializer, **documentation.problems(400, 405, 406, 503)},
    )
    def get(self, request: Request) -> Response:
        """The time that signed requests are measured by, and what each instrument is open for."""
        now = datetime.now(UTC)
        status = {"time": now, "timestamp_ms": int(now.timestamp() * 1000), "instruments": instruments.every()}
        return shown(request, StatusSerializer(status))


class HaltAllView(ApiView):
    """The halt of all instruments."""

    permission_classes = (IsAuthenticated, IsOperator)

    @extend_schema(
        operation_id="halt_all_instruments",
        summary="Halt trading in all instruments (operators)",
        tags=TAG,
        parameters=[documentation.RETRY_AFTER, documentation.AUTHENTICATE],
        request=HaltSerializer,
        responses=RESPONSES,
        examples=[OpenApiExample("Everything", {"reason": "technical trouble"}, request_only=True)],
    )
    def post(self, request: Request) -> Response:
        """Halt one instrument after the other. Should the database go away meanwhile, send it again."""
        reason = body_of(request, HaltSerializer)["reason"]
        halted = [trading.halt(symbol, reason=reason, actor=actor_of(request)) for symbol in _symbols()]
        return Response(InstrumentSerializer(halted, many=True).data)


class ResumeAllView(ApiView):
    """The resumption of all instruments."""

    permission_classes = (IsAuthenticated, IsOperator)

    @extend_schema(
        operation_id="resume_all_instruments",
        summary="Resume trading in all instruments (operators)",
        tags=TAG,
        parameters=[documentation.RETRY_AFTER, documentation.AUTHENTICATE],
        request=None,
        responses=RESPONSES,
    )
    def post(self, request: Request) -> Response:
        """Resume one halted instrument after the other."""
        resumed = [trading.resume(symbol, actor=actor_of(request)) for symbol in _symbols()]
        return Response(InstrumentSerializer(resumed, many=True).data)


def _symbols() -> list[str]:
    return [instrument.symbol for instrument in instruments.every()]
