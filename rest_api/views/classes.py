"""Classes: those that the actor is in, joining one, and how its members stand."""

from drf_spectacular.utils import OpenApiExample, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from market.selectors import classes as class_selectors
from market.services import classes
from rest_api import documentation
from rest_api.pages import shown
from rest_api.permissions import actor_of
from rest_api.serializers.accounts import AccountSerializer
from rest_api.serializers.classes import ClassSerializer, JoinSerializer, RankSerializer
from rest_api.serializers.strict import body_of
from rest_api.views.base import ApiView

TAG = ["Classes"]
READING_ONE = documentation.problems(*documentation.READING_ONES_OWN, 404)


class ClassesView(ApiView):
    """The actor's classes."""

    @extend_schema(
        operation_id="list_classes",
        summary="Your classes",
        tags=TAG,
        parameters=[documentation.fields_of(ClassSerializer), documentation.RETRY_AFTER, documentation.AUTHENTICATE],
        responses={200: ClassSerializer(many=True), **documentation.problems(*documentation.READING_ONES_OWN)},
    )
    def get(self, request: Request) -> Response:
        """The classes that you are in, newest first; all of them for staff."""
        return shown(request, ClassSerializer(class_selectors.of_actor(actor_of(request)), many=True))


class JoinView(ApiView):
    """Joining a class."""

    @extend_schema(
        operation_id="join_class",
        summary="Join a class by its code",
        tags=TAG,
        parameters=[documentation.RETRY_AFTER, documentation.AUTHENTICATE],
        request=JoinSerializer,
        responses={
            200: OpenApiResponse(AccountSerializer, description="The account with which you are in the class."),
            **documentation.problems(400, 401, 403, 404, 405, 406, 413, 415, 503),
        },
        examples=[OpenApiExample("A code", {"code": "BQ94QUD6"}, request_only=True)],
    )
    def post(self, request: Request) -> Response:
        """You get an account with the grant of the class. Joined once more, you are given the same account."""
        account = classes.join(body_of(request, JoinSerializer)["code"], actor=actor_of(request))
        return Response(AccountSerializer(account).data, status.HTTP_200_OK)


class ClassView(ApiView):
    """A class."""

    @extend_schema(
        operation_id="get_class",
        summary="A class",
        tags=TAG,
        parameters=[documentation.fields_of(ClassSerializer), documentation.RETRY_AFTER, documentation.AUTHENTICATE],
        responses={200: ClassSerializer, **READING_ONE},
    )
    def get(self, request: Request, code: str) -> Response:
        """One of the classes that you are in; staff see every one."""
        return shown(request, ClassSerializer(class_selectors.access_class(code, actor=actor_of(request))))


class LeaderboardView(ApiView):
    """How the members of a class stand."""

    @extend_schema(
        operation_id="get_leaderboard",
        summary="How the members of a class stand",
        tags=TAG,
        parameters=[documentation.fields_of(RankSerializer), documentation.RETRY_AFTER, documentation.AUTHENTICATE],
        responses={200: RankSerializer(many=True), **READING_ONE},
    )
    def get(self, request: Request, code: str) -> Response:
        """The best first: at the marks of now, and for good once the class is over."""
        return shown(request, RankSerializer(class_selectors.leaderboard(code, actor=actor_of(request)), many=True))


class ResultsView(ApiView):
    """How a class came out."""

    @extend_schema(
        operation_id="get_class_results",
        summary="The final results of a class",
        tags=TAG,
        parameters=[documentation.fields_of(RankSerializer), documentation.RETRY_AFTER, documentation.AUTHENTICATE],
        responses={200: RankSerializer(many=True), **READING_ONE},
    )
    def get(self, request: Request, code: str) -> Response:
        """The best first; 404 until they are final."""
        return shown(request, RankSerializer(class_selectors.results(code, actor=actor_of(request)), many=True))
