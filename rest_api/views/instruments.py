"""Instruments: reading them, listing new ones, halting and resuming them."""

from collections.abc import Sequence

from django.urls import reverse
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import SAFE_METHODS, AllowAny, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from market.selectors import instruments as instrument_selectors
from market.services import instruments, trading
from rest_api import documentation
from rest_api.pages import shown
from rest_api.permissions import IsOperator, actor_of
from rest_api.preferences import waiting_s
from rest_api.serializers.instruments import (
    HaltSerializer,
    InstrumentSerializer,
    NewInstrumentSerializer,
    PhaseChangeSerializer,
)
from rest_api.serializers.strict import body_of
from rest_api.views.base import ApiView, PublicView, RevalidatedView, symbol_in

TAG = ["Instruments"]
NEW_INSTRUMENT_EXAMPLE = {
    "symbol": "ACME",
    "name": "Acme Corporation",
    "kind": "SHARE",
    "currency": "USD",
    "tick_size": "0.01",
    "lot_size": "1",
    "reference_price": "10.00",
    "band_percent": "50",
}


class InstrumentsView(RevalidatedView):
    """All instruments."""

    def get_authenticators(self) -> list[BaseAuthentication]:
        """Reading is for everybody, so that no key is looked at."""
        return [] if self.request and self.request.method in SAFE_METHODS else super().get_authenticators()

    def get_permissions(self) -> Sequence[AllowAny | IsAuthenticated | IsOperator]:
        """Reading is for everybody, listing for operators."""
        return [AllowAny()] if self.request.method in SAFE_METHODS else [IsAuthenticated(), IsOperator()]

    @extend_schema(
        operation_id="list_instruments",
        summary="All instruments",
        tags=TAG,
        auth=[],
        parameters=[documentation.fields_of(InstrumentSerializer), documentation.RETRY_AFTER],
        responses={200: InstrumentSerializer(many=True), **documentation.problems(400, 405, 406, 503)},
    )
    def get(self, request: Request) -> Response:
        """Every instrument with the rules of its trading and its phase, by symbol."""
        return shown(request, InstrumentSerializer(instrument_selectors.every(), many=True))

    @extend_schema(
        operation_id="add_instrument",
        summary="List an instrument (operators)",
        tags=TAG,
        parameters=[documentation.LOCATION, documentation.RETRY_AFTER, documentation.AUTHENTICATE],
        request=NewInstrumentSerializer,
        responses={201: InstrumentSerializer, **documentation.problems(400, 401, 403, 405, 406, 413, 415, 503, 504)},
        examples=[OpenApiExample("A share", NEW_INSTRUMENT_EXAMPLE, request_only=True)],
    )
    def post(self, request: Request) -> Response:
        """The instrument trades from the moment of the answer."""
        listing = body_of(request, NewInstrumentSerializer)
        record = instruments.add(**listing, actor=actor_of(request))
        location = reverse("rest_api:instrument", args=[record.symbol])
        return Response(InstrumentSerializer(record).data, status.HTTP_201_CREATED, headers={"Location": location})


class InstrumentView(RevalidatedView, PublicView):
    """One instrument."""

    @extend_schema(
        operation_id="get_instrument",
        summary="One instrument",
        tags=TAG,
        parameters=[documentation.fields_of(InstrumentSerializer), documentation.RETRY_AFTER],
        responses={200: InstrumentSerializer, **documentation.problems(400, 404, 405, 406, 503)},
    )
    def get(self, request: Request, symbol: str) -> Response:
        """An instrument with the rules of its trading and its phase."""
        return shown(request, InstrumentSerializer(instrument_selectors.by_symbol(symbol_in(symbol))))


class HaltView(ApiView):
    """The halt of an instrument."""

    permission_classes = (IsAuthenticated, IsOperator)

    @extend_schema(
        operation_id="halt_instrument",
        summary="Halt trading (operators)",
        tags=TAG,
        parameters=[documentation.RETRY_AFTER, documentation.AUTHENTICATE],
        request=HaltSerializer,
        responses={
            200: OpenApiResponse(InstrumentSerializer, description="Halted. No trade happens after this answer."),
            **documentation.problems(*documentation.OPERATING, 504),
        },
        examples=[OpenApiExample("News", {"reason": "news pending"}, request_only=True)],
    )
    def post(self, request: Request, symbol: str) -> Response:
        """Stop trading now. Resting orders stay and can be canceled. Halting a halted instrument changes nothing."""
        reason = body_of(request, HaltSerializer)["reason"]
        record = trading.halt(symbol_in(symbol), reason=reason, actor=actor_of(request))
        return Response(InstrumentSerializer(record).data)


class ResumeView(ApiView):
    """The resumption of an instrument."""

    permission_classes = (IsAuthenticated, IsOperator)

    @extend_schema(
        operation_id="resume_instrument",
        summary="Resume trading (operators)",
        tags=TAG,
        parameters=[documentation.RETRY_AFTER, documentation.AUTHENTICATE],
        request=None,
        responses={200: InstrumentSerializer, **documentation.problems(401, 403, 404, 405, 406, 503, 504)},
    )
    def post(self, request: Request, symbol: str) -> Response:
        """Trade on. Resuming an instrument that trades changes nothing."""
        with waiting_s(request) as wait_s:
            record = trading.resume(symbol_in(symbol), actor=actor_of(request), wait_s=wait_s)
        return Response(InstrumentSerializer(record).data)


class PhaseView(ApiView):
    """The trading phase of an instrument."""

    permission_classes = (IsAuthenticated, IsOperator)

    @extend_schema(
        operation_id="change_phase",
        summary="Change the trading phase (operators)",
        tags=TAG,
        parameters=[documentation.PREFER, documentation.RETRY_AFTER, documentation.AUTHENTICATE],
        request=PhaseChangeSerializer,
        responses={
            202: OpenApiResponse(InstrumentSerializer, description="Taken on, after what waits before it."),
            **documentation.problems(*documentation.OPERATING, 504),
        },
        examples=[OpenApiExample("The morning's call", {"phase": "OPENING_AUCTION"}, request_only=True)],
    )
    def post(self, request: Request, symbol: str) -> Response:
        """Ask for another phase. Entering CONTINUOUS or CLOSED from a call trades at the auction's price."""
        wanted = body_of(request, PhaseChangeSerializer)
        with waiting_s(request) as wait_s:
            record = trading.change_phase(symbol_in(symbol), **wanted, actor=actor_of(request), wait_s=wait_s)
        return Response(InstrumentSerializer(record).data, status.HTTP_202_ACCEPTED)


class UncrossView(ApiView):
    """The end of an instrument's call."""

    permission_classes = (IsAuthenticated, IsOperator)

    @extend_schema(
        operation_id="uncross_instrument",
        summary="End a call (operators)",
        tags=TAG,
        parameters=[documentation.PREFER, documentation.RETRY_AFTER, documentation.AUTHENTICATE],
        request=None,
        responses={
            202: OpenApiResponse(InstrumentSerializer, description="Taken on, after what waits before it."),
            **documentation.problems(401, 403, 404, 405, 406, 422, 503, 504),
        },
    )
    def post(self, request: Request, symbol: str) -> Response:
        """Trade at the price at which most can, and go on to CONTINUOUS, from CLOSING_AUCTION to CLOSED."""
        with waiting_s(request) as wait_s:
            record = trading.uncross(symbol_in(symbol), actor=actor_of(request), wait_s=wait_s)
        return Response(InstrumentSerializer(record).data, status.HTTP_202_ACCEPTED)
