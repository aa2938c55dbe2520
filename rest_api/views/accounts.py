"""The actor's own accounts, positions and fills."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from market.selectors import accounts, executions, positions
from rest_api import documentation
from rest_api.pages import following, shown
from rest_api.permissions import actor_of
from rest_api.serializers.accounts import AccountSerializer, PositionSerializer, PositionsQuery
from rest_api.serializers.orders import FillSerializer, FillsQuery
from rest_api.serializers.strict import query_of
from rest_api.views.base import ApiView

TAG = ["Accounts"]


class AccountsView(ApiView):
    """The actor's accounts."""

    @extend_schema(
        operation_id="list_accounts",
        summary="Your accounts",
        tags=TAG,
        parameters=[documentation.fields_of(AccountSerializer), documentation.RETRY_AFTER, documentation.AUTHENTICATE],
        responses={200: AccountSerializer(many=True), **documentation.problems(400, 401, 405, 406, 503)},
    )
    def get(self, request: Request) -> Response:
        """The accounts that you may trade, and their money."""
        return shown(request, AccountSerializer(accounts.of_actor(actor_of(request)), many=True))


class PositionsView(ApiView):
    """The actor's positions."""

    @extend_schema(
        operation_id="list_positions",
        summary="Your positions",
        tags=TAG,
        parameters=[
            documentation.fields_of(PositionSerializer),
            PositionsQuery,
            documentation.RETRY_AFTER,
            documentation.AUTHENTICATE,
        ],
        responses={
            200: PositionSerializer(many=True),
            **documentation.problems(*documentation.READING_ONES_OWN),
        },
    )
    def get(self, request: Request) -> Response:
        """What your accounts hold, instrument by instrument."""
        query = query_of(request, PositionsQuery)
        return shown(request, PositionSerializer(positions.of_actor(actor_of(request), **query), many=True))


class FillsView(ApiView):
    """The actor's fills."""

    @extend_schema(
        operation_id="list_fills",
        summary="Your newest fills",
        tags=TAG,
        parameters=[
            documentation.fields_of(FillSerializer),
            documentation.NEXT_PAGE,
            FillsQuery,
            documentation.RETRY_AFTER,
            documentation.AUTHENTICATE,
        ],
        responses={200: FillSerializer(many=True), **documentation.problems(*documentation.READING_ONES_OWN)},
    )
    def get(self, request: Request) -> Response:
        """Your side of trades, newest first."""
        query = query_of(request, FillsQuery)
        fills = executions.fills_of_actor(actor_of(request), **query)
        next_page = following(fills, count=query["count"], before="fill_id")
        return shown(request, FillSerializer(fills, many=True), next_page=next_page)
