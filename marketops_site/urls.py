"""Every route of the exchange."""

import sys

from django.contrib import admin
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from marketops_site import health
from rest_api import problems
from web.views import errors as pages

urlpatterns = [
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("metrics", health.metrics),
    path("admin/", admin.site.urls),
    path("api/v1/", include("rest_api.urls")),
    path("", include("web.urls")),
]


def handler404(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The door that the path belongs to says that there is nothing here."""
    return problems.not_found(request, exception) if _is_api(request) else pages.not_found(request, exception)


def handler500(request: HttpRequest) -> HttpResponse:
    """The door that the path belongs to says that the fault is ours, or that the database is away."""
    if isinstance(sys.exception(), OperationalError | InterfaceError):
        return problems.unavailable(request) if _is_api(request) else pages.unavailable(request)
    return problems.server_error(request) if _is_api(request) else pages.server_error(request)


def handler400(request: HttpRequest, exception: Exception) -> HttpResponse:
    """The door that the path belongs to says that this is no request."""
    return problems.bad_request(request, exception) if _is_api(request) else pages.bad_request(request, exception)


handler403 = "web.views.errors.forbidden"


def _is_api(request: HttpRequest) -> bool:
    return request.path.startswith("/api/")
