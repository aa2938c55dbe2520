"""Options: reading those on an instrument, listing one or a chain of them."""

from collections.abc import Sequence

from django.urls import reverse
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import status
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import SAFE_METHODS, AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from market.selectors import instruments as instrument_selectors
from market.services import options
from rest_api import documentation
from rest_api.permissions import IsOperator, actor_of
from rest_api.serializers.instruments import InstrumentSerializer, NewChainSerializer, NewOptionSerializer
from rest_api.serializers.strict import body_of
from rest_api.views.base import ApiView, symbol_in

TAG = ["Instruments"]
OPTION = {"put_or_call": "CALL", "strike_price": "10.50", "expires_at": "2030-12-20T17:30:00Z"}
CHAIN = {"strike_prices": ["9.50", "10.00", "10.50"], "expires_at": "2030-12-20T17:30:00Z"}


class OptionsView(ApiView):
    """The options on an instrument."""

    def get_authenticators(self) -> list[BaseAuthentication]:
        """Reading is for everybody, so that no key is looked at."""
        return [] if self.request and self.request.method in SAFE_METHODS else super().get_authenticators()

    def get_permissions(self) -> Sequence[AllowAny | IsAuthenticated | IsOperator]:
        """Reading is for everybody, listing for operators."""
        return [AllowAny()] if self.request.method in SAFE_METHODS else [IsAuthenticated(), IsOperator()]

    @extend_schema(
        operation_id="list_options",
        summary="The options on an instrument",
        tags=TAG,
        auth=[],
        parameters=[documentation.RETRY_AFTER],
        responses={200: InstrumentSerializer(many=True), **documentation.problems(400, 404, 405, 406, 503)},
    )
    def get(self, request: Request, symbol: str) -> Response:
        """The first to expire first, then by strike price; those that have expired too."""
        found = instrument_selectors.options_on(symbol_in(symbol))
        return Response(InstrumentSerializer(found, many=True).data)

    @extend_schema(
        operation_id="add_option",
        summary="List an option (operators)",
        tags=TAG,
        parameters=[documentation.LOCATION, documentation.RETRY_AFTER, documentation.AUTHENTICATE],
        request=NewOptionSerializer,
        responses={201: InstrumentSerializer, **documentation.problems(*documentation.OPERATING)},
        examples=[OpenApiExample("A call", OPTION, request_only=True)],
    )
    def post(self, request: Request, symbol: str) -> Response:
        """It trades from the moment of the answer until it expires."""
        terms = body_of(request, NewOptionSerializer)
        record = options.list_contract(symbol_in(symbol), **terms, actor=actor_of(request))
        location = reverse("rest_api:instrument", args=[record.symbol])
        return Response(InstrumentSerializer(record).data, status.HTTP_201_CREATED, headers={"Location": location})


class ChainView(ApiView):
    """A chain of options."""

    permission_classes = (IsAuthenticated, IsOperator)

    @extend_schema(
        operation_id="add_option_chain",
        summary="List a call and a put at each of some strike prices (operators)",
        tags=TAG,
        parameters=[documentation.RETRY_AFTER, documentation.AUTHENTICATE],
        request=NewChainSerializer,
        responses={201: InstrumentSerializer(many=True), **documentation.problems(*documentation.OPERATING)},
        examples=[OpenApiExample("Three strike prices", CHAIN, request_only=True)],
    )
    def post(self, request: Request, symbol: str) -> Response:
        """All of them, or none."""
        terms = body_of(request, NewChainSerializer)
        records = options.list_chain(symbol_in(symbol), **terms, actor=actor_of(request))
        return Response(InstrumentSerializer(records, many=True).data, status.HTTP_201_CREATED)
