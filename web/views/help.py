"""The Help page."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from vocabulary import limits
from vocabulary.rejects import RejectReason
from web.actors import actor_of
from web.help_pictures import ORDER_TYPES
from web.pages import render_page


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """How to trade here."""
    reasons = [reason for reason in RejectReason if reason is not RejectReason.NONE]
    context = {"starting_deposit": limits.STARTING_DEPOSIT, "reasons": reasons, "order_types": ORDER_TYPES}
    return render_page(request, "web/help.html", context, actor=actor_of(request))
