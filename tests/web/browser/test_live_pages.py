"""What is live: prices, the state of the connection, halts; and that a gap is never drawn over."""

import json
import re
from decimal import Decimal
from typing import Any

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from marketops_client import Client, OrderTicket, Side
from tests.relay import Relay
from tests.web.browser.conftest import OpenWindow, System

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("system")]

LIVE = re.compile("Live")
MARKET_SOCKET = re.compile(r"/ws/v1/market/$")


# The connection comes back within moments; what was shown in between is noted on the page itself.
NOTE_WHEN_STALE = """
const banner = document.getElementById("stale-banner");
const note = () => { if (!banner.hidden) document.documentElement.dataset.wasStale = "yes"; };
new MutationObserver(note).observe(banner, { attributes: true });
"""


# The levels nearest to the middle, as numbers: [[price, quantity], ...].
SHOWS_LEVELS = """
([side, best]) => {
  const rows = [...document.querySelectorAll(`[data-side="${side}"] .ladder-row:not(.is-blank)`)];
  if (side === "offers") rows.reverse();
  const number = (cell) => Number(cell.textContent.replaceAll(",", ""));
  const shown = rows.slice(0, best.length).map(({ children: [price, quantity] }) => [number(price), number(quantity)]);
  return JSON.stringify(shown) === JSON.stringify(best);
}
"""


class ScriptedFeed:
    """A feed in place of the exchange's, which says what the test tells it to."""

    def __init__(self, page: Page, *, bids: tuple[tuple[str, str], ...] = (("10.00", "5"),)) -> None:
        self.bids = bids
        self.requests: list[dict[str, Any]] = []
        self.sequence = 100
        self.epoch = "first"
        self.kept: dict[str, Any] | None = None
        page.route_web_socket(MARKET_SOCKET, self._open)

    def _open(self, socket: WebSocketRoute) -> None:
        self.socket = socket
        socket.on_message(lambda text: self._answer(json.loads(text)))

    def _answer(self, request: dict[str, Any]) -> None:
        self.requests.append(request)
        if request["op"] == "replay":
            self._replay(request)
            return
        for channel in request["channels"]:
            contents = {"depth": depth(*self.bids), "trades": {"trades": []}, "ticker": {"phase": "CONTINUOUS"}}
            head = {"type": "snapshot", "channel": channel, "symbol": "ACME", "last_sequence": self.sequence}
            self.say({**head, "epoch": self.epoch, **contents[channel]})

    def _replay(self, request: dict[str, Any]) -> None:
        """Answer with what is kept of the range that is asked for; refuse when nothing is."""
        if self.kept is None:
            self.say({"type": "error", "code": "expired", "detail": "Gone.", "id": request["id"]})
            return
        first, last = request["from"], request["from"] + request["count"] - 1
        span = {"symbol": "ACME", "epoch": self.epoch, "first_sequence": first, "last_sequence": last}
        message = {"type": request["channels"][0], **span, **self.kept}
        self.say({"type": "replayed", "id": request["id"], **span, "newest_sequence": last, "messages": [message]})

    def say(self, message: dict[str, Any]) -> None:
        """Send one message to the page."""
        self.socket.send(json.dumps(message))

    def say_depth(self, first: int, last: int, *bids: tuple[str, str]) -> None:
        """Send one change of the book."""
        head = {"type": "depth", "symbol": "ACME", "epoch": self.epoch}
        self.say({**head, "first_sequence": first, "last_sequence": last, **depth(*bids)})

    def asked(self) -> list[tuple[str, list[str]]]:
        """What the page has asked for."""
        return [(request["op"], request["channels"]) for request in self.requests]


def depth(*bids: tuple[str, str]) -> dict[str, Any]:
    return {"phase": "CONTINUOUS", "phase_reason": "", "bids": [list(bid) for bid in bids], "offers": []}


def bids_of(page: Page) -> Any:
    return page.locator('[data-side="bids"] .ladder-row:not(.is-blank) button')


def test_prices_move_by_themselves(open_window: OpenWindow):
    window = open_window()
    page = window.open("/instruments/ACME/")
    expect(page.locator("#connection")).to_have_text(LIVE)
    newest = page.locator("#tape [data-rows] .tape-row").first
    before = newest.text_content()

    expect(newest).not_to_have_text(before or "")
    expect(page.locator("#chart canvas").first).to_be_visible()
    assert window.complaints == []


def test_a_market_that_never_traded_says_what_to_do_until_somebody_does_it(open_window: OpenWindow):
    window = open_window()
    window.page.route("**/candles/?*", lambda route: route.fulfill(json=[]))
    feed = ScriptedFeed(window.page, bids=())
    page = window.open("/instruments/ACME/")

    expect(page.locator("#chart-note")).to_have_text("No trade yet. The first one draws the first candle.")
    expect(page.get_by_text("The book is empty.")).to_be_visible()
    feed.say_depth(101, 101, ("10.00", "5"))

    expect(bids_of(page)).to_have_text(["10.00"])
    expect(page.get_by_text("The book is empty.")).to_be_hidden()
    assert window.complaints == []


