"""What an operator does with several instruments at once, and with an account."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from access.records import Actor
from market.errors import MarketError
from market.selectors import instruments
from market.services import standings
from vocabulary.phases import TradingPhase
from web.actors import operators_only
from web.forms.operations import HaltForm, PhaseForm
from web.views import operations
from web.views.operations import back

Act = Callable[[str], str]


@require_POST
@operators_only
def books(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Do one thing with each of the chosen books; one that fails keeps none of the others from it."""
    symbols = _chosen(request)
    act = _act(request, actor=actor)
    if not symbols:
        messages.error(request, "Choose at least one book.", extra_tags="required symbol")
    elif act is not None:
        for symbol in symbols:
            _do(request, lambda symbol=symbol: act(symbol))  # type: ignore[misc]
    return back(request)


@require_POST
@operators_only
def kill(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Switch an account off, with the reason that its owner reads."""
    form = HaltForm(request.POST)
    if not form.is_valid():
        operations.refuse_reason(request, form)
        return back(request)
    number = request.POST.get("account", "").strip()
    _do(request, lambda: _killed(number, reason=form.cleaned_data["reason"], actor=actor))
    return back(request)


@require_POST
@operators_only
def unkill(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Let an account trade again."""
    number = request.POST.get("account", "").strip()
    _do(request, lambda: _unkilled(number, actor=actor))
    return back(request)


def _chosen(request: HttpRequest) -> list[str]:
    """The chosen symbols, in order; those of every listed book when that is what is chosen."""
    listed = [instrument.symbol for instrument in instruments.every()]
    wanted = set(request.POST.getlist("symbol"))
    return [symbol for symbol in listed if "every" in request.POST or symbol in wanted]


def _act(request: HttpRequest, *, actor: Actor) -> Act | None:
    """What is to be done with each book; None, and said why, when the form does not say it well enough."""
    match request.POST.get("act"):
        case "halt":
            halt = HaltForm(request.POST)
            if halt.is_valid():
                return lambda symbol: operations.halted(symbol, reason=halt.cleaned_data["reason"], actor=actor)
            operations.refuse_reason(request, halt)
        case "phase":
            form = PhaseForm(request.POST)
            if form.is_valid():
                phase = TradingPhase[form.cleaned_data["phase"]]
                return lambda symbol: operations.changed(symbol, phase=phase, actor=actor)
            messages.error(request, "Choose a phase.", extra_tags="unknown_word phase")
        case "resume":
            return lambda symbol: operations.resumed(symbol, actor=actor)
        case "uncross":
            return lambda symbol: operations.uncrossed(symbol, actor=actor)
        case "start":
            return lambda symbol: operations.started(symbol, actor=actor)
        case _:
            messages.error(request, "Choose what is to be done.", extra_tags="unknown_word act")
    return None


def _do(request: HttpRequest, act: Callable[[], str]) -> None:
    try:
        messages.success(request, act())
    except MarketError as error:
        messages.error(request, error.detail, extra_tags=error.code)


def _killed(number: str, *, reason: str, actor: Actor) -> str:
    standings.kill(number, reason=reason, actor=actor)
    return f"Account {number} is switched off and its orders are being canceled."


def _unkilled(number: str, *, actor: Actor) -> str:
    standings.unkill(number, actor=actor)
    return f"Account {number} may trade again."
