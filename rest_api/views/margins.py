"""What an instrument's positions require of margin accounts."""

from collections.abc import Sequence

from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import SAFE_METHODS, AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from market.selectors import margins as margin_selectors
from market.services import margins
from rest_api import documentation
from rest_api.pages import refuse_query
from rest_api.permissions import IsOperator, actor_of
from rest_api.serializers.instruments import MarginSerializer
from rest_api.serializers.strict import body_of
from rest_api.views.base import ApiView, symbol_in

EXAMPLE = {"initial_margin_bps": 2000, "maintenance_margin_bps": 1000}


class MarginView(ApiView):
    """The margins of an instrument."""

    def get_authenticators(self) -> list[BaseAuthentication]:
        """Reading is for everybody, so that no key is looked at."""
        return [] if self.request and self.request.method in SAFE_METHODS else super().get_authenticators()

    def get_permissions(self) -> Sequence[AllowAny | IsAuthenticated | IsOperator]:
        """Reading is for everybody, setting for operators."""
        return [AllowAny()] if self.request.method in SAFE_METHODS else [IsAuthenticated(), IsOperator()]

    @extend_schema(
        operation_id="get_margin",
        summary="An instrument's margins",
        tags=["Instruments"],
        auth=[],
        parameters=[documentation.RETRY_AFTER],
        responses={200: MarginSerializer, **documentation.problems(404, 405, 406, 503)},
    )
    def get(self, request: Request, symbol: str) -> Response:
        """What equity must cover of a position's value to open it and to keep it, in basis points."""
        refuse_query(request)
        return Response(MarginSerializer(margin_selectors.by_symbol(symbol_in(symbol))).data)

    @extend_schema(
        operation_id="set_margin",
        summary="Set the margins (operators)",
        tags=["Instruments"],
        parameters=[documentation.RETRY_AFTER, documentation.AUTHENTICATE],
        request=MarginSerializer,
        responses={
            200: OpenApiResponse(MarginSerializer, description="The next order is held to them."),
            **documentation.problems(*documentation.OPERATING),
        },
        examples=[OpenApiExample("Five times the equity", EXAMPLE)],
    )
    def put(self, request: Request, symbol: str) -> Response:
        """Set both margins. They hold for positions that are there as well: who lacks margin by them is called."""
        rates = body_of(request, MarginSerializer)
        return Response(MarginSerializer(margins.set_rates(symbol_in(symbol), **rates, actor=actor_of(request))).data)
