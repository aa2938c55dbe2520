"""A student's first lesson, from signing up to the leaderboard."""

import re
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from tests.web.browser.conftest import OpenWindow

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("system")]

OFFER = '[data-side="offers"] .ladder-row:not(.is-blank) button'
QUANTITY = "17"
FILLED_WHOLE = """wanted => wanted === [...document.querySelectorAll("[data-own-fill]")].reduce(
    (sum, fill) => sum + Number(fill.dataset.quantity), 0)"""


def buy_at_market(page: Page) -> None:
    page.locator(OFFER).last.wait_for()
    page.locator(".types label", has_text="Market").click()
    page.fill("#id_order_qty", QUANTITY)
    page.click("#ticket-submit")
    expect(page.locator("#ticket .outcome.good")).to_have_text(re.compile(f"Bought {QUANTITY} ACME at"))


def test_a_student_signs_up_joins_a_class_buys_and_finds_it_everywhere(open_window: OpenWindow, class_code: str):
    student = open_window()
    page = student.open(f"/sign-up/?code={class_code}&next=/instruments/ACME/")
    page.fill("#id_username", "first-lesson")
    page.fill("#id_password", "three-words-and-more")
    page.click("main button[type=submit]")
    expect(page.locator(".message.success")).to_have_text(re.compile(f"You are in class {class_code}"))
    expect(page.locator("#buying-power")).to_contain_text("10,000.00")
    account = page.locator("#id_account").input_value()

    buy_at_market(page)

    expect(page.locator("#chart")).to_have_attribute("data-marks", f"+{QUANTITY}")
    page.get_by_role("button", name=re.compile("^Fills")).click()
    page.wait_for_function(FILLED_WHOLE, arg=int(QUANTITY))
    # Whoever takes the best offers may do so in several trades.
    quantity, price = (
        page.locator("[data-own-fill] >> nth=0").locator("td").nth(place).inner_text() for place in (2, 3)
    )
    trades = page.locator("#tape .tape-row").filter(has=page.get_by_text(quantity, exact=True))
    expect(trades.filter(has=page.get_by_text(price, exact=True)).first).to_be_visible()
    page.get_by_role("button", name="Position and cash").click()
    expect(page.locator(f'[data-own-position="{account}"]')).to_have_attribute("data-held", QUANTITY)
    cash = page.locator("#own-position tr", has_text=account).last.locator("td").nth(1)
    spent = Decimal(10_000) - Decimal((cash.text_content() or "").replace(",", ""))
    assert 0 < spent < Decimal(QUANTITY) * 100

    board = student.open("/leaderboard/")
    expect(board.locator("h1")).to_have_text("Economics 1")
    expect(board.locator(".board .is-mine")).to_contain_text("first-lesson")
    assert student.complaints == []
