"""Whether the exchange lives, is ready, and what it counts."""

import ipaddress

from django.core.handlers.asgi import ASGIRequest
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from market.selectors import books, journals, readiness


@require_safe
def healthz(request: HttpRequest) -> HttpResponse:
    """Alive: this process answers."""
    return JsonResponse({"status": "alive"})


@require_safe
def readyz(request: HttpRequest) -> HttpResponse:
    """Ready: the database answers and is migrated, and the process stays.

    Without Redis or matchers orders wait, but they are taken on.
    """
    found = readiness.probe()
    is_leaving = _goes_down(request)
    status = "unavailable" if not found.is_ready else "ready" if found.is_whole else "degraded"
    answer = {
        "status": "going_down" if is_leaving else status,
        "database": _word(found.is_database_up, "up", "down"),
        "migrations": _word(found.is_migrated, "applied", "missing"),
        "redis": _word(found.is_redis_up, "up", "down"),
        "matching": _word(found.is_matching, "up", "behind"),
        "oldest_command_s": None if found.oldest_inbox_age_s is None else round(found.oldest_inbox_age_s, 3),
    }
    return JsonResponse(answer, status=200 if found.is_ready and not is_leaving else 503)


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """The counters of every process, summed, and how the books stand; for staff and for the machine itself."""
    if not (_is_loopback(request) or getattr(request.user, "is_staff", False)):
        raise Http404
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    body = generate_latest(registry).decode() + _book_lines()
    return HttpResponse(body, content_type=CONTENT_TYPE_LATEST)


def _goes_down(request: HttpRequest) -> bool:
    scope = request.scope if isinstance(request, ASGIRequest) else {}
    going_down = scope.get("state", {}).get("going_down")
    return going_down is not None and going_down.is_set()


def _word(is_so: bool | None, yes: str, no: str) -> str:
    return "unknown" if is_so is None else yes if is_so else no


def _is_loopback(request: HttpRequest) -> bool:
    # Behind a proxy everybody seems to come from the machine itself, so a forwarded request never counts as local.
    if "HTTP_X_FORWARDED_FOR" in request.META or "HTTP_FORWARDED" in request.META:
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def _book_lines() -> str:
    states, checks = books.states(), journals.checks()
    return "".join(
        [
            _gauge(
                "marketops_inbox_depth",
                "Commands accepted and not yet sequenced.",
                {state.symbol: str(state.inbox_depth) for state in states},
            ),
            _gauge(
                "marketops_inbox_oldest_seconds",
                "Age of the oldest command not yet sequenced.",
                {state.symbol: f"{state.oldest_inbox_age_s:.3f}" for state in states},
            ),
            _gauge(
                "marketops_book_stopped",
                "1 for a book stopped by a broken invariant.",
                {state.symbol: str(int(state.status != "RUNNING")) for state in states},
            ),
            _gauge(
                "marketops_journal_broken",
                "1 for a journal in which the background verification found a break.",
                {check.symbol: str(int(bool(check.fault))) for check in checks},
            ),
            _gauge(
                "marketops_journal_rounds",
                "How often the background verification has gone through the whole journal.",
                {check.symbol: str(check.rounds) for check in checks},
            ),
            _gauge(
                "marketops_journal_checked_seconds",
                "Time since the background verification last looked into the journal.",
                {check.symbol: f"{check.age_s:.3f}" for check in checks},
            ),
        ]
    )


def _gauge(name: str, what: str, values: dict[str, str]) -> str:
    lines = [f"# HELP {name} {what}", f"# TYPE {name} gauge"]
    lines += [f'{name}{{symbol="{symbol}"}} {value}' for symbol, value in values.items()]
    return "\n".join(lines) + "\n"
