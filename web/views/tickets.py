"""The order ticket: what an order would come to, and placing it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST
from django_htmx.http import trigger_client_event

from access.records import Actor
from market.errors import InboxFull, InProgress, MarketError, OutcomeUnknown, Throttled, Unavailable
from market.records import InstrumentRecord, OrderPreview, Receipt
from market.selectors import orders as order_records
from market.services import orders, previews
from web.actors import signed_in
from web.forms import ticket_refusals
from web.forms.ticket import TicketForm
from web.forms.ticket_orders import TicketOrders
from web.forms.ticket_refusals import TicketRefusal
from web.forms.ticket_words import TYPES_WITH
from web.own import accounts_to_trade
from web.pages import render_page, see_other
from web.sentences import Outcome, outcome_of, outcome_of_package
from web.views.instrument import access_instrument, render_trading

SEQUENCED_WAIT_S = 1.0
STATUS_OF_ERROR: dict[type[MarketError], int] = {
    InProgress: 409,
    Throttled: 429,
    InboxFull: 429,
    OutcomeUnknown: 503,
    Unavailable: 503,
}
KEPT_FOR_THE_NEXT_TICKET = ("account", "side", "ord_type", "order_qty", "time_in_force", "expire_time", *TYPES_WITH)


@require_POST
@signed_in
def place(request: HttpRequest, actor: Actor, symbol: str) -> HttpResponse:
    """Place what the ticket says and tell what became of it."""
    instrument = access_instrument(symbol)
    own_accounts = accounts_to_trade(actor)
    form = TicketForm(request.POST, instrument=instrument, accounts=own_accounts)
    if not form.is_valid():
        return _show_ticket(request, actor, instrument, form=form, status=422)
    wanted = form.orders()
    try:
        receipts = _placed(wanted, actor=actor)
    except MarketError as error:
        refusal = ticket_refusals.of_error(error)
        form.refuse(refusal.text, code=refusal.code, field=refusal.field)
        return _show_ticket(request, actor, instrument, form=form, status=STATUS_OF_ERROR.get(type(error), 422))
    rejected = ticket_refusals.of_receipts(receipts, kind=form.cleaned_data["ord_type"])
    if rejected is not None:
        form.refuse(rejected.text, code=rejected.code, field=rejected.field)
        form.renew()
        return _show_ticket(request, actor, instrument, form=form, status=422)
    outcome = _outcome(receipts, actor=actor)
    if not request.headers.get("HX-Request"):
        tell(request, outcome)
        return see_other(request, fallback=reverse("web:instrument", args=[instrument.symbol]))
    kept = {name: form[name].value() for name in KEPT_FOR_THE_NEXT_TICKET}
    form = TicketForm.blank(instrument=instrument, accounts=own_accounts, **kept)
    return _show_ticket(request, actor, instrument, form=form, outcome=outcome, status=422 if outcome.code else 200)


@require_POST
@signed_in
def preview(request: HttpRequest, actor: Actor, symbol: str) -> HttpResponse:
    """What the ticket would come to, and what is wrong with it so far; nothing is placed."""
    instrument = access_instrument(symbol)
    form = TicketForm(request.POST, instrument=instrument, accounts=accounts_to_trade(actor))
    found, problem = _preview(form, actor=actor)
    by_script = bool(request.headers.get("HX-Request"))
    if not by_script:
        if problem is not None and form.is_valid():
            form.refuse(problem.text, code=problem.code, field=problem.field)
        return render_trading(request, actor, instrument=instrument, form=form, preview=found)
    context = {"instrument": instrument, "form": form, "preview": found, "problem": problem}
    return render_page(request, "web/ticket/_preview.html", context, actor=actor)


def tell(request: HttpRequest, outcome: Outcome) -> None:
    """Say the outcome on the next page."""
    level = {"good": messages.SUCCESS, "bad": messages.ERROR}.get(outcome.tone, messages.INFO)
    messages.add_message(request, level, outcome.text, extra_tags=outcome.code)


def _placed(wanted: TicketOrders, *, actor: Actor) -> list[Receipt]:
    if wanted.is_bracket:
        take_profit, stop_loss = wanted.others
        return orders.place_bracket(wanted.first, take_profit=take_profit, stop_loss=stop_loss, actor=actor)
    if wanted.others:
        return orders.place_oco(wanted.first, wanted.others[0], actor=actor)
    return [orders.place(wanted.first, actor=actor)]


def _tried(wanted: TicketOrders, *, actor: Actor) -> OrderPreview:
    if wanted.is_bracket:
        take_profit, stop_loss = wanted.others
        package = orders.bracket_of(wanted.first, take_profit=take_profit, stop_loss=stop_loss)
        return previews.of(package, actor=actor, parks_first=True)
    if wanted.others:
        return previews.of(orders.pair_of(wanted.first, wanted.others[0]), actor=actor)
    return previews.of([wanted.first], actor=actor)


def _preview(form: TicketForm, *, actor: Actor) -> tuple[OrderPreview | None, TicketRefusal | None]:
    if not form.is_valid():
        return None, _first_mistake(form)
    try:
        found = _tried(form.orders(), actor=actor)
    except MarketError as error:
        return None, ticket_refusals.of_error(error)
    return found, ticket_refusals.of_preview(found, kind=form.cleaned_data["ord_type"])


def _first_mistake(form: TicketForm) -> TicketRefusal | None:
    """The first thing that is written wrongly; what is merely not there yet is no mistake."""
    for name, errors in form.errors.as_data().items():
        error = errors[0]
        if error.code != "required":
            return TicketRefusal(" ".join(error.messages), error.code or "", name)
    return None


def _outcome(receipts: list[Receipt], *, actor: Actor) -> Outcome:
    """What to tell of a ticket that was taken on, once the matcher has seen its order or a moment has passed."""
    placed = [receipt.order for receipt in receipts if receipt.order is not None]
    order = order_records.wait_until_sequenced(placed[0].order_id, actor=actor, timeout_s=SEQUENCED_WAIT_S)
    outcome = outcome_of(order, replayed=all(receipt.replayed for receipt in receipts))
    return outcome if len(placed) == 1 else outcome_of_package(outcome, count=len(placed))


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
    response = render_page(request, "web/ticket/_ticket.html", context, actor=actor, status=status)
    return trigger_client_event(response, "own-changed")
