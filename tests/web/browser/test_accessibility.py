"""Every page for everybody: no violation of WCAG 2.2 AA, dark and light, on a desktop and on a phone."""

import os

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

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
    "/classes/": "trader",
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
def test_no_page_violates_the_guidelines(path: str, screen: str, open_window: OpenWindow):
    theme, viewport = SCREENS[screen]
    page = open_window(PAGES[path], color_scheme=theme, viewport=viewport, reduced_motion="reduce").open(path)
    page.wait_for_load_state("load")

    assert violations(page) == []
