"""What a role may do at the REST door. The services check again; this answers before a body is read."""

from typing import cast

from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from access.records import Actor
from vocabulary.roles import Role


def actor_of(request: Request) -> Actor:
    """The authenticated actor behind a request."""
    return cast("Actor", request.user)


class IsOperator(BasePermission):
    """Only operators and staff."""

    message = "Only an operator may do this."
    code = "not_permitted"

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Whether the actor may operate the exchange."""
        return bool(request.user) and actor_of(request).role.may_operate


class IsStaff(BasePermission):
    """Only staff."""

    message = "Only staff may do this."
    code = "not_permitted"

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Whether the actor is one of the staff."""
        return bool(request.user) and actor_of(request).role is Role.STAFF