def test_the_markets_page_is_live_and_can_be_searched_and_sorted(open_window: OpenWindow):
    window = open_window()
    page = window.open("/")
    expect(page.locator("#connection")).to_have_text(LIVE)

    page.keyboard.press("/")
    page.keyboard.type("nova")
    expect(page.locator("#markets tbody tr:visible")).to_have_count(1)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Last", exact=True).click()

    last = [
        float(text.replace(",", ""))
        for text in page.locator('[data-field="last_px"]').all_text_contents()
        if text[0].isdigit()
    ]
    assert last == sorted(last, reverse=True)
    page.locator('tr[data-symbol="NOVA"] .c-volume').click()
    expect(page).to_have_url(f"{window.http}/instruments/NOVA/")
    assert window.complaints == []


def test_a_halt_and_a_resume_show_on_an_open_page(open_window: OpenWindow):
    watcher = open_window("trader").open("/instruments/WORLD/")
    expect(watcher.locator("#connection")).to_have_text(LIVE)
    expect(watcher.locator("#ticket-note")).to_be_hidden()
    operator = open_window("operator").open("/instruments/WORLD/")

    operator.get_by_text("Operate").click()
    operator.fill("#halt-reason", "News pending")
    operator.get_by_role("button", name="Halt WORLD").click()
    expect(watcher.locator("#halt-banner")).to_contain_text("News pending")
    expect(watcher.locator("#connection")).to_have_text("Halted")
    expect(watcher.locator("#ticket-note")).to_have_text(re.compile("halted: News pending. No order is taken"))

    operator.get_by_text("Operate").click()
    operator.get_by_role("button", name="Resume WORLD").click()
    expect(watcher.locator("#halt-banner")).to_be_hidden()
    expect(watcher.locator("#connection")).to_have_text(LIVE)


def test_an_auction_shows_on_an_open_page_until_its_uncross(open_window: OpenWindow):
    watcher = open_window().open("/instruments/TITAN/")
    expect(watcher.locator("#connection")).to_have_text(LIVE)
    expect(watcher.locator("#auction")).to_be_hidden()
    operator = open_window("operator").open("/operations/")

    operate(operator, "TITAN", "Change", phase="CLOSING_AUCTION")
    expect(watcher.locator("#phase")).to_have_text("Closing auction")
    expect(watcher.locator('[data-auction="imbalance"]')).to_have_text(re.compile("none|more to (buy|sell)"))
    expect(watcher.locator('[data-auction="price"]')).to_have_text(re.compile(r"^[\d.]+$|nothing would trade yet"))
    expect(watcher.locator("#ticket-note")).to_contain_text("Orders gather for an auction")

    operate(operator, "TITAN", "Uncross")
    expect(watcher.locator("#phase")).to_have_text("Closed")
    expect(watcher.locator("#auction")).to_be_hidden()
    operate(operator, "TITAN", "Change", phase="CONTINUOUS")
    expect(watcher.locator("#phase")).to_have_text("Open")


def operate(operator: Page, symbol: str, act: str, *, phase: str | None = None) -> None:
    """Choose one book on the operations page and do something with it."""
    operator.check(f"#pick-{symbol}")
    if phase is not None:
        operator.locator("#phase").select_option(phase)
    operator.get_by_role("button", name=act, exact=True).click()


def test_a_lost_connection_is_said_and_made_again(open_window: OpenWindow):
    window = open_window()
    feed = ScriptedFeed(window.page)
    page = window.open("/instruments/ACME/")
    expect(page.locator("#connection")).to_have_text(LIVE)
    page.evaluate(NOTE_WHEN_STALE)

    feed.socket.close()

    expect(page.locator("html")).to_have_attribute("data-was-stale", "yes")
    expect(page.locator("#connection")).to_have_text(LIVE)
    expect(page.locator("#stale-banner")).to_be_hidden()
    assert len(feed.requests) == 2


def test_when_the_wire_is_cut_and_mended_the_book_is_right_again_without_a_reload(
    open_window: OpenWindow, system: System
):
    trader = system.demo["trader"]
    with Relay(system.http.removeprefix("http://")) as wire, Client(system.http, api_key=trader["api_key"]) as client:
        window = open_window()
        window.http = f"http://{wire.address}"
        page = window.open("/instruments/WORLD/")
        expect(page.locator("#connection")).to_have_text(LIVE)
        page.evaluate("window.sinceOpened = true")
        wire.cut()
        expect(page.locator("#stale-banner")).to_be_visible()
        ticker = client.ticker("WORLD")
        client.place(
            OrderTicket.limit(
                trader["account"], "WORLD", Side.BUY, Decimal(7), ticker.bid_px or ticker.reference_price
            ),
            wait_s=5,
        )
        # In a book at rest nothing moves while it is compared.
        operator = open_window("operator").open("/operations/")
        operator.fill("#reason", "A pause to compare")
        operate(operator, "WORLD", "Halt")

        wire.heal()

        expect(page.locator("#halt-banner")).to_contain_text("A pause to compare")
        expect(page.locator("#stale-banner")).to_be_hidden()
        book = client.depth("WORLD", levels=5)
        assert book.bids
        for side, levels in (("bids", book.bids), ("offers", book.offers)):
            best = [[float(level.price), float(level.quantity)] for level in levels]
            page.wait_for_function(SHOWS_LEVELS, arg=[side, best])
        assert page.evaluate("window.sinceOpened")
        client.cancel_all(trader["account"])
        operate(operator, "WORLD", "Resume")


