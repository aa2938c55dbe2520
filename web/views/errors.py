"""What a person sees when a page cannot be shown. These pages need neither the database nor a session."""

from math import ceil

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from market.errors import NotFound, NotPermitted, Unavailable

RETRY_AFTER_S = 5


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400: the browser sent something that is not a request for a page."""
    return _error(
        request, 400, "This request made no sense", "Go back and try again; if you typed the address, check it."
    )


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: signed in, but not allowed."""
    return _error(
        request,
        403,
        "This page is not for you",
        "Your role does not allow it. An operator can help.",
        code=NotPermitted.code,
    )


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: a form came without its token, from another page or from a session that has ended."""
    return _error(
        request,
        403,
        "This form is out of date",
        "Nothing was done. Go back, reload the page and send the form again; cookies must be allowed.",
    )


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404: no such page, instrument or order."""
    # What was looked for stands behind the 404; an address that is none has nothing behind it.
    missed = exception.__cause__
    return _error(
        request,
        404,
        "Nothing is listed here",
        "Check the address, or find the instrument under Markets.",
        code=missed.code if isinstance(missed, NotFound) else NotFound.code,
    )


def locked_out(
    request: HttpRequest, response: HttpResponse | None = None, credentials: dict[str, object] | None = None
) -> HttpResponse:
    """429: too many failed attempts to sign in with one name from one address."""
    minutes = round(settings.AXES_COOLOFF_TIME * 60)
    page = _error(
        request,
        429,
        "Too many attempts",
        f"Signing in with this name is locked from here for {minutes} minutes. Then try again.",
    )
    page.headers["Retry-After"] = str(minutes * 60)
    return page


def too_often(request: HttpRequest, *, retry_after_s: float) -> HttpResponse:
    """429: too many attempts to sign in from one address, under whatever names."""
    page = _error(request, 429, "Too many attempts", "Signing in was tried too often from here. Wait a little.")
    page.headers["Retry-After"] = str(ceil(retry_after_s))
    return page


def unavailable(request: HttpRequest) -> HttpResponse:
    """503: the database is away, and the page comes back with it."""
    page = _error(
        request,
        503,
        "The exchange is away for a moment",
        "Orders that were accepted are safe. If you have just placed one and saw no answer, look under Orders before "
        "you send it again. Reload this page in a moment.",
        code=Unavailable.code,
    )
    page.headers["Retry-After"] = str(RETRY_AFTER_S)
    return page


def server_error(request: HttpRequest) -> HttpResponse:
    """500: the fault is ours."""
    return _error(
        request,
        500,
        "Something broke on our side",
        "It has been written down. If you were placing an order, look under Orders before you send it again.",
    )


def _error(request: HttpRequest, status: int, title: str, sentence: str, *, code: str = "") -> HttpResponse:
    context = {"status": status, "title": title, "sentence": sentence, "code": code, "is_bare": True}
    return render(None, "web/error.html", context, status=status)
