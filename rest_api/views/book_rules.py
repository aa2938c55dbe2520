"""The rules of an instrument's book that operators set: price bands, reference price and allocation."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from market.services import instruments
from rest_api import documentation
from rest_api.permissions import IsOperator, actor_of
from rest_api.serializers.instruments import (
    BandsSerializer,
    InstrumentSerializer,
    NewAllocationSerializer,
    ReferenceSerializer,
)
from rest_api.serializers.strict import body_of
from rest_api.views.base import ApiView, symbol_in

TAG = ["Instruments"]
RESPONSES: dict[Any, Any] = {
    202: OpenApiResponse(InstrumentSerializer, description="Taken on, after what waits before it."),
    **documentation.problems(*documentation.OPERATING, 504),
}
PARAMETERS = [documentation.RETRY_AFTER, documentation.AUTHENTICATE]


class BandsView(ApiView):
    """The price bands of an instrument."""

    permission_classes = (IsAuthenticated, IsOperator)

    @extend_schema(
        operation_id="set_bands",
        summary="Set the price bands (operators)",
        tags=TAG,
        parameters=PARAMETERS,
        request=BandsSerializer,
        responses=RESPONSES,
        examples=[
            OpenApiExample(
                "2 % from the last price", {"static_band_bps": 0, "dynamic_band_bps": 200}, request_only=True
            )
        ],
    )
    def post(self, request: Request, symbol: str) -> Response:
        """Set how far trades may be from the reference price and the last price. A trade outside opens an auction."""
        record = instruments.set_bands(symbol_in(symbol), **body_of(request, BandsSerializer), actor=actor_of(request))
        return Response(InstrumentSerializer(record).data, status.HTTP_202_ACCEPTED)


class ReferenceView(ApiView):
    """The reference price of an instrument."""

    permission_classes = (IsAuthenticated, IsOperator)

    @extend_schema(
        operation_id="set_reference",
        summary="Set the reference price (operators)",
        tags=TAG,
        parameters=PARAMETERS,
        request=ReferenceSerializer,
        responses=RESPONSES,
        examples=[OpenApiExample("Yesterday's close", {"price": "48.20"}, request_only=True)],
    )
    def post(self, request: Request, symbol: str) -> Response:
        """Set the price that the static band, changes and auctions are measured from."""
        wanted = body_of(request, ReferenceSerializer)
        record = instruments.set_reference(symbol_in(symbol), **wanted, actor=actor_of(request))
        return Response(InstrumentSerializer(record).data, status.HTTP_202_ACCEPTED)


class AllocationView(ApiView):
    """How orders at one price share what trades with them."""

    permission_classes = (IsAuthenticated, IsOperator)

    @extend_schema(
        operation_id="set_allocation",
        summary="Set the allocation rule (operators)",
        tags=TAG,
        parameters=PARAMETERS,
        request=NewAllocationSerializer,
        responses=RESPONSES,
        examples=[OpenApiExample("In proportion", {"allocation": "PRO_RATA"}, request_only=True)],
    )
    def post(self, request: Request, symbol: str) -> Response:
        """Set whether the earliest order at a price trades first, or all in proportion to what they show."""
        wanted = body_of(request, NewAllocationSerializer)
        record = instruments.set_allocation(symbol_in(symbol), **wanted, actor=actor_of(request))
        return Response(InstrumentSerializer(record).data, status.HTTP_202_ACCEPTED)
