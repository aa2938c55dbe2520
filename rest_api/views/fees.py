"""What trading an instrument costs."""

from collections.abc import Sequence

from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import SAFE_METHODS, AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from market.selectors import fees as fee_selectors
from market.services import fees
from rest_api import documentation
from rest_api.pages import refuse_query
from rest_api.permissions import IsOperator, actor_of
from rest_api.serializers.instruments import FeesSerializer
from rest_api.serializers.strict import body_of
from rest_api.views.base import ApiView, symbol_in
from vocabulary.fees import FeeRates

EXAMPLE = {"maker_bps": "-0.25", "taker_bps": "1.5", "maker_per_lot": "0", "taker_per_lot": "0.002"}


class FeesView(ApiView):
    """The fees of an instrument."""

    def get_authenticators(self) -> list[BaseAuthentication]:
        """Reading is for everybody, so that no key is looked at."""
        return [] if self.request and self.request.method in SAFE_METHODS else super().get_authenticators()

    def get_permissions(self) -> Sequence[AllowAny | IsAuthenticated | IsOperator]:
        """Reading is for everybody, setting for operators."""
        return [AllowAny()] if self.request.method in SAFE_METHODS else [IsAuthenticated(), IsOperator()]

    @extend_schema(
        operation_id="get_fees",
        summary="An instrument's fees",
        tags=["Instruments"],
        auth=[],
        parameters=[documentation.RETRY_AFTER],
        responses={200: FeesSerializer, **documentation.problems(404, 405, 406, 503)},
    )
    def get(self, request: Request, symbol: str) -> Response:
        """What makers and takers pay, in basis points of a fill's value and for each lot; below zero for a rebate."""
        refuse_query(request)
        return Response(FeesSerializer(fee_selectors.by_symbol(symbol_in(symbol))).data)

    @extend_schema(
        operation_id="set_fees",
        summary="Set the fees (operators)",
        tags=["Instruments"],
        parameters=[documentation.RETRY_AFTER, documentation.AUTHENTICATE],
        request=FeesSerializer,
        responses={
            200: OpenApiResponse(FeesSerializer, description="Charged from the next trade on."),
            **documentation.problems(*documentation.OPERATING, 422),
        },
        examples=[OpenApiExample("Takers pay, makers get a rebate", EXAMPLE)],
    )
    def put(self, request: Request, symbol: str) -> Response:
        """Set all four rates while the instrument is halted or closed and its book is empty."""
        name = symbol_in(symbol)
        fees.set_schedule(name, FeeRates(**body_of(request, FeesSerializer)), actor=actor_of(request))
        return Response(FeesSerializer(fee_selectors.by_symbol(name)).data)
