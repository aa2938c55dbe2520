"""The Portfolio page: what an account of the actor's has, was worth and did; and the same as files."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import groupby
from typing import NamedTuple

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from access.records import Actor
from market.errors import InvalidRequest
from market.records import AccountRecord, EquityRecord, LedgerRecord
from market.selectors import accounts, equity, ledger, positions
from vocabulary.roles import AccountKind
from web import csv_files
from web.actors import signed_in
from web.forms.ledger_filter import LedgerFilter
from web.pages import render_page

MOVEMENTS_PER_PAGE = 25
MOVEMENTS_EXPORTED_MAX = 10_000
POSITION_COLUMNS = (
    "account", "symbol", "quantity", "average_cost", "mark_px", "market_value", "cost", "unrealised_profit",
    "realised_profit", "fees", "profit",
)  # fmt: skip
LEDGER_COLUMNS = ("happened_at", "account", "cause", "cause_id", "symbol", "quantity", "amount", "note")


class Window(NamedTuple):
    """A stretch of time that can be chosen, and the interval by which the curve is drawn."""

    word: str
    label: str
    length: timedelta
    interval_s: int


WINDOWS = (
    Window("1h", "1 hour", timedelta(hours=1), 60),
    Window("24h", "24 hours", timedelta(hours=24), 900),
    Window("7d", "7 days", timedelta(days=7), 3_600),
    Window("30d", "30 days", timedelta(days=30), 86_400),
)


class Worth(NamedTuple):
    """A point of the curve."""

    at: datetime
    equity: Decimal


@require_safe
@signed_in
def page(request: HttpRequest, actor: Actor) -> HttpResponse:
    """One of the actor's accounts: the one that is asked for, else the first."""
    own = accounts.of_actor(actor)
    if not own:
        return render_page(request, "web/portfolio.html", {}, actor=actor)
    account = _chosen(request, own)
    window = next((one for one in WINDOWS if one.word == request.GET.get("window")), WINDOWS[1])
    (valued,) = equity.of_actor(actor, account=account.number)
    held = positions.of_actor(actor, account=account.number)
    chosen = LedgerFilter(request.GET, symbols=[position.symbol for position in held])
    rows, older_before = _ledger_page(request, account, chosen=chosen, actor=actor)
    context = {
        "accounts": own,
        "account": account,
        "is_on_margin": account.kind == AccountKind.MARGIN,
        "equity": valued,
        "realised_profit": sum((position.realised_profit for position in held), Decimal(0)),
        "fees": sum((position.fees for position in held), Decimal(0)),
        "windows": WINDOWS,
        "window": window,
        "curve": _curve(valued, window=window, actor=actor),
        "positions": held,
        "ledger": rows,
        "filter": chosen,
        "chosen": urlencode(chosen.chosen),
        "total": ledger.total(account.number, actor=actor, **chosen.conditions()) if chosen.is_said else None,
        "older_before": older_before,
        "is_first_page": "before" not in request.GET,
    }
    return render_page(request, "web/portfolio.html", context, actor=actor)


@require_safe
@signed_in
def export_positions(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The positions of the account that is asked for, else of all of the actor's, as a CSV file."""
    number = _chosen(request, accounts.of_actor(actor)).number if "account" in request.GET else None
    held = positions.of_actor(actor, account=number)
    return csv_files.download("positions.csv", columns=POSITION_COLUMNS, records=held)


@require_safe
@signed_in
def export_ledger(request: HttpRequest, actor: Actor) -> HttpResponse:
    """The newest movements that are asked for, of the account that is, else of the first, as a CSV file."""
    own = accounts.of_actor(actor)
    rows: list[LedgerRecord] = []
    if own or "account" in request.GET:
        number = _chosen(request, own).number
        symbols = [position.symbol for position in positions.of_actor(actor, account=number)]
        conditions = LedgerFilter(request.GET, symbols=symbols).conditions()
        rows = ledger.of_account(number, actor=actor, count=MOVEMENTS_EXPORTED_MAX, **conditions)
    return csv_files.download("ledger.csv", columns=LEDGER_COLUMNS, records=rows)


def _chosen(request: HttpRequest, own: list[AccountRecord]) -> AccountRecord:
    number = request.GET.get("account") or (own[0].number if own else None)
    account = next((one for one in own if one.number == number), None)
    if account is None:
        raise Http404
    return account


def _ledger_page(
    request: HttpRequest, account: AccountRecord, *, chosen: LedgerFilter, actor: Actor
) -> tuple[list[LedgerRecord], str | None]:
    """The rows of the page that is asked for, and the cursor of the one behind it, if there is one."""
    before = request.GET.get("before")
    try:
        rows = ledger.of_account(
            account.number, actor=actor, before=before, count=MOVEMENTS_PER_PAGE + 1, **chosen.conditions()
        )
    except InvalidRequest as error:
        raise Http404 from error
    movements = [list(legs) for _, legs in groupby(rows, key=lambda row: row.cursor)]
    shown = movements[:MOVEMENTS_PER_PAGE]
    older_before = shown[-1][-1].cursor if len(movements) > MOVEMENTS_PER_PAGE else None
    return [row for legs in shown for row in legs], older_before


def _curve(valued: EquityRecord, *, window: Window, actor: Actor) -> list[Worth]:
    """What the account was worth through the window, newest first: from what it began with to now."""
    now = datetime.now(UTC)
    start = (now - window.length).replace(second=0, microsecond=0)
    count = int(window.length.total_seconds()) // window.interval_s + 1
    samples = equity.curve(valued.account, actor=actor, since=start, interval_s=window.interval_s, count=count)
    earlier = equity.curve(valued.account, actor=actor, before=start, count=1)
    points = [Worth(start, sample.equity) for sample in earlier]
    points += [Worth(sample.sampled_at, sample.equity) for sample in samples]
    return [Worth(now, valued.equity), *reversed(points)] if points else []
