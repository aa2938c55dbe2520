"""The actor's API keys."""

from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from access.selectors import api_keys as key_selectors
from access.services import api_keys as keys
from market.services import api_keys
from rest_api import documentation
from rest_api.pages import refuse_query, shown
from rest_api.permissions import actor_of
from rest_api.serializers.keys import IssuedKeySerializer, KeySerializer, NewKeySerializer, terms_in
from rest_api.serializers.strict import body_of
from rest_api.views.base import ApiView, row_id_in

TAG = ["Keys"]
EXAMPLE = {"name": "my bot", "scopes": ["READ", "TRADE"], "accounts": ["A-1001"], "addresses": ["192.0.2.0/24"]}


class KeysView(ApiView):
    """The actor's API keys."""

    @extend_schema(
        operation_id="list_keys",
        summary="Your API keys",
        tags=TAG,
        parameters=[documentation.fields_of(KeySerializer), documentation.RETRY_AFTER, documentation.AUTHENTICATE],
        responses={200: KeySerializer(many=True), **documentation.problems(400, 401, 405, 406, 503)},
    )
    def get(self, request: Request) -> Response:
        """Your keys in force, newest first, without their secrets."""
        return shown(request, KeySerializer(key_selectors.of_actor(actor_of(request)), many=True))

    @extend_schema(
        operation_id="issue_key",
        summary="Issue an API key",
        tags=TAG,
        parameters=[documentation.RETRY_AFTER, documentation.AUTHENTICATE],
        request=NewKeySerializer,
        responses={
            201: OpenApiResponse(IssuedKeySerializer, description="The secrets are shown this once."),
            **documentation.problems(400, 401, 403, 405, 406, 413, 415, 503),
        },
        examples=[OpenApiExample("For one bot", EXAMPLE, request_only=True)],
    )
    def post(self, request: Request) -> Response:
        """A further key, that may no more than the one you ask with."""
        wanted = body_of(request, NewKeySerializer)
        issued = api_keys.issue(actor=actor_of(request), name=wanted["name"], terms=terms_in(wanted))
        return Response(IssuedKeySerializer(issued).data, status.HTTP_201_CREATED)


class KeyView(ApiView):
    """One of the actor's API keys."""

    @extend_schema(
        operation_id="revoke_key",
        summary="Revoke an API key",
        tags=TAG,
        parameters=[documentation.RETRY_AFTER, documentation.AUTHENTICATE],
        request=None,
        responses={204: None, **documentation.problems(401, 403, 404, 405, 406, 503)},
    )
    def delete(self, request: Request, key_id: str) -> Response:
        """Revoke a key at once; what streams with it ends within seconds."""
        refuse_query(request)
        keys.revoke(actor=actor_of(request), key_id=row_id_in(key_id, absent="You have no such key."))
        return Response(status=status.HTTP_204_NO_CONTENT)
