"""A class for the pictures: made by its teacher, joined by a few students who have bought something."""

import re

from playwright.sync_api import Browser, Page, StorageState, expect

PASSWORD = "for-the-pictures-alone"
BOUGHT = {"nora": ("ACME", 40), "omar": ("NOVA", 25), "petra": ("ACME", 15), "quinn": ("WORLD", 10)}
"""Who has bought how much of what."""
OFFER = '[data-side="offers"] .ladder-row:not(.is-blank) button'


def ready(browser: Browser, *, address: str, teacher: StorageState) -> str:
    """The code of the demo's newest class; the first time it is made, and its students come."""
    context = browser.new_context(storage_state=teacher)
    page = context.new_page()
    page.goto(f"{address}/classes/")
    made = page.locator("tbody th a")
    is_new = made.count() == 0
    made.first.click() if not is_new else _make(page)
    page.wait_for_url(re.compile("/classes/[A-Z0-9]{8}/$"))
    code = page.url.rstrip("/").rpartition("/")[2]
    context.close()
    if is_new:
        for username, (symbol, quantity) in BOUGHT.items():
            _attend(browser, address=address, code=code, username=username, symbol=symbol, quantity=quantity)
    return code


def _make(page: Page) -> None:
    page.fill("#id_name", "Economics 1")
    page.fill("#id_grant_amount", "10000")
    page.get_by_role("button", name="Make the class").click()


def _attend(browser: Browser, *, address: str, code: str, username: str, symbol: str, quantity: int) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{address}/sign-up/?code={code}&next=/instruments/{symbol}/")
    page.fill("#id_username", username)
    page.fill("#id_password", PASSWORD)
    page.click("main button[type=submit]")
    page.locator(OFFER).last.wait_for()
    page.locator(".types label", has_text="Market").click()
    page.fill("#id_order_qty", str(quantity))
    page.click("#ticket-submit")
    expect(page.locator("#ticket .outcome.good")).to_be_visible()
    context.close()
