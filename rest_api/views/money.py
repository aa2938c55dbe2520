"""The ledger of an account, and what staff do to the money of accounts."""

from collections.abc import Callable, Mapping

from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.permissions import IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response

from market.records import MovementRecord
from market.selectors import ledger
from market.selectors import movements as movement_selectors
from market.services import accounts, movements
from rest_api import documentation
from rest_api.permissions import IsStaff, actor_of
from rest_api.serializers.money import (
    LedgerQuery,
    LedgerRowSerializer,
    MovementSerializer,
    MovementsQuery,
    NewMovementSerializer,
)
from rest_api.serializers.strict import body_of, query_of
from rest_api.views.base import ApiView

TAG = ["Staff"]
WAIT_S = 2.0
EXAMPLE = {"kind": "DEPOSIT", "account": "A-1001", "amount": "250.00", "reference": "prize-7", "note": "first prize"}
ACTS: Mapping[str, Callable[..., MovementRecord]] = {
    "DEPOSIT": movements.deposit,
    "WITHDRAWAL": movements.withdraw,
    "RESET": movements.reset,
}
DECIDED = {200: OpenApiResponse(MovementSerializer, description="As it stands now.")}


class LedgerView(ApiView):
    """The ledger of an account."""

    @extend_schema(
        operation_id="list_ledger",
        summary="An account's ledger",
        tags=["Accounts"],
        parameters=[LedgerQuery, documentation.RETRY_AFTER, documentation.AUTHENTICATE],
        responses={
            200: LedgerRowSerializer(many=True),
            **documentation.problems(*documentation.READING_ONES_OWN, 404),
        },
    )
    def get(self, request: Request, account: str) -> Response:
        """Every movement of its money and quantities, newest first; the next page begins behind the last cursor."""
        query = query_of(request, LedgerQuery)
        causes = query.pop("cause").split(",") if "cause" in query else ()
        rows = ledger.of_account(account, actor=actor_of(request), causes=causes, **query)
        return Response(LedgerRowSerializer(rows, many=True).data)


class StaffView(ApiView):
    """What is for staff alone."""

    permission_classes = (IsAuthenticated, IsStaff)


class MovementsView(StaffView):
    """What was asked of the money of accounts."""

    @extend_schema(
        operation_id="list_movements",
        summary="Movements of money (staff)",
        tags=TAG,
        parameters=[MovementsQuery, documentation.RETRY_AFTER, documentation.AUTHENTICATE],
        responses={
            200: MovementSerializer(many=True),
            **documentation.problems(*documentation.READING_ONES_OWN, 403),
        },
    )
    def get(self, request: Request) -> Response:
        """The newest movements, or those that wait for a second person."""
        found = movement_selectors.newest(actor=actor_of(request), **query_of(request, MovementsQuery))
        return Response(MovementSerializer(found, many=True).data)

    @extend_schema(
        operation_id="move_money",
        summary="Pay in, pay out, or reset an account (staff)",
        tags=TAG,
        parameters=[documentation.RETRY_AFTER, documentation.AUTHENTICATE],
        request=NewMovementSerializer,
        responses={
            200: OpenApiResponse(MovementSerializer, description="Done; or it was, by this very reference."),
            202: OpenApiResponse(MovementSerializer, description="It waits for a second person."),
            **documentation.problems(*documentation.OPERATING, 409, 422),
        },
        examples=[OpenApiExample("A deposit", EXAMPLE, request_only=True)],
    )
    def post(self, request: Request) -> Response:
        """Done once by its reference; where two persons are asked for it waits."""
        body = body_of(request, NewMovementSerializer)
        waiting = {"wait_s": WAIT_S} if body["kind"] == "RESET" else {}
        movement = ACTS[body.pop("kind")](body.pop("account"), **body, **waiting, actor=actor_of(request))
        is_done = movement.status == "DONE"
        return Response(
            MovementSerializer(movement).data, status=status.HTTP_200_OK if is_done else status.HTTP_202_ACCEPTED
        )


class ApproveMovementView(StaffView):
    """Doing what somebody else has proposed."""

    @extend_schema(
        operation_id="approve_movement",
        summary="Approve a movement (staff)",
        tags=TAG,
        parameters=[documentation.RETRY_AFTER, documentation.AUTHENTICATE],
        request=None,
        responses={**DECIDED, **documentation.problems(*documentation.OPERATING, 409, 422)},
    )
    def post(self, request: Request, reference: str) -> Response:
        """Only somebody else than who proposed it may."""
        done = movements.approve(reference, actor=actor_of(request), wait_s=WAIT_S)
        return Response(MovementSerializer(done).data)


class DeclineMovementView(StaffView):
    """Turning down what somebody else has proposed."""

    @extend_schema(
        operation_id="decline_movement",
        summary="Decline a movement (staff)",
        tags=TAG,
        parameters=[documentation.RETRY_AFTER, documentation.AUTHENTICATE],
        request=None,
        responses={**DECIDED, **documentation.problems(*documentation.OPERATING, 409)},
    )
    def post(self, request: Request, reference: str) -> Response:
        """Only somebody else than who proposed it may."""
        return Response(MovementSerializer(movements.decline(reference, actor=actor_of(request))).data)


class GrantView(StaffView):
    """A user's right to see and trade an account."""

    @extend_schema(
        operation_id="grant_account",
        summary="Let a user trade an account (staff)",
        tags=TAG,
        parameters=[documentation.RETRY_AFTER, documentation.AUTHENTICATE],
        request=None,
        responses={204: None, **documentation.problems(*documentation.OPERATING)},
    )
    def put(self, request: Request, account: str, username: str) -> Response:
        """Granted once more, nothing changes."""
        accounts.grant(account, username=username, actor=actor_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(
        operation_id="revoke_account",
        summary="Take a user's right to an account away (staff)",
        tags=TAG,
        parameters=[documentation.RETRY_AFTER, documentation.AUTHENTICATE],
        responses={204: None, **documentation.problems(*documentation.OPERATING)},
    )
    def delete(self, request: Request, account: str, username: str) -> Response:
        """From the user's next request on."""
        accounts.revoke(account, username=username, actor=actor_of(request))
        return Response(status=status.HTTP_204_NO_CONTENT)
