"""The Operations page: how the exchange stands, and what an operator does with one instrument."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from access.records import Actor
from access.selectors import audit
from market.errors import MarketError, NotFound
from market.services import books, trading
from vocabulary.phases import TradingPhase
from web import control_room
from web.actors import operators_only
from web.forms.operations import HaltForm, PhaseForm
from web.pages import render_page, see_other

AUDIT_ENTRIES_SHOWN = 50
WAIT_S = 2.0
PHASES_OFFERED = [phase for phase in TradingPhase if phase is not TradingPhase.HALTED]


@require_safe
@operators_only
def page(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Every book, worker and queue, and the newest audit entries."""
    context = {
        "room": control_room.look(actor),
        "phases": PHASES_OFFERED,
        "audit_entries": audit.newest(count=AUDIT_ENTRIES_SHOWN),
    }
    return render_page(request, "web/operations.html", context, actor=actor)


@require_safe
@operators_only
def state(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The part of the page that is drawn anew every few seconds."""
    return render_page(request, "web/operations/_state.html", {"room": control_room.look(actor)}, actor=actor)


@require_POST
@operators_only
def halt(request: HttpRequest, actor: Actor, symbol: str) -> HttpResponse:
    """Halt one instrument, with the reason that participants read."""
    form = HaltForm(request.POST)
    if not form.is_valid():
        refuse_reason(request, form)
        return back(request)
    reason = form.cleaned_data["reason"]
    return _done(request, lambda: halted(symbol, reason=reason, actor=actor))


@require_POST
@operators_only
def resume(request: HttpRequest, actor: Actor, symbol: str) -> HttpResponse:
    """Resume trading in one instrument."""
    return _done(request, lambda: resumed(symbol, actor=actor))


@require_POST
@operators_only
def change_phase(request: HttpRequest, actor: Actor, symbol: str) -> HttpResponse:
    """Change the trading phase of one instrument."""
    form = PhaseForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Choose a phase.", extra_tags="unknown_word phase")
        return back(request)
    wanted = TradingPhase[form.cleaned_data["phase"]]
    return _done(request, lambda: changed(symbol, phase=wanted, actor=actor))


@require_POST
@operators_only
def uncross(request: HttpRequest, actor: Actor, symbol: str) -> HttpResponse:
    """End the call of one instrument."""
    return _done(request, lambda: uncrossed(symbol, actor=actor))


def halted(symbol: str, *, reason: str, actor: Actor) -> str:
    """Halt an instrument; what to say of it."""
    trading.halt(symbol, reason=reason, actor=actor)
    return f"{symbol} is halted."


def resumed(symbol: str, *, actor: Actor) -> str:
    """Resume an instrument; what to say of it."""
    record = trading.resume(symbol, actor=actor, wait_s=WAIT_S)
    is_under_way = record.phase is TradingPhase.HALTED
    return f"{symbol} {'is about to trade' if is_under_way else 'trades'} again."


def changed(symbol: str, *, phase: TradingPhase, actor: Actor) -> str:
    """Change an instrument's phase; what to say of it."""
    record = trading.change_phase(symbol, phase=phase, actor=actor, wait_s=WAIT_S)
    label = phase.name.replace("_", " ").lower()
    return f"{symbol} {'is in' if record.phase is phase else 'is on its way to'} {label}."


def uncrossed(symbol: str, *, actor: Actor) -> str:
    """End an instrument's call; what to say of it."""
    trading.uncross(symbol, actor=actor, wait_s=WAIT_S)
    return f"The call in {symbol} is over."


def started(symbol: str, *, actor: Actor) -> str:
    """Start an instrument's stopped book; what to say of it."""
    record = books.start(symbol, actor=actor)
    return f"The book of {symbol} is {record.status.lower()}; its journal is verified before it runs."


def refuse_reason(request: HttpRequest, form: HaltForm) -> None:
    """Say what is wrong with the reason."""
    fault = form.errors.as_data()["reason"][0]
    messages.error(request, " ".join(fault.messages), extra_tags=f"{fault.code} reason")


def back(request: HttpRequest) -> HttpResponse:
    """To the page that the form came from."""
    return see_other(request, fallback=reverse("web:operations"))


def _done(request: HttpRequest, act: Callable[[], str]) -> HttpResponse:
    try:
        messages.success(request, act())
    except NotFound as error:
        raise Http404 from error
    except MarketError as error:
        messages.error(request, error.detail, extra_tags=error.code)
    return back(request)
