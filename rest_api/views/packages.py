"""Orders that are placed together: all of a package are taken on, or none."""

from typing import Any

from django.http import HttpResponseBase
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from access.budgets import Budget, Cost
from market.records import OrderTicket, Receipt
from market.services import orders
from rest_api import documentation, receipts
from rest_api.permissions import actor_of
from rest_api.serializers.orders import BracketSerializer, OneCancelsOtherSerializer, OrderSerializer
from rest_api.serializers.strict import body_of
from rest_api.views.base import ApiView

TAG = ["Orders"]
RESPONSES: dict[Any, Any] = {
    201: OpenApiResponse(
        OrderSerializer(many=True), description="All taken on, in the order in which they were named."
    ),
    200: OpenApiResponse(
        OrderSerializer(many=True), description="The same package again: the orders as they stand now."
    ),
    **documentation.problems(*documentation.TRADING),
}
PARAMETERS = [documentation.AUTHENTICATE, documentation.REPLAYED, documentation.RETRY_AFTER]


class BracketView(ApiView):
    """Brackets."""

    costs = {"POST": Cost(Budget.ORDERS, 3)}

    @extend_schema(
        operation_id="place_bracket",
        summary="Place a bracket",
        tags=TAG,
        parameters=PARAMETERS,
        request=BracketSerializer,
        responses=RESPONSES,
    )
    def post(self, request: Request) -> HttpResponseBase:
        """Place an order with its take-profit and its stop-loss.

        The two are held until the entry is closed, for what it has filled; then one cancels the other.
        """
        wanted = body_of(request, BracketSerializer)
        found = orders.place_bracket(
            OrderTicket(**wanted["entry"]),
            take_profit=OrderTicket(**wanted["take_profit"]),
            stop_loss=OrderTicket(**wanted["stop_loss"]),
            actor=actor_of(request),
        )
        return _answer(request, found)


class OneCancelsOtherView(ApiView):
    """Pairs of which one order cancels the other."""

    costs = {"POST": Cost(Budget.ORDERS, 2)}

    @extend_schema(
        operation_id="place_one_cancels_other",
        summary="Place two orders of which one cancels the other",
        tags=TAG,
        parameters=PARAMETERS,
        request=OneCancelsOtherSerializer,
        responses=RESPONSES,
    )
    def post(self, request: Request) -> HttpResponseBase:
        """As soon as one of them trades or is closed, the other is canceled."""
        wanted = body_of(request, OneCancelsOtherSerializer)
        found = orders.place_oco(
            OrderTicket(**wanted["first"]), OrderTicket(**wanted["second"]), actor=actor_of(request)
        )
        return _answer(request, found)


def _answer(request: Request, found: list[Receipt]) -> HttpResponseBase:
    """The orders of an accepted package, or the problem that its first rejected order has."""
    rejected = next((receipt for receipt in found if not receipt.is_accepted), None)
    if rejected is not None:
        return receipts.answer(request, rejected, fresh_status=status.HTTP_201_CREATED)
    is_replayed = all(receipt.replayed for receipt in found)
    return Response(
        OrderSerializer([receipt.order for receipt in found], many=True).data,
        status.HTTP_200_OK if is_replayed else status.HTTP_201_CREATED,
        headers={"Idempotent-Replayed": "true"} if is_replayed else {},
    )