def test_a_gap_is_filled_with_what_was_missed_before_what_follows_it_is_drawn(open_window: OpenWindow):
    window = open_window()
    feed = ScriptedFeed(window.page)
    feed.kept = depth(("9.97", "3"), ("10.00", "0"))
    page = window.open("/instruments/ACME/")
    expect(bids_of(page)).to_have_text(["10.00"])

    feed.say_depth(105, 106, ("9.98", "7"))

    expect(bids_of(page)).to_have_text(["9.98", "9.97"])
    assert feed.asked() == [("subscribe", ["trades", "depth", "ticker"]), ("replay", ["depth"])]
    assert (feed.requests[1]["epoch"], feed.requests[1]["from"], feed.requests[1]["count"]) == ("first", 101, 4)
    feed.say_depth(107, 107, ("9.96", "1"))
    expect(bids_of(page)).to_have_text(["9.98", "9.97", "9.96"])
    assert len(feed.requests) == 2


def test_a_new_epoch_takes_the_place_of_everything_before_it(open_window: OpenWindow):
    window = open_window()
    feed = ScriptedFeed(window.page)
    page = window.open("/instruments/ACME/")
    expect(bids_of(page)).to_have_text(["10.00"])

    feed.epoch, feed.sequence = "second", 3
    head = {"type": "snapshot", "channel": "depth", "symbol": "ACME", "epoch": "second", "last_sequence": 3}
    feed.say({**head, **depth(("8.00", "1"))})
    expect(bids_of(page)).to_have_text(["8.00"])
    feed.say_depth(4, 4, ("7.00", "1"))

    expect(bids_of(page)).to_have_text(["8.00", "7.00"])
    assert len(feed.requests) == 1


def test_a_gap_that_cannot_be_filled_is_answered_by_a_fresh_snapshot_and_never_drawn_over(open_window: OpenWindow):
    window = open_window()
    feed = ScriptedFeed(window.page)
    page = window.open("/instruments/ACME/")
    expect(bids_of(page)).to_have_text(["10.00"])

    feed.say_depth(101, 102, ("9.99", "7"))
    expect(bids_of(page)).to_have_text(["10.00", "9.99"])
    feed.sequence = 110
    feed.say_depth(105, 106, ("9.98", "7"))

    expect(bids_of(page)).to_have_text(["10.00"])
    assert feed.asked()[1:] == [("replay", ["depth"]), ("subscribe", ["depth"])]


def test_a_message_that_was_accounted_for_is_not_drawn_again(open_window: OpenWindow):
    window = open_window()
    feed = ScriptedFeed(window.page)
    page = window.open("/instruments/ACME/")
    expect(bids_of(page)).to_have_text(["10.00"])

    feed.say_depth(99, 100, ("8.00", "1"))
    feed.say_depth(101, 101, ("9.99", "7"))

    expect(bids_of(page)).to_have_text(["10.00", "9.99"])
    assert len(feed.requests) == 1


def test_a_heartbeat_that_shows_a_lost_message_brings_it_again(open_window: OpenWindow):
    window = open_window()
    feed = ScriptedFeed(window.page)
    page = window.open("/instruments/ACME/")
    expect(bids_of(page)).to_have_text(["10.00"])
    feed.kept = depth(("9.90", "2"))

    channels = {"trades": 100, "depth": 105, "ticker": 100}
    while len(feed.requests) == 1:
        head = {"type": "heartbeat", "symbol": "ACME", "epoch": "first", "last_sequence": 105}
        feed.say({**head, "channels": channels})
        page.wait_for_timeout(250)

    expect(bids_of(page)).to_have_text(["10.00", "9.90"])
    assert feed.asked()[1:] == [("replay", ["depth"])]


def test_a_thousand_messages_a_second_do_not_freeze_the_page(open_window: OpenWindow):
    window = open_window()
    feed = ScriptedFeed(window.page)
    page = window.open("/instruments/ACME/")
    expect(bids_of(page)).to_have_text(["10.00"])

    for number in range(2_000):
        feed.say_depth(101 + number, 101 + number, (f"9.{number % 90 + 10}", str(number + 1)))
    page.locator(".sides .sell, .area-ticket a").first.click(trial=True)

    expect(page.locator('[data-side="bids"]')).to_contain_text("1,980")
