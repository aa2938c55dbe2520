"""The Markets page: every instrument at a glance."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from market.selectors import tickers
from web.actors import actor_of
from web.pages import render_page

SEARCH_LENGTH_MAX = 64


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Every instrument with its market, or those whose symbol or name holds what is searched for."""
    wanted = request.GET.get("q", "").strip()[:SEARCH_LENGTH_MAX]
    found = [one for one in tickers.every() if wanted.lower() in f"{one.symbol} {one.name}".lower()]
    listed = sorted(found, key=lambda ticker: ticker.symbol)
    context = {"tickers": listed, "kinds": sorted({ticker.kind for ticker in listed}), "wanted": wanted}
    return render_page(request, "web/markets.html", context, actor=actor_of(request))
