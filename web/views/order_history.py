"""Looking back at one's orders: the list, one order with what happened to it, and all of it as a file."""

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from access.records import Actor
from market.errors import NotFound
from market.selectors import executions, instruments, orders
from web import csv_files
from web.actors import signed_in
from web.converters import ROW_ID_DIGITS_MAX
from web.forms.order_filter import OrderFilter
from web.pages import render_page

ORDERS_PER_PAGE = 50
ORDERS_EXPORTED_MAX = 10_000
EXPORTED = (
    "order_id", "cl_ord_id", "account", "symbol", "side", "ord_type", "time_in_force", "order_qty", "price", "stop_px",
    "ord_status", "cum_qty", "leaves_qty", "avg_px", "reject_reason", "created_at", "transact_time",
)  # fmt: skip


@require_safe
@signed_in
def page(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The actor's orders that are asked for, newest first, a page at a time."""
    chosen = _filter(request)
    listed = orders.of_actor(actor, before=_before(request), count=ORDERS_PER_PAGE + 1, **chosen.conditions())
    shown = listed[:ORDERS_PER_PAGE]
    context = {
        "orders": shown,
        "filter": chosen,
        "is_filtered": any(chosen.conditions().values()) or chosen.conditions()["is_open"] is False,
        "chosen": urlencode({name: value for name, value in chosen.cleaned_data.items() if value}),
        "older_before": shown[-1].order_id if len(listed) > ORDERS_PER_PAGE else None,
        "is_first_page": "before" not in request.GET,
    }
    return render_page(request, "web/orders.html", context, actor=actor)


@require_safe
@signed_in
def order(request: HttpRequest, actor: Actor, order_id: int) -> HttpResponse:
    """One of the actor's orders with its execution reports."""
    try:
        record = orders.access_order(order_id, actor=actor)
        reports = executions.of_order(order_id, actor=actor)
    except NotFound as error:
        raise Http404 from error
    return render_page(request, "web/order.html", {"order": record, "reports": reports}, actor=actor)


@require_safe
@signed_in
def export(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The orders that are asked for as a CSV file, newest first."""
    listed = orders.of_actor(actor, count=ORDERS_EXPORTED_MAX, **_filter(request).conditions())
    return csv_files.download("orders.csv", columns=EXPORTED, records=listed)


def _filter(request: HttpRequest) -> OrderFilter:
    return OrderFilter(request.GET, symbols=[instrument.symbol for instrument in instruments.every()])


def _before(request: HttpRequest) -> int | None:
    text = request.GET.get("before", "")
    is_row_id = text.isascii() and text.isdigit() and len(text) <= ROW_ID_DIGITS_MAX
    return int(text) if is_row_id else None
