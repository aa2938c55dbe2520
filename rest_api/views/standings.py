"""What accounts may do and what stops them; what they are worth and what befell them."""

from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from market.records import StandingRecord
from market.selectors import equity
from market.selectors import standings as standing_selectors
from market.services import standings
from rest_api import documentation
from rest_api.permissions import IsOperator, actor_of
from rest_api.serializers.standings import (
    AccountEventSerializer,
    AccountEventsQuery,
    EquityCurveQuery,
    EquitySampleSerializer,
    EquitySerializer,
    KillSerializer,
    LimitsChangeSerializer,
    StandingSerializer,
)
from rest_api.serializers.strict import body_of, query_of
from rest_api.views.base import ApiView

TAG = ["Accounts"]
HEADERS = [documentation.RETRY_AFTER, documentation.AUTHENTICATE]


class LimitsView(ApiView):
    """The limits of an account."""

    def get_permissions(self) -> list[IsAuthenticated | IsOperator]:
        """Reading is for the account's users, changing for operators."""
        return [IsAuthenticated()] if self.request.method == "GET" else [IsAuthenticated(), IsOperator()]

    @extend_schema(
        operation_id="get_limits",
        summary="What an account may do",
        tags=TAG,
        parameters=HEADERS,
        responses={200: StandingSerializer, **documentation.problems(401, 404, 405, 406, 503)},
    )
    def get(self, request: Request, number: str) -> Response:
        """The limits of one of your accounts, and what stops it; for operators, of anybody's."""
        return _answer(standing_selectors.by_number(number, actor=actor_of(request)))

    @extend_schema(
        operation_id="set_limits",
        summary="Change limits (operators)",
        tags=TAG,
        parameters=HEADERS,
        request=LimitsChangeSerializer,
        responses={
            200: OpenApiResponse(StandingSerializer, description="The next order is held to them."),
            **documentation.problems(*documentation.OPERATING, 409, 504),
        },
        examples=[OpenApiExample("Small orders", {"order_value_max": "10000"}, request_only=True)],
    )
    def patch(self, request: Request, number: str) -> Response:
        """Change the limits that are named. Orders that are open stay."""
        changes = body_of(request, LimitsChangeSerializer)
        return _answer(standings.set_limits(number, changes=changes, actor=actor_of(request)))


class KillView(ApiView):
    """The kill switch of an account."""

    permission_classes = (IsAuthenticated, IsOperator)

    @extend_schema(
        operation_id="kill_account",
        summary="Switch an account off (operators)",
        tags=TAG,
        parameters=HEADERS,
        request=KillSerializer,
        responses={
            200: OpenApiResponse(StandingSerializer, description="It places and replaces nothing any more."),
            **documentation.problems(*documentation.OPERATING, 409, 504),
        },
        examples=[OpenApiExample("A runaway program", {"reason": "runaway program"}, request_only=True)],
    )
    def post(self, request: Request, number: str) -> Response:
        """Cancel all orders of an account and refuse new ones and replacements; cancels stay allowed."""
        reason = body_of(request, KillSerializer)["reason"]
        return _answer(standings.kill(number, reason=reason, actor=actor_of(request)))


class UnkillView(ApiView):
    """The end of an account's being switched off."""

    permission_classes = (IsAuthenticated, IsOperator)

    @extend_schema(
        operation_id="unkill_account",
        summary="Let an account trade again (operators)",
        tags=TAG,
        parameters=HEADERS,
        request=None,
        responses={200: StandingSerializer, **documentation.problems(401, 403, 404, 405, 406, 409, 503, 504)},
    )
    def post(self, request: Request, number: str) -> Response:
        """Switch an account on again. One that is on stays as it is."""
        return _answer(standings.unkill(number, actor=actor_of(request)))


class EquityView(ApiView):
    """What the actor's accounts are worth."""

    @extend_schema(
        operation_id="list_equity",
        summary="What your accounts are worth",
        tags=TAG,
        parameters=HEADERS,
        responses={200: EquitySerializer(many=True), **documentation.problems(401, 405, 406, 503)},
    )
    def get(self, request: Request) -> Response:
        """Equity, unrealised profit and margin of your accounts, with positions at their marks."""
        return Response(EquitySerializer(equity.of_actor(actor_of(request)), many=True).data)


class EquityCurveView(ApiView):
    """What an account was worth over time."""

    @extend_schema(
        operation_id="list_equity_curve",
        summary="What an account was worth",
        tags=TAG,
        parameters=[EquityCurveQuery, *HEADERS],
        responses={
            200: EquitySampleSerializer(many=True),
            **documentation.problems(*documentation.READING_ONES_OWN, 404),
        },
    )
    def get(self, request: Request, number: str) -> Response:
        """The equity of one of your accounts by interval; the newest, oldest first. Where nothing changed is none."""
        found = equity.curve(number, actor=actor_of(request), **query_of(request, EquityCurveQuery))
        return Response(EquitySampleSerializer(found, many=True).data)


class AccountEventsView(ApiView):
    """What befell an account."""

    @extend_schema(
        operation_id="list_account_events",
        summary="What befell an account",
        tags=TAG,
        parameters=[AccountEventsQuery, *HEADERS],
        responses={
            200: AccountEventSerializer(many=True),
            **documentation.problems(*documentation.READING_ONES_OWN, 404),
        },
    )
    def get(self, request: Request, number: str) -> Response:
        """Kill switch, margin calls and liquidations of one of your accounts, newest first."""
        query = query_of(request, AccountEventsQuery)
        found = equity.events(number, actor=actor_of(request), **query)
        return Response(AccountEventSerializer(found, many=True).data)


def _answer(standing: StandingRecord) -> Response:
    return Response(StandingSerializer(standing).data)
