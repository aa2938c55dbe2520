"""Trading without a mouse: an order placed, changed and canceled by keys alone."""

import re
from decimal import Decimal

import pytest
from playwright.sync_api import Page, expect

from tests.web.browser.conftest import OpenWindow
from tests.web.browser.test_trading_in_a_browser import low_price, place_resting_order

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("system")]


def open_orders(page: Page) -> list[str]:
    prices = page.locator("[data-own-order] [name=price]")
    return [one.get_attribute("value") or "" for one in prices.all()]


def test_an_order_is_placed_changed_and_canceled_by_keys_alone(open_window: OpenWindow):
    window = open_window("trader")
    page = window.open("/instruments/TITAN/")
    expect(page.locator("#connection")).to_have_text("Live")
    page.keyboard.press("b")
    expect(page.locator("#id_order_qty")).to_be_focused()
    page.keyboard.type("4")
    page.locator("#id_price").focus()
    page.keyboard.type(low_price(page))
    page.keyboard.press("Enter")
    expect(page.locator("#ticket .outcome.good")).to_have_text(re.compile("Placed: buy 4 TITAN"))
    price = page.get_by_label(re.compile("Price of buy 4 TITAN"))
    expect(price).to_have_count(1)

    before = price.input_value()
    price.focus()
    page.keyboard.press("ArrowUp")
    after = str(Decimal(before) + Decimal("0.05"))
    expect(price).to_have_value(after)
    page.keyboard.press("Enter")
    expect(page.locator("#own-outcome")).to_have_text("Change requested for buy TITAN.")
    expect(page.get_by_label(f"Price of buy 4 TITAN at {after}")).to_have_count(1)
    assert open_orders(page) == [after]

    page.locator("h1").click()
    page.keyboard.press("Escape")
    expect(page.locator("#ask-cancel-all")).to_contain_text("Cancel the one open order in TITAN?")
    page.keyboard.press("Enter")
    expect(page.locator("[data-own-order]")).to_have_count(0)
    assert window.complaints == []


def test_what_is_asked_before_canceling_can_be_taken_back(open_window: OpenWindow):
    page = open_window("trader").open("/instruments/BOLT/")
    place_resting_order(page, "20")
    expect(page.locator("[data-own-order]")).to_have_count(1)

    page.keyboard.press("Escape")
    expect(page.locator("#ask-cancel-all")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#ask-cancel-all")).to_be_hidden()

    expect(page.locator("[data-own-order]")).to_have_count(1)
    page.get_by_role("button", name="Cancel all").click()
    page.get_by_role("button", name="Cancel them").click()
    expect(page.locator("[data-own-order]")).to_have_count(0)


def test_what_is_typed_into_an_open_order_survives_a_refresh_of_the_table(open_window: OpenWindow):
    page = open_window("trader").open("/instruments/EUR-USD/")
    place_resting_order(page, "5000")
    quantity = page.get_by_label(re.compile("Quantity of buy 5,000 EUR-USD"))
    quantity.fill("4000")

    with page.expect_response(re.compile("/own/")):
        page.evaluate("htmx.trigger(document.body, 'own-changed')")

    expect(quantity).to_have_value("4000")
    expect(page.locator("[data-own-order]")).to_have_class(re.compile("is-edited"))
    quantity.press("Escape")
    expect(quantity).to_have_value("5000")
    page.get_by_role("button", name=re.compile("^Cancel buy 5,000 EUR-USD")).click()
    expect(page.locator("[data-own-order]")).to_have_count(0)


def test_the_arrows_move_the_price_and_the_question_mark_lists_the_keys(open_window: OpenWindow):
    page = open_window("trader").open("/instruments/ACME/")
    page.fill("#id_price", "48.20")
    page.locator("h1").click()
    page.keyboard.press("ArrowDown")
    expect(page.locator("#id_price")).to_have_value("48.19")

    page.keyboard.press("?")
    expect(page.locator("#keys")).to_contain_text("Cancel all open orders here")
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    page.keyboard.type("nova")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/instruments/NOVA/$"))
