"""Who is looking at a page: the signed-in user as an actor, and what happens to those who may not pass."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth import load_backend, login
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect

from access.networks import caller_address
from access.records import Actor
from access.selectors import users

P = ParamSpec("P")
BACKEND = "django.contrib.auth.backends.ModelBackend"


def actor_of(request: HttpRequest) -> Actor | None:
    """The signed-in user as an actor; None for a visitor and for a user who is no longer active."""
    if not request.user.is_authenticated:
        return None
    return users.actor_of(request.user.pk, door="web", address=caller_address(request.META))


def sign_in(request: HttpRequest, actor: Actor) -> None:
    """Begin a session of somebody who has just come in, or has chosen a new password."""
    login(request, load_backend(BACKEND).get_user(actor.user_id), backend=BACKEND)


def signed_in(
    view: Callable[Concatenate[HttpRequest, Actor, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Give the view its actor; send everybody else to the sign-in page."""

    @wraps(view)
    def with_actor(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        actor = actor_of(request)
        if actor is None:
            return _ask_to_sign_in(request)
        return view(request, actor, *args, **kwargs)

    return with_actor


def operators_only(
    view: Callable[Concatenate[HttpRequest, Actor, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Give the view an actor who may operate; anyone else who is signed in gets 403."""

    @signed_in
    @wraps(view)
    def with_operator(request: HttpRequest, actor: Actor, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not actor.role.may_operate:
            raise PermissionDenied
        return view(request, actor, *args, **kwargs)

    return with_operator


def _ask_to_sign_in(request: HttpRequest) -> HttpResponse:
    back_to = request.path if request.method in ("GET", "HEAD") else reverse("web:markets")
    if request.headers.get("HX-Request"):
        return HttpResponseClientRedirect(reverse("web:sign_in"))
    return redirect_to_login(back_to)
