"""What holds on every page: no complaint from the browser, themes, and the width of a phone."""

import pytest
from playwright.sync_api import expect

from tests.web.browser.conftest import OpenWindow

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("system")]

PAGES = [
    "/",
    "/instruments/ACME/",
    "/analytics/ACME/",
    "/portfolio/",
    "/orders/",
    "/operations/",
    "/classes/",
    "/leaderboard/",
    "/help/",
]
PHONE = {"width": 390, "height": 844}
# What sticks out of the page's width, other than inside a part that scrolls by itself.
TOO_WIDE = """
document.documentElement.scrollWidth <= innerWidth ? [] :
  [...document.body.querySelectorAll("*")].filter((one) => one.getBoundingClientRect().right > innerWidth)
    .map((one) => one.outerHTML.slice(0, 80))
"""

TRANSFER_MAX_BYTES = 300_000
SHIFTS = """
window.shifts = 0;
new PerformanceObserver((list) => { for (const { value } of list.getEntries()) window.shifts += value; })
  .observe({ type: "layout-shift", buffered: true });
"""
TRANSFERRED = """
[...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
  .reduce((sum, entry) => sum + entry.transferSize, 0)
"""


def test_the_browser_has_nothing_to_complain_about_on_any_page(open_window: OpenWindow):
    window = open_window("operator")
    for path in PAGES:
        window.open(path).wait_for_load_state("networkidle" if path == "/help/" else "load")
    assert window.complaints == []


def test_the_trading_page_is_light_and_nothing_on_it_jumps(open_window: OpenWindow):
    window = open_window("trader")
    window.page.add_init_script(SHIFTS)
    page = window.open("/instruments/ACME/")
    expect(page.locator("#connection")).to_have_text("Live")
    page.locator('[data-side="bids"] .ladder-row:not(.is-blank)').first.wait_for()

    # The answers of the candles and of one's own part are data, not the page; they are small beside it.
    assert page.evaluate(TRANSFERRED) < TRANSFER_MAX_BYTES
    assert page.evaluate("window.shifts") < 0.01


def test_no_page_is_wider_than_a_phone(open_window: OpenWindow):
    window = open_window("operator", viewport=PHONE)
    for path in PAGES:
        page = window.open(path)
        assert page.evaluate(TOO_WIDE) == [], path


def test_on_a_phone_chart_book_trades_and_ticket_are_tabs(open_window: OpenWindow):
    page = open_window("trader", viewport=PHONE).open("/instruments/ACME/")
    parts = {"Chart": "chart", "Book": "book", "Trades": "tape", "Ticket": "ticket"}
    for name, part in parts.items():
        page.locator(".phone-tabs").get_by_role("button", name=name).click()
        for other in parts.values():
            expect(page.locator(f".area-{other}")).to_be_visible(visible=other == part)


def test_a_price_clicked_on_a_phone_opens_the_ticket(open_window: OpenWindow):
    page = open_window("trader", viewport=PHONE).open("/instruments/ACME/")
    page.locator(".phone-tabs").get_by_role("button", name="Book").click()
    page.locator('[data-side="bids"] .ladder-row:not(.is-blank) button').first.dispatch_event("click")

    expect(page.locator(".area-ticket")).to_be_visible()
    expect(page.locator("#ticket")).to_have_attribute("data-side", "SELL")


@pytest.mark.parametrize(("preferred", "theme", "other"), [("dark", "dark", "light"), ("light", "light", "dark")])
def test_the_theme_follows_the_system_until_the_reader_chooses(
    preferred: str, theme: str, other: str, open_window: OpenWindow
):
    window = open_window(color_scheme=preferred)
    page = window.open("/help/")
    expect(page.locator("html")).to_have_attribute("data-theme", theme)

    page.locator("#theme-toggle").click()
    expect(page.locator("html")).to_have_attribute("data-theme", other)
    page = window.open("/")
    expect(page.locator("html")).to_have_attribute("data-theme", other)
