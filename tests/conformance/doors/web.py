"""The pages, through the whole of Django, with a browser's cookies and what htmx sends."""

from html.parser import HTMLParser
from typing import Any

from django.contrib.auth import get_user_model
from django.test import Client

from access.records import Actor
from tests.conformance.doors.door import REPLAYED, TAKEN, Door
from tests.conformance.stage import Stage
from tests.conformance.words import Act, Answer, CancelOrder, Family, Halt, PlaceOrder, ReplaceOrder, Resume, Who

BY_SCRIPT = {"HX-Request": "true"}
THE_PAGE_SAYS = "a ticket stands on the page of its instrument"
NO_BOX = "the form has no box for it"
NO_KEYS = "people sign in; no page reads an API key"


class WebDoor(Door):
    """Somebody in front of a browser."""

    name = "web"
    said = {
        Family.TAKEN: TAKEN,
        Family.REPLAYED: REPLAYED,
        Family.MALFORMED: "422",
        Family.UNAUTHENTICATED: "sign in",
        Family.FORBIDDEN: "403",
        Family.NOT_FOUND: "404",
        Family.ID_REUSED: "422",
        Family.IN_PROGRESS: "409",
        Family.THROTTLED: "429",
        Family.REJECTED: "422",
        Family.HALTED: "422",
    }
    cannot: dict[type[Act], str] = {}
    cannot_say = {
        "an unknown symbol": THE_PAGE_SAYS,
        "a symbol that none can be": THE_PAGE_SAYS,
        "no symbol": THE_PAGE_SAYS,
        "a market order with a price": "the form has one box for the price, which a market order leaves out",
        "an order with a wrong key": NO_KEYS,
        "an order that is tied to nothing": NO_BOX,
        "a cancel with a wrong key": NO_KEYS,
    }

    def answer(self, act: Act, *, who: Who, stage: Stage) -> Answer:
        """Send the form and read the page."""
        browser = _browser_of(_actor(who, stage=stage))
        response = _sent(browser, act, stage=stage)
        if "HX-Redirect" in response.headers or "/sign-in/" in response.headers.get("Location", ""):
            return Answer("sign in", "not_authenticated")
        is_told_after = response.status_code == 303
        page = _Page.of(browser.get("/operations/") if is_told_after else response)
        if page.code or response.status_code >= 400:
            # A page that one is led back to says it in a message.
            return Answer("422" if is_told_after else str(response.status_code), page.code, page.field)
        return Answer(REPLAYED if "already submitted" in page.text else TAKEN)


class _Page(HTMLParser):
    """What a page says in its first refusal, by the exchange's code and the form's field."""

    def __init__(self) -> None:
        super().__init__()
        self.code = self.field = self.text = ""

    @classmethod
    def of(cls, response: Any) -> "_Page":
        page = cls()
        page.text = response.content.decode()
        page.feed(page.text)
        return page

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = dict(attrs)
        if said.get("data-code") and not self.code:
            self.code, _, field = (said["data-code"] or "").partition(" ")
            self.field = said.get("data-field") or field


def _actor(who: Who, *, stage: Stage) -> Actor | None:
    place = stage.place
    return {Who.TRADER: place.trader, Who.STRANGER: stage.stranger, Who.OPERATOR: place.operator}.get(who)


def _browser_of(actor: Actor | None) -> Client:
    browser = Client(raise_request_exception=False)
    if actor is not None:
        user = get_user_model().objects.get(pk=actor.user_id)
        browser.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return browser


def _sent(browser: Client, act: Act, *, stage: Stage) -> Any:
    match act:
        case PlaceOrder():
            ticket = {"time_in_force": "DAY", **stage.ticket(act.changes)}
            symbol = ticket.pop("symbol")
            if ticket.get("exec_inst") == "POST_ONLY":
                ticket["post_only"] = "on"
            if ticket.get("exec_inst") == "CANCEL_ON_HALT":
                ticket["cancel_on_halt"] = "on"
            return browser.post(f"/instruments/{symbol}/orders/", ticket, headers=BY_SCRIPT)
        case ReplaceOrder():
            address = f"/orders/{stage.order_named(act.order_id)}/replace/"
            return browser.post(address, stage.change(act.changes), headers=BY_SCRIPT)
        case CancelOrder():
            return browser.post(f"/orders/{stage.order_named(act.order_id)}/cancel/", headers=BY_SCRIPT)
        case Halt():
            address = f"/operations/{act.symbol or stage.symbol}/halt/"
            return browser.post(address, {"reason": act.reason})
        case Resume():
            return browser.post(f"/operations/{act.symbol or stage.symbol}/resume/")
    raise AssertionError(f"{type(act).__name__} is none of the forms")
