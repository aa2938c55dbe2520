"""Every route of the exchange, and how it holds against a request that another site made the browser send."""

import re

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

FORMS = {
    "classes/create/",
    "classes/join/",
    "classes/<code:code>/end/",
    "classes/<code:code>/remove/",
    "classes/<code:code>/reset/",
    "instruments/<symbol:symbol>/orders/",
    "orders/<row_id:order_id>/cancel/",
    "instruments/<symbol:symbol>/orders/cancel/",
    "instruments/<symbol:symbol>/orders/preview/",
    "keys/<row_id:key_id>/revoke/",
    "keys/issue/",
    "orders/<row_id:order_id>/replace/",
    "operations/books/",
    "operations/kill/",
    "operations/unkill/",
    "operations/<symbol:symbol>/halt/",
    "operations/<symbol:symbol>/resume/",
    "operations/<symbol:symbol>/phase/",
    "operations/<symbol:symbol>/uncross/",
    "guest/",
    "keep-account/",
    "sign-in/",
    "sign-up/",
    "sign-out/",
}
"""Pages' routes that change something: signed in by cookie, guarded by a token."""

READ_ONLY = {
    "",
    "analytics/<symbol:symbol>/",
    "classes/",
    "classes/<code:code>/",
    "classes/<code:code>/export.zip",
    "classes/<code:code>/projector/",
    "healthz",
    "readyz",
    "metrics",
    "help/",
    "instruments/<symbol:symbol>/",
    "instruments/<symbol:symbol>/own/",
    "keys/",
    "leaderboard/",
    "operations/",
    "operations/state/",
    "orders/",
    "orders/<row_id:order_id>/",
    "orders/export.csv",
    "portfolio/",
    "portfolio/ledger.csv",
    "portfolio/positions.csv",
}
"""Routes that change nothing, whatever the method."""

BY_KEY = "api/v1/"
"""REST looks at keys alone and never at a cookie, so another site's request has nothing to abuse."""

ADMIN = "admin/"
"""Django's admin guards its own forms; the doors' tests crawl it."""

PLACEHOLDERS = {
    "<symbol:symbol>": "ACME",
    "<row_id:order_id>": "1",
    "<row_id:key_id>": "1",
    "<code:code>": "NASUCH22",
}


def routes(resolver: URLResolver, prefix: str = "") -> list[str]:
    found: list[str] = []
    for entry in resolver.url_patterns:
        path = prefix + str(entry.pattern)
        found += routes(entry, path) if isinstance(entry, URLResolver) else [path]
        assert isinstance(entry, URLPattern | URLResolver)
    return found


def own_routes() -> set[str]:
    return {route for route in routes(get_resolver()) if not route.startswith((BY_KEY, ADMIN))}


def address_of(route: str) -> str:
    for placeholder, value in PLACEHOLDERS.items():
        route = route.replace(placeholder, value)
    assert not re.search("[<>]", route), "the table of placeholders knows every kind"
    return f"/{route}"


def test_every_route_is_classified():
    assert own_routes() == FORMS | READ_ONLY


@pytest.mark.parametrize("route", sorted(FORMS))
def test_a_form_sent_by_another_site_is_refused(market, route):
    browser = Client(enforce_csrf_checks=True)
    assert browser.post(address_of(route), {}).status_code == 403
    foreign = {"HTTP_ORIGIN": "https://elsewhere.example", "HTTP_REFERER": "https://elsewhere.example/"}
    page = browser.get("/sign-in/").content.decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page).group(1)
    assert browser.post(address_of(route), {"csrfmiddlewaretoken": token}, **foreign).status_code == 403


@pytest.mark.parametrize("route", sorted(FORMS))
def test_a_form_is_not_carried_out_by_following_a_link(market, route):
    answer = Client().get(address_of(route))
    assert answer.status_code in {200, 302, 405}
    assert market.drain() == 0


@pytest.mark.parametrize("route", sorted(READ_ONLY))
def test_a_page_takes_no_other_method(market, route):
    browser = Client(raise_request_exception=False)
    assert browser.post(address_of(route), {}).status_code == 405
    assert browser.generic("TRACE", address_of(route)).status_code == 405
