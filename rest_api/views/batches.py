"""Orders and cancels that are sent together and stand each for itself."""

from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from access.budgets import Budget, Cost
from market.errors import Throttled
from market.records import OrderTicket
from market.services import orders
from rest_api import budgets, documentation, receipts
from rest_api.permissions import actor_of
from rest_api.serializers.batches import (
    BatchCancelSerializer,
    BatchResultsSerializer,
    BatchSerializer,
    CancelResultsSerializer,
)
from rest_api.serializers.strict import body_of
from rest_api.views.base import ApiView

TICKETS = [documentation.TICKET_EXAMPLE, {**documentation.TICKET_EXAMPLE, "cl_ord_id": "my-2", "side": "SELL"}]

NAMES = [{"order_id": "17"}, {"account": "A-1001", "cl_ord_id": "my-2"}]


class BatchView(ApiView):
    """Batches of orders."""

    costs = {"POST": Cost(Budget.ORDERS, 10)}

    @extend_schema(
        operation_id="place_orders",
        summary="Place many orders",
        tags=["Orders"],
        parameters=[documentation.AUTHENTICATE, documentation.RETRY_AFTER],
        request=BatchSerializer,
        responses={
            200: OpenApiResponse(BatchResultsSerializer, description="What became of each order, in their order."),
            **documentation.problems(400, 401, 403, 405, 406, 409, 413, 415, 503, 504),
        },
        examples=[OpenApiExample("Both sides of a market", {"orders": TICKETS}, request_only=True)],
    )
    def post(self, request: Request) -> Response:
        """Place up to 100 orders in one commit, each answered as it would have been alone.

        A body that cannot be read refuses all of them; one order that is rejected refuses no other. Of what comes too
        fast, or finds the inbox of its book full, each result is a 429; where that is all of them, so is the answer.
        After a time-out the outcome is unknown: send the same request again.
        """
        tickets = [OrderTicket(**ticket) for ticket in body_of(request, BatchSerializer)["orders"]]
        answers = orders.place_many(tickets, actor=actor_of(request))
        if isinstance(answers[0], Throttled) and all(isinstance(answer, Throttled) for answer in answers):
            raise answers[0]
        results = [receipts.result(request, answer, place=place) for place, answer in enumerate(answers)]
        return Response({"results": results})


class BatchCancelView(ApiView):
    """Batches of cancels."""

    costs = {"POST": budgets.CANCELING}

    @extend_schema(
        operation_id="cancel_named_orders",
        summary="Cancel many orders",
        tags=["Orders"],
        parameters=[documentation.AUTHENTICATE, documentation.RETRY_AFTER],
        request=BatchCancelSerializer,
        responses={
            200: OpenApiResponse(CancelResultsSerializer, description="What became of each cancel, in their order."),
            **documentation.problems(400, 401, 403, 405, 406, 409, 413, 415, 503, 504),
        },
        examples=[OpenApiExample("By either name", {"orders": NAMES}, request_only=True)],
    )
    def post(self, request: Request) -> Response:
        """Ask for up to 100 orders to be canceled in one commit, each answered as it would have been alone.

        A body that cannot be read refuses all of them; one order that is absent or closed holds up no other. Fills may
        still come first. It costs as many units as there are orders.
        """
        names = [order["name"] for order in body_of(request, BatchCancelSerializer)["orders"]]
        if len(names) > 1:
            budgets.charge(request, Cost(Budget.CANCELS, len(names) - budgets.CANCELING.units))
        answers = orders.cancel_named(names, actor=actor_of(request))
        results = [receipts.cancel_result(request, answer, place=place) for place, answer in enumerate(answers)]
        return Response({"results": results})
