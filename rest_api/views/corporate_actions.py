"""What staff let become of all positions in an instrument: dividends, splits, delistings and expiries."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from access.records import Actor
from market.errors import InvalidRequest
from market.records import CorporateActionRecord
from market.selectors import corporate_actions as action_selectors
from market.services import corporate_actions
from rest_api import documentation
from rest_api.permissions import actor_of
from rest_api.serializers.corporate_actions import CorporateActionSerializer, NewCorporateActionSerializer
from rest_api.serializers.money import MovementsQuery
from rest_api.serializers.strict import body_of, query_of
from rest_api.views.money import TAG, WAIT_S, StaffView

EXAMPLE = {"kind": "DIVIDEND", "symbol": "ACME", "amount": "0.25", "reference": "spring-26", "note": "spring dividend"}
DECIDED = {200: OpenApiResponse(CorporateActionSerializer, description="As it stands now.")}


class CorporateActionsView(StaffView):
    """What was asked to become of all positions in an instrument."""

    @extend_schema(
        operation_id="list_corporate_actions",
        summary="Corporate actions (staff)",
        tags=TAG,
        parameters=[MovementsQuery, documentation.RETRY_AFTER, documentation.AUTHENTICATE],
        responses={
            200: CorporateActionSerializer(many=True),
            **documentation.problems(*documentation.READING_ONES_OWN, 403),
        },
    )
    def get(self, request: Request) -> Response:
        """The newest, or those that wait for a second person."""
        found = action_selectors.newest(actor=actor_of(request), **query_of(request, MovementsQuery))
        return Response(CorporateActionSerializer(found, many=True).data)

    @extend_schema(
        operation_id="act_for_issuer",
        summary="Pay a dividend, split, or delist (staff)",
        tags=TAG,
        parameters=[documentation.RETRY_AFTER, documentation.AUTHENTICATE],
        request=NewCorporateActionSerializer,
        responses={
            200: OpenApiResponse(CorporateActionSerializer, description="Done; or it was, by this very reference."),
            202: OpenApiResponse(CorporateActionSerializer, description="It waits for a second person."),
            **documentation.problems(*documentation.OPERATING, 409, 422),
        },
        examples=[OpenApiExample("A dividend", EXAMPLE, request_only=True)],
    )
    def post(self, request: Request) -> Response:
        """Done once by its reference; where two persons are asked for it waits."""
        action = _carry_out(body_of(request, NewCorporateActionSerializer), actor=actor_of(request))
        is_waiting = action.status == "WAITING"
        return Response(
            CorporateActionSerializer(action).data,
            status=status.HTTP_202_ACCEPTED if is_waiting else status.HTTP_200_OK,
        )


def _carry_out(body: Mapping[str, Any], *, actor: Actor) -> CorporateActionRecord:
    rest = {"reference": body["reference"], "note": body.get("note", ""), "actor": actor}
    if body["kind"] == "DIVIDEND":
        return corporate_actions.pay_dividend(body["symbol"], amount=body["amount"], **rest)
    if body["kind"] == "SPLIT":
        units = {name: body[name] for name in ("new_units", "old_units")}
        return corporate_actions.split(body["symbol"], **units, **rest, wait_s=WAIT_S)
    if body["kind"] == "EXPIRY":
        return corporate_actions.expire(body["symbol"], **rest, wait_s=WAIT_S)
    try:
        return corporate_actions.delist(body["symbol"], price=body["amount"], **rest, wait_s=WAIT_S)
    except InvalidRequest as error:
        if error.field == "price":
            error.field = "amount"  # as the body calls it
        raise


class ApproveCorporateActionView(StaffView):
    """Doing what somebody else has proposed."""

    @extend_schema(
        operation_id="approve_corporate_action",
        summary="Approve a corporate action (staff)",
        tags=TAG,
        parameters=[documentation.RETRY_AFTER, documentation.AUTHENTICATE],
        request=None,
        responses={**DECIDED, **documentation.problems(*documentation.OPERATING, 409, 422)},
    )
    def post(self, request: Request, reference: str) -> Response:
        """Only somebody else than who proposed it may."""
        done = corporate_actions.approve(reference, actor=actor_of(request), wait_s=WAIT_S)
        return Response(CorporateActionSerializer(done).data)


class DeclineCorporateActionView(StaffView):
    """Turning down what somebody else has proposed."""

    @extend_schema(
        operation_id="decline_corporate_action",
        summary="Decline a corporate action (staff)",
        tags=TAG,
        parameters=[documentation.RETRY_AFTER, documentation.AUTHENTICATE],
        request=None,
        responses={**DECIDED, **documentation.problems(*documentation.OPERATING, 409)},
    )
    def post(self, request: Request, reference: str) -> Response:
        """Only somebody else than who proposed it may."""
        return Response(CorporateActionSerializer(corporate_actions.decline(reference, actor=actor_of(request))).data)
