"""The Operations page: how the books stand, and halting and resuming them."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from access.records import Actor
from access.selectors import audit
from market.errors import MarketError, NotFound
from market.selectors import books
from market.services import trading
from vocabulary.phases import TradingPhase
from web.actors import operators_only
from web.forms.operations import HaltForm, PhaseForm
from web.pages import render_page, see_other

AUDIT_ENTRIES_SHOWN = 50
WAIT_S = 2.0


PHASES_OFFERED = [phase for phase in TradingPhase if phase is not TradingPhase.HALTED]


@require_safe
@operators_only
def page(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Every book's state and the newest audit entries."""
    context = {
        "books": books.states(),
        "phases": PHASES_OFFERED,
        "audit_entries": audit.newest(count=AUDIT_ENTRIES_SHOWN),
    }
    return render_page(request, "web/operations.html", context, actor=actor)


@require_POST
@operators_only
def halt(request: HttpRequest, actor: Actor, symbol: str) -> HttpResponse:
    """Halt one instrument, with the reason that participants read."""
    form = HaltForm(request.POST)
    if not form.is_valid():
        fault = form.errors.as_data()["reason"][0]
        messages.error(request, " ".join(fault.messages), extra_tags=f"{fault.code} reason")
        return see_other(request, fallback=reverse("web:operations"))
    try:
        trading.halt(symbol, reason=form.cleaned_data["reason"], actor=actor)
        messages.success(request, f"{symbol} is halted.")
    except NotFound as error:
        raise Http404 from error
    except MarketError as error:
        messages.error(request, error.detail, extra_tags=error.code)
    return see_other(request, fallback=reverse("web:operations"))


@require_POST
@operators_only
def resume(request: HttpRequest, actor: Actor, symbol: str) -> HttpResponse:
    """Resume trading in one instrument."""
    try:
        record = trading.resume(symbol, actor=actor, wait_s=WAIT_S)
        is_under_way = record.phase is TradingPhase.HALTED
        messages.success(request, f"{symbol} {'is about to trade' if is_under_way else 'trades'} again.")
    except NotFound as error:
        raise Http404 from error
    except MarketError as error:
        messages.error(request, error.detail, extra_tags=error.code)
    return see_other(request, fallback=reverse("web:operations"))


@require_POST
@operators_only
def change_phase(request: HttpRequest, actor: Actor, symbol: str) -> HttpResponse:
    """Change the trading phase of one instrument."""
    form = PhaseForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Choose a phase.", extra_tags="unknown_word phase")
        return see_other(request, fallback=reverse("web:operations"))
    wanted = TradingPhase[form.cleaned_data["phase"]]
    try:
        record = trading.change_phase(symbol, phase=wanted, actor=actor, wait_s=WAIT_S)
        label = wanted.name.replace("_", " ").lower()
        messages.success(request, f"{symbol} {'is in' if record.phase is wanted else 'is on its way to'} {label}.")
    except NotFound as error:
        raise Http404 from error
    except MarketError as error:
        messages.error(request, error.detail, extra_tags=error.code)
    return see_other(request, fallback=reverse("web:operations"))


@require_POST
@operators_only
def uncross(request: HttpRequest, actor: Actor, symbol: str) -> HttpResponse:
    """End the call of one instrument."""
    try:
        trading.uncross(symbol, actor=actor, wait_s=WAIT_S)
        messages.success(request, f"The call in {symbol} is over.")
    except NotFound as error:
        raise Http404 from error
    except MarketError as error:
        messages.error(request, error.detail, extra_tags=error.code)
    return see_other(request, fallback=reverse("web:operations"))
