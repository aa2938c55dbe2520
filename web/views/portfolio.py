"""The Portfolio page: what the actor has."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from access.records import Actor
from market.selectors import accounts, positions
from web.actors import signed_in
from web.pages import render_page


@require_safe
@signed_in
def page(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The actor's accounts and positions."""
    context = {"accounts": accounts.of_actor(actor), "positions": positions.of_actor(actor)}
    return render_page(request, "web/portfolio.html", context, actor=actor)
