"""Placing, canceling and looking back at one's orders."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import trigger_client_event

from access.records import Actor
from market.errors import InboxFull, InProgress, MarketError, NotFound, OutcomeUnknown, Throttled, Unavailable
from market.records import InstrumentRecord
from market.selectors import accounts
from market.selectors import orders as order_records
from market.services import orders
from web.actors import signed_in
from web.converters import ROW_ID_DIGITS_MAX
from web.forms.ticket import FIELD_OF_REJECT, TERM_FIELDS, TicketForm
from web.pages import render_page, see_other
from web.sentences import Outcome, in_words, outcome_of, refusal_of
from web.views.instrument import access_instrument, render_trading

ORDERS_PER_PAGE = 50
SEQUENCED_WAIT_S = 1.0
STATUS_OF_ERROR: dict[type[MarketError], int] = {
    InProgress: 409,
    Throttled: 429,
    InboxFull: 429,
    OutcomeUnknown: 503,
    Unavailable: 503,
}
KEPT_FOR_THE_NEXT_TICKET = ("account", "side", "ord_type", "order_qty", "price", "time_in_force", *TERM_FIELDS)


@require_POST
@signed_in
def place(request: HttpRequest, actor: Actor, symbol: str) -> HttpResponse:
    """Place the order on the ticket and say what became of it."""
    instrument = access_instrument(symbol)
    own_accounts = accounts.of_actor(actor)
    form = TicketForm(request.POST, instrument=instrument, accounts=own_accounts)
    if not form.is_valid():
        return _show_ticket(request, actor, instrument, form=form, status=422)
    try:
        receipt = orders.place(form.ticket(), actor=actor)
    except MarketError as error:
        form.refuse(in_words(error.detail), code=error.code, field=error.field)
        return _show_ticket(request, actor, instrument, form=form, status=STATUS_OF_ERROR.get(type(error), 422))
    if not receipt.is_accepted or receipt.order is None:
        form.refuse(refusal_of(receipt), code=receipt.reject.code, field=FIELD_OF_REJECT.get(receipt.reject))
        form.renew()
        return _show_ticket(request, actor, instrument, form=form, status=422)
    order = order_records.wait_until_sequenced(receipt.order.order_id, actor=actor, timeout_s=SEQUENCED_WAIT_S)
    outcome = outcome_of(order, replayed=receipt.replayed)
    if not request.headers.get("HX-Request"):
        _tell(request, outcome)
        return see_other(request, fallback=reverse("web:instrument", args=[instrument.symbol]))
    kept = {name: form[name].value() for name in KEPT_FOR_THE_NEXT_TICKET}
    form = TicketForm.blank(instrument=instrument, accounts=own_accounts, **kept)
    return _show_ticket(request, actor, instrument, form=form, outcome=outcome, status=422 if outcome.code else 200)


@require_POST
@signed_in
def cancel(request: HttpRequest, actor: Actor, order_id: int) -> HttpResponse:
    """Ask for one of the actor's orders to be canceled."""
    status = 200
    try:
        order = orders.cancel(order_id, actor=actor)
        outcome = Outcome("info", f"Cancel requested for {order.side.name.lower()} {order.symbol}.")
    except NotFound as error:
        raise Http404 from error
    except MarketError as error:
        outcome = Outcome("bad", error.detail, error.code)
        status = STATUS_OF_ERROR.get(type(error), 422)
    if request.headers.get("HX-Request"):
        response = render_page(request, "web/_outcome.html", {"outcome": outcome}, actor=actor, status=status)
        return trigger_client_event(response, "own-changed")
    _tell(request, outcome)
    return see_other(request, fallback=reverse("web:orders"))


@require_safe
@signed_in
def page(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The actor's orders, newest first, a page at a time."""
    listed = order_records.of_actor(actor, before=_before(request), count=ORDERS_PER_PAGE + 1)
    shown = listed[:ORDERS_PER_PAGE]
    context = {
        "orders": shown,
        "older_before": shown[-1].order_id if len(listed) > ORDERS_PER_PAGE else None,
        "is_first_page": "before" not in request.GET,
    }
    return render_page(request, "web/orders.html", context, actor=actor)


def _show_ticket(
    request: HttpRequest,
    actor: Actor,
    instrument: InstrumentRecord,
    *,
    form: TicketForm,
    outcome: Outcome | None = None,
    status: int = 200,
) -> HttpResponse:
    if not request.headers.get("HX-Request"):
        return render_trading(request, actor, instrument=instrument, form=form, outcome=outcome, status=status)
    context = {"instrument": instrument, "form": form, "outcome": outcome}
    response = render_page(request, "web/_ticket.html", context, actor=actor, status=status)
    return trigger_client_event(response, "own-changed")


def _tell(request: HttpRequest, outcome: Outcome) -> None:
    level = {"good": messages.SUCCESS, "bad": messages.ERROR}.get(outcome.tone, messages.INFO)
    messages.add_message(request, level, outcome.text, extra_tags=outcome.code)


def _before(request: HttpRequest) -> int | None:
    text = request.GET.get("before", "")
    is_row_id = text.isascii() and text.isdigit() and len(text) <= ROW_ID_DIGITS_MAX
    return int(text) if is_row_id else None
