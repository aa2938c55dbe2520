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
from web.actors import operators_only
from web.forms.operations import HaltForm
from web.pages import render_page, see_other

AUDIT_ENTRIES_SHOWN = 50


@require_safe
@operators_only
def page(request: HttpRequest, actor: Actor) -> HttpResponse:
    """Every book's state and the newest audit entries."""
    context = {"books": books.states(), "audit_entries": audit.newest(count=AUDIT_ENTRIES_SHOWN)}
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
        trading.resume(symbol, actor=actor)
        messages.success(request, f"{symbol} trades again.")
    except NotFound as error:
        raise Http404 from error
    except MarketError as error:
        messages.error(request, error.detail, extra_tags=error.code)
    return see_other(request, fallback=reverse("web:operations"))
