"""Rendering a page, and going back to one. What shows a person's money is kept by no shared cache."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.cache import patch_cache_control
from django.utils.http import url_has_allowed_host_and_scheme

from access.records import Actor


def render_page(
    request: HttpRequest,
    template: str,
    context: Mapping[str, Any],
    *,
    actor: Actor | None,
    status: int = 200,
) -> HttpResponse:
    """The template as a response, with ``actor`` in its context."""
    response = render(request, template, {**context, "actor": actor}, status=status)
    if actor is not None:
        patch_cache_control(response, private=True, no_cache=True)
    return response


def see_other(request: HttpRequest, *, fallback: str) -> HttpResponseRedirect:
    """Back to the page that the form names in ``next``, if it is one of ours, else to ``fallback``."""
    address = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    response = redirect(address if is_ours else fallback)
    response.status_code = 303
    return response
