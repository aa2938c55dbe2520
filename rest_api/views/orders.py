"""Orders: placing, reading, replacing and canceling them, and their execution reports."""

from typing import Any

from django.http import HttpResponseBase
from django.urls import reverse
from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from access.budgets import Budget, Cost
from access.records import Actor
from market.errors import NotFound
from market.records import OrderRecord, OrderTicket, ReplaceTicket
from market.selectors import executions
from market.selectors import orders as order_selectors
from market.services import orders
from rest_api import documentation, receipts
from rest_api.pages import following, refuse_query, shown
from rest_api.permissions import actor_of
from rest_api.preferences import wait_if_preferred
from rest_api.serializers.orders import (
    CheckSerializer,
    ExecutionSerializer,
    MassCancelQuery,
    MassCancelSerializer,
    OrderSerializer,
    OrdersQuery,
    OrderTicketSerializer,
    ReplaceTicketSerializer,
    ReportsQuery,
    ReportsSerializer,
)
from rest_api.serializers.strict import body_of, query_of
from rest_api.views.base import ApiView, order_id_in

TAG = ["Orders"]
REPLACE_EXAMPLE = {"cl_ord_id": "my-2", "order_qty": "80", "price": "10.06"}


class OrdersView(ApiView):
    """The actor's orders."""

    costs = {"GET": Cost(Budget.READS, 2)}

    @extend_schema(
        operation_id="list_orders",
        summary="Your orders",
        tags=TAG,
        parameters=[
            documentation.fields_of(OrderSerializer),
            documentation.NEXT_PAGE,
            OrdersQuery,
            documentation.RETRY_AFTER,
            documentation.AUTHENTICATE,
        ],
        responses={200: OrderSerializer(many=True), **documentation.problems(*documentation.READING_ONES_OWN)},
        examples=[documentation.order_example("Your newest order")],
    )
    def get(self, request: Request) -> Response:
        """Your orders, newest first."""
        query = query_of(request, OrdersQuery)
        found = _orders_found(query, actor=actor_of(request))
        next_page = following(found, count=query["count"], before="order_id")
        return shown(request, OrderSerializer(found, many=True), next_page=next_page)

    @extend_schema(
        operation_id="place_order",
        summary="Place an order",
        tags=TAG,
        parameters=[
            documentation.PREFER,
            documentation.LOCATION,
            documentation.AUTHENTICATE,
            documentation.REPLAYED,
            documentation.PREFERENCE_APPLIED,
            documentation.RETRY_AFTER,
        ],
        request=OrderTicketSerializer,
        responses={
            201: OpenApiResponse(
                OrderSerializer,
                description="Taken on. From here on nothing loses the order.",
                examples=[documentation.order_example("Taken on", ord_status="PENDING_NEW")],
            ),
            200: OpenApiResponse(
                OrderSerializer,
                description="The same ticket again: the order as it stands now.",
                examples=[documentation.order_example("Taken on before")],
            ),
            **documentation.problems(*documentation.TRADING),
        },
        examples=[
            OpenApiExample("A limit order", documentation.TICKET_EXAMPLE, request_only=True),
            OpenApiExample(
                "A stop to sell",
                {
                    **{name: text for name, text in documentation.TICKET_EXAMPLE.items() if name != "price"},
                    "side": "SELL",
                    "ord_type": "STOP",
                    "stop_px": "9.50",
                },
                request_only=True,
            ),
            OpenApiExample(
                "A market order",
                {**documentation.TICKET_EXAMPLE, "ord_type": "MARKET", "price": None, "time_in_force": "IOC"},
                request_only=True,
            ),
        ],
    )
    def post(self, request: Request) -> HttpResponseBase:
        """Place an order, once for each `cl_ord_id` however often it is sent.

        After a time-out the outcome is unknown: send the same request again.
        """
        ticket = OrderTicket(**body_of(request, OrderTicketSerializer))
        receipt = orders.place(ticket, actor=actor_of(request))
        answer = receipts.answer(
            request,
            receipt,
            fresh_status=status.HTTP_201_CREATED,
            wait_until=order_selectors.wait_until_sequenced,
        )
        if answer.status_code == status.HTTP_201_CREATED and receipt.order is not None:
            answer["Location"] = reverse("rest_api:order", args=[receipt.order.order_id])
        return answer

    @extend_schema(
        operation_id="cancel_orders",
        summary="Cancel all orders of an account",
        tags=TAG,
        parameters=[MassCancelQuery, documentation.AUTHENTICATE, documentation.RETRY_AFTER],
        request=None,
        responses={
            202: OpenApiResponse(MassCancelSerializer, description="Taken on; fills may still come first."),
            **documentation.problems(400, 401, 403, 404, 405, 406, 409, 503, 504),
        },
    )
    def delete(self, request: Request) -> Response:
        """Ask for everything that an account has open to be canceled, of one instrument or side if named."""
        query = query_of(request, MassCancelQuery)
        count = orders.mass_cancel(query.pop("account"), **query, actor=actor_of(request))
        return Response(MassCancelSerializer({"orders": count}).data, status.HTTP_202_ACCEPTED)


