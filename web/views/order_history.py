"""Looking back at one's orders."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from access.records import Actor
from market.selectors import orders
from web.actors import signed_in
from web.converters import ROW_ID_DIGITS_MAX
from web.pages import render_page

ORDERS_PER_PAGE = 50


@require_safe
@signed_in
def page(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The actor's orders, newest first, a page at a time."""
    listed = orders.of_actor(actor, before=_before(request), count=ORDERS_PER_PAGE + 1)
    shown = listed[:ORDERS_PER_PAGE]
    context = {
        "orders": shown,
        "older_before": shown[-1].order_id if len(listed) > ORDERS_PER_PAGE else None,
        "is_first_page": "before" not in request.GET,
    }
    return render_page(request, "web/orders.html", context, actor=actor)


def _before(request: HttpRequest) -> int | None:
    text = request.GET.get("before", "")
    is_row_id = text.isascii() and text.isdigit() and len(text) <= ROW_ID_DIGITS_MAX
    return int(text) if is_row_id else None
