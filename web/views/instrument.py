"""The trading page of one instrument, and the part of it that shows a person's own business."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from access.records import Actor
from market.errors import NotFound
from market.records import InstrumentRecord, OrderPreview
from market.selectors import depth, instruments, tickers, trades
from web.actors import actor_of, signed_in
from web.forms.operations import HaltForm
from web.forms.ticket import TicketForm
from web.own import own_business
from web.pages import render_page
from web.sentences import Outcome

LEVELS_SHOWN = 12
TRADES_SHOWN = 30


@require_safe
def page(request: HttpRequest, symbol: str) -> HttpResponse:
    """The trading page."""
    return render_trading(request, actor_of(request), instrument=access_instrument(symbol))


@require_safe
@signed_in
def own_part(request: HttpRequest, actor: Actor, symbol: str) -> HttpResponse:
    """The actor's open orders, fills and position in the instrument, and their buying power."""
    instrument = access_instrument(symbol)
    context = {"instrument": instrument, "own": own_business(actor, symbol=instrument.symbol), "is_refresh": True}
    return render_page(request, "web/_own.html", context, actor=actor)


def access_instrument(symbol: str) -> InstrumentRecord:
    """The instrument; a symbol that names none is a page that does not exist."""
    try:
        return instruments.by_symbol(symbol)
    except NotFound as error:
        raise Http404 from error


def render_trading(
    request: HttpRequest,
    actor: Actor | None,
    *,
    instrument: InstrumentRecord,
    form: TicketForm | None = None,
    outcome: Outcome | None = None,
    preview: OrderPreview | None = None,
    status: int = 200,
) -> HttpResponse:
    """The whole trading page, with the given ticket in place of a blank one."""
    symbol = instrument.symbol
    own = own_business(actor, symbol=symbol) if actor else None
    if form is None and own and own.accounts:
        form = TicketForm.blank(instrument=instrument, accounts=own.accounts)
    listed = instruments.every()
    context = {
        "instrument": instrument,
        "instruments": listed,
        "has_options": any(one.option is not None and one.option.underlying == symbol for one in listed),
        "ticker": tickers.of(symbol),
        "depth": depth.of(symbol, levels=LEVELS_SHOWN),
        "trades": trades.newest(symbol, count=TRADES_SHOWN),
        "own": own,
        "form": form,
        "outcome": outcome,
        "preview": preview,
        "halt_form": HaltForm(),
    }
    return render_page(request, "web/instrument.html", context, actor=actor, status=status)
