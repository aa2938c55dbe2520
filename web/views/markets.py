"""The Markets page: every instrument at a glance."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from market.selectors import tickers
from web.actors import actor_of
from web.pages import render_page


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Every instrument with its market."""
    listed = sorted(tickers.every(), key=lambda ticker: ticker.symbol)
    context = {"tickers": listed, "kinds": sorted({ticker.kind for ticker in listed})}
    return render_page(request, "web/markets.html", context, actor=actor_of(request))