class OrderCheckView(ApiView):
    """Orders that are only checked."""

    @extend_schema(
        operation_id="check_order",
        summary="Check an order without placing it",
        tags=TAG,
        parameters=[documentation.RETRY_AFTER, documentation.AUTHENTICATE],
        request=OrderTicketSerializer,
        responses={
            200: OpenApiResponse(CheckSerializer, description="What the exchange would answer now."),
            **documentation.problems(400, 401, 403, 405, 406, 409, 413, 415, 503, 504),
        },
        examples=[OpenApiExample("A limit order", documentation.TICKET_EXAMPLE, request_only=True)],
    )
    def post(self, request: Request) -> Response:
        """The checks that placing makes, and nothing else: nothing is recorded, and the `cl_ord_id` stays free."""
        receipt = orders.check(OrderTicket(**body_of(request, OrderTicketSerializer)), actor=actor_of(request))
        return Response(CheckSerializer(receipt).data)


class OrderView(ApiView):
    """One of the actor's orders."""

    @extend_schema(
        operation_id="get_order",
        summary="One order",
        tags=TAG,
        parameters=[documentation.fields_of(OrderSerializer), documentation.RETRY_AFTER, documentation.AUTHENTICATE],
        responses={200: OrderSerializer, **documentation.problems(400, 401, 404, 405, 406, 503)},
        examples=[documentation.order_example("An open order")],
    )
    def get(self, request: Request, order_id: str) -> Response:
        """Where the order stands."""
        order = order_selectors.access_order(order_id_in(order_id), actor=actor_of(request))
        return shown(request, OrderSerializer(order))

    @extend_schema(
        operation_id="replace_order",
        summary="Replace an order",
        tags=TAG,
        parameters=[documentation.AUTHENTICATE, documentation.REPLAYED, documentation.RETRY_AFTER],
        request=ReplaceTicketSerializer,
        responses={
            202: OpenApiResponse(OrderSerializer, description="Taken on; the matcher decides."),
            200: OpenApiResponse(OrderSerializer, description="The same ticket again: the order as it stands now."),
            **documentation.problems(*documentation.TRADING, 404),
        },
        examples=[OpenApiExample("Fewer, and higher", REPLACE_EXAMPLE, request_only=True)],
    )
    def patch(self, request: Request, order_id: str) -> HttpResponseBase:
        """Change price and total quantity. A lower quantity at the same price keeps the order's priority."""
        ticket = ReplaceTicket(order_id=order_id_in(order_id), **body_of(request, ReplaceTicketSerializer))
        receipt = orders.replace(ticket, actor=actor_of(request))
        return receipts.answer(request, receipt, fresh_status=status.HTTP_202_ACCEPTED)

    @extend_schema(
        operation_id="cancel_order",
        summary="Cancel an order",
        tags=TAG,
        parameters=[
            documentation.PREFER,
            documentation.AUTHENTICATE,
            documentation.PREFERENCE_APPLIED,
            documentation.RETRY_AFTER,
        ],
        request=None,
        responses={
            202: OpenApiResponse(OrderSerializer, description="Taken on; a fill may still come first."),
            **documentation.problems(401, 403, 404, 405, 406, 409, 422, 503, 504),
        },
    )
    def delete(self, request: Request, order_id: str) -> Response:
        """Ask for what is still open to be canceled. Cancels are taken in a halt, too."""
        refuse_query(request)
        actor = actor_of(request)
        order = orders.cancel(order_id_in(order_id), actor=actor)
        order, headers = wait_if_preferred(request, order, wait_until=order_selectors.wait_until_closed, actor=actor)
        return Response(OrderSerializer(order).data, status.HTTP_202_ACCEPTED, headers=headers)


class ExecutionsView(ApiView):
    """The execution reports of one of the actor's orders."""

    @extend_schema(
        operation_id="list_executions",
        summary="An order's execution reports",
        tags=TAG,
        parameters=[
            documentation.fields_of(ExecutionSerializer),
            documentation.RETRY_AFTER,
            documentation.AUTHENTICATE,
        ],
        responses={200: ExecutionSerializer(many=True), **documentation.problems(400, 401, 404, 405, 406, 503)},
    )
    def get(self, request: Request, order_id: str) -> Response:
        """What happened to the order, oldest first."""
        reports = executions.of_order(order_id_in(order_id), actor=actor_of(request))
        return shown(request, ExecutionSerializer(reports, many=True))


class ReportsView(ApiView):
    """The execution reports of the actor's orders in one book."""

    costs = {"GET": Cost(Budget.READS, 5)}

    @extend_schema(
        operation_id="list_reports",
        summary="Your execution reports since an event",
        tags=TAG,
        parameters=[ReportsQuery, documentation.RETRY_AFTER, documentation.AUTHENTICATE],
        responses={200: ReportsSerializer, **documentation.problems(400, 401, 404, 405, 406, 410, 503)},
    )
    def get(self, request: Request) -> Response:
        """What happened to your orders after an event of a book, oldest first: all of it, and nothing twice.

        Go on from `last_sequence`, also when there are no reports: so many events were nobody's of yours.
        """
        query = query_of(request, ReportsQuery)
        page = executions.after(query.pop("symbol"), **query, actor=actor_of(request))
        return Response(ReportsSerializer(page).data)


def _orders_found(query: dict[str, Any], *, actor: Actor) -> list[OrderRecord]:
    if "cl_ord_id" not in query:
        return order_selectors.of_actor(actor, **query)
    try:
        return [order_selectors.by_cl_ord_id(query["account"], query["cl_ord_id"], actor=actor)]
    except NotFound:
        return []
