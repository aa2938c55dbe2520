"""Every page for everybody: no violation of WCAG 2.2 AA, dark and light, on a desktop and on a phone."""

import os

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.web.browser.conftest import OpenWindow

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("system")]

PAGES = {
    "/": None,
    "/sign-in/": None,
    "/sign-up/": None,
    "/help/": None,
    "/nowhere/": None,
    "/analytics/ACME/": None,
    "/instruments/ACME/": "trader",
    "/orders/": "trader",
    "/portfolio/": "trader",
    "/keys/": "trader",
    "/classes/": "operator",
    "/classes/{code}/": "operator",
    "/classes/{code}/projector/": "operator",
    "/leaderboard/": "operator",
    "/operations/": "operator",
}
DESKTOP, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
SCREENS = {"dark desktop": ("dark", DESKTOP), "light phone": ("light", PHONE)}
if os.environ.get("MARKETOPS_NIGHTLY"):
    SCREENS |= {"light desktop": ("light", DESKTOP), "dark phone": ("dark", PHONE)}
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}
# The chart is drawn by a package's script; what it says stands in the page as text beside it.
WITHOUT_THE_CHART = {"exclude": [[".chart-canvas"]]}


def violations(page: Page) -> list[str]:
    found = Axe().run(page, context=WITHOUT_THE_CHART, options=RULES).response["violations"]
    return [
        f"{one['id']}: {node['html'][:120]} {node['any'][0]['message'] if node['any'] else ''}"
        for one in found
        for node in one["nodes"]
    ]


@pytest.mark.parametrize("screen", SCREENS)
@pytest.mark.parametrize("path", PAGES)
def test_no_page_violates_the_guidelines(path: str, screen: str, open_window: OpenWindow, class_code: str):
    theme, viewport = SCREENS[screen]
    window = open_window(PAGES[path], color_scheme=theme, viewport=viewport, reduced_motion="reduce")
    page = window.open(path.format(code=class_code))
    page.wait_for_load_state("load")

    assert violations(page) == []


@pytest.mark.parametrize("screen", SCREENS)
def test_no_page_of_a_guest_violates_the_guidelines(screen: str, open_window: OpenWindow):
    theme, viewport = SCREENS[screen]
    page = open_window(color_scheme=theme, viewport=viewport, reduced_motion="reduce").open("/sign-in/")
    page.get_by_role("button", name="Trade as a guest").click()
    expect(page.locator(".banner")).to_contain_text("You trade as a guest.")
    assert violations(page) == []
    page.get_by_role("link", name="Choose a name and a password").click()
    expect(page.locator("h1")).to_have_text("Keep the account")
    assert violations(page) == []
