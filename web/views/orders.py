"""Changing and canceling one's orders."""

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST
from django_htmx.http import trigger_client_event

from access.records import Actor
from market.errors import MarketError, NotFound
from market.records import OrderRecord
from market.selectors import accounts
from market.services import orders
from web.actors import signed_in
from web.forms import ticket_refusals
from web.forms.replacement import ReplaceForm
from web.pages import render_page, see_other
from web.sentences import Outcome
from web.views.instrument import access_instrument
from web.views.tickets import STATUS_OF_ERROR, tell


@require_POST
@signed_in
def cancel(request: HttpRequest, actor: Actor, order_id: int) -> HttpResponse:
    """Ask for one of the actor's orders to be canceled."""
    try:
        order = orders.cancel(order_id, actor=actor)
    except NotFound as error:
        raise Http404 from error
    except MarketError as error:
        return _answer(request, actor, _failure(error), status=_status_of(error))
    return _answer(request, actor, Outcome("info", f"Cancel requested for {order.side.name.lower()} {order.symbol}."))


@require_POST
@signed_in
def cancel_all(request: HttpRequest, actor: Actor, symbol: str) -> HttpResponse:
    """Ask for all of the actor's orders in one instrument to be canceled."""
    instrument = access_instrument(symbol)
    try:
        count = sum(
            orders.mass_cancel(account.number, symbol=instrument.symbol, actor=actor)
            for account in accounts.of_actor(actor)
        )
    except MarketError as error:
        return _answer(request, actor, _failure(error), status=_status_of(error))
    said = f"Cancel requested for {count} order{'' if count == 1 else 's'} in {instrument.symbol}."
    return _answer(request, actor, Outcome("info", said if count else f"No open order in {instrument.symbol}."))


@require_POST
@signed_in
def replace(request: HttpRequest, actor: Actor, order_id: int) -> HttpResponse:
    """Change quantity and prices of one of the actor's open orders."""
    form = ReplaceForm(request.POST)
    if not form.is_valid():
        text, code, field = form.first_mistake()
        return _answer(request, actor, Outcome("bad", text, code, field), status=422)
    try:
        receipt = orders.replace(form.ticket(order_id=order_id), actor=actor)
    except NotFound as error:
        raise Http404 from error
    except MarketError as error:
        return _answer(request, actor, _failure(error), status=_status_of(error))
    if not receipt.is_accepted:
        refusal = ticket_refusals.of_reject(receipt.reject, receipt.reject_text, kind="")
        return _answer(request, actor, Outcome("bad", refusal.text, refusal.code, refusal.field or ""), status=422)
    assert receipt.order is not None, "a change that was taken on has its order"
    return _answer(request, actor, Outcome("info", _change(receipt.order, replayed=receipt.replayed)))


def _change(order: OrderRecord, *, replayed: bool) -> str:
    what = f"{order.side.name.lower()} {order.symbol}"
    return f"This change was already submitted: {what}." if replayed else f"Change requested for {what}."


def _failure(error: MarketError) -> Outcome:
    refusal = ticket_refusals.of_error(error)
    return Outcome("bad", refusal.text, refusal.code, refusal.field or "")


def _status_of(error: MarketError) -> int:
    return STATUS_OF_ERROR.get(type(error), 422)


def _answer(request: HttpRequest, actor: Actor, outcome: Outcome, *, status: int = 200) -> HttpResponse:
    """The outcome in place, or on the page that the form came from."""
    if request.headers.get("HX-Request"):
        response = render_page(request, "web/_outcome.html", {"outcome": outcome}, actor=actor, status=status)
        return trigger_client_event(response, "own-changed")
    tell(request, outcome)
    return see_other(request, fallback=reverse("web:orders"))
