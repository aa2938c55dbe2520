"""Trading with mouse and keyboard, with scripts and without."""

import re
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from tests.web.browser.conftest import OpenWindow

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("system")]

BID = '[data-side="bids"] .ladder-row:not(.is-blank) button'
OFFER = '[data-side="offers"] .ladder-row:not(.is-blank) button'
PRICE = re.compile(r"^\d+\.\d+$")


def low_price(page: Page) -> str:
    """A price that rests far below the market, inside the band."""
    trading = page.locator("#trading")
    reference, tick_size = (
        Decimal(trading.get_attribute(f"data-{name}") or "1") for name in ("reference", "tick-size")
    )
    return str(reference * Decimal("0.7") // tick_size * tick_size)


def place_resting_order(page: Page, quantity: str) -> None:
    page.fill("#id_price", low_price(page))
    page.fill("#id_order_qty", quantity)
    page.keyboard.press("Enter")


def test_a_resting_order_appears_among_the_open_orders_and_can_be_canceled(open_window: OpenWindow):
    window = open_window("trader")
    page = window.open("/instruments/NOVA/")
    place_resting_order(page, "3")

    expect(page.locator("#ticket .outcome.good")).to_have_text(re.compile("Placed: buy 3 NOVA"))
    expect(page.locator("#announcement")).to_have_text(re.compile("Placed: buy 3 NOVA"))
    row = page.locator("[data-own-order]").first
    expect(row).to_contain_text("New")
    page.get_by_role("button", name=re.compile("Cancel buy 3 NOVA")).click()
    expect(page.locator("#own-outcome")).to_have_text("Cancel requested for buy NOVA.")
    expect(page.locator("[data-own-order]")).to_have_count(0)
    assert window.complaints == []


def test_a_click_on_an_offer_fills_the_ticket_to_buy_at_that_price(open_window: OpenWindow):
    page = open_window("trader").open("/instruments/ACME/")
    expect(page.locator(OFFER).last).to_have_text(PRICE)
    page.locator(".sides .sell").click()

    page.locator(OFFER).last.dispatch_event("click")

    expect(page.locator("#id_price")).to_have_value(PRICE)
    expect(page.locator("#ticket")).to_have_attribute("data-side", "BUY")
    expect(page.locator("#id_order_qty")).to_be_focused()


def test_a_market_order_is_filled_and_shown_among_the_fills(open_window: OpenWindow):
    page = open_window("trader").open("/instruments/ACME/")
    page.locator(OFFER).last.wait_for()
    page.locator(".types label", has_text="Market").click()
    page.fill("#id_order_qty", "1")
    expect(page.locator("[data-estimate]")).to_have_text(PRICE)

    page.click("#ticket-submit")

    expect(page.locator("#ticket .outcome.good")).to_have_text(re.compile("Bought 1 ACME at"))
    page.get_by_role("button", name=re.compile("^Fills")).click()
    expect(page.locator("[data-own-fill]").first).to_contain_text("Buy")
    page.get_by_role("button", name="Position and cash").click()
    expect(page.locator("[data-own-position]")).not_to_have_attribute("data-held", "0")


def test_nobody_sees_anothers_orders(open_window: OpenWindow):
    page = open_window("trader").open("/instruments/NOVA/")
    place_resting_order(page, "7")
    expect(page.locator("#ticket .outcome.good")).to_have_text(re.compile("Placed: buy 7 NOVA"))

    other = open_window("operator").open("/instruments/NOVA/")
    expect(other.locator("#connection")).to_have_text("Live")
    expect(other.locator("[data-own-order]")).to_have_count(0)
    other.goto(other.url.replace("/instruments/NOVA/", "/orders/"))
    expect(other.locator("main")).to_contain_text("No order yet.")
    page.get_by_role("button", name=re.compile("^Cancel buy 7 NOVA")).click()
    expect(page.locator("[data-own-order]")).to_have_count(0)


def test_a_bad_price_is_explained_beside_its_field(open_window: OpenWindow):
    page = open_window("trader").open("/instruments/ACME/")
    page.fill("#id_price", "48.205")
    page.fill("#id_order_qty", "1")
    page.keyboard.press("Enter")

    expect(page.locator("#id_price-error")).to_have_text("Price must be a positive multiple of the tick size 0.01.")
    expect(page.locator("#id_price")).to_have_attribute("aria-invalid", "true")


def test_keys_choose_the_side_and_step_the_price(open_window: OpenWindow):
    page = open_window("trader").open("/instruments/ACME/")
    page.keyboard.press("s")
    expect(page.locator("#ticket")).to_have_attribute("data-side", "SELL")
    expect(page.locator("#id_order_qty")).to_be_focused()

    page.fill("#id_price", "48.20")
    page.keyboard.press("ArrowUp")
    expect(page.locator("#id_price")).to_have_value("48.21")


def test_everything_but_the_chart_works_with_scripts_off(open_window: OpenWindow):
    window = open_window("trader", java_script_enabled=False)
    page = window.open("/instruments/NOVA/")
    place_resting_order(page, "2")

    expect(page.locator(".message.success")).to_have_text(re.compile("Placed: buy 2 NOVA"))
    page.get_by_role("button", name=re.compile("Cancel buy 2 NOVA")).click()
    expect(page.locator(".message")).to_have_text("Cancel requested for buy NOVA.")
    assert page.url == f"{window.http}/instruments/NOVA/"


def test_a_newcomer_opens_an_account_and_trades(open_window: OpenWindow):
    page = open_window().open("/instruments/ACME/")
    page.get_by_role("link", name="Open a demo account").click()
    page.fill("#id_username", "newcomer")
    page.fill("#id_password", "three-words-and-more")
    page.click("main button[type=submit]")

    expect(page.locator("#buying-power")).to_have_text("100,000.00")
    place_resting_order(page, "1")
    expect(page.locator("#ticket .outcome.good")).to_have_text(re.compile("Placed: buy 1 ACME"))
