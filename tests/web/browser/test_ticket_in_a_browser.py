"""The ticket as it is filled in: the fields of each type, what the order would come to, and what is wrong with it."""

import re

import pytest
from playwright.sync_api import expect

from tests.web.browser.conftest import OpenWindow

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("system")]

FIELDS_OF_TYPE = {
    "Limit": {"price"},
    "Market": set(),
    "Stop": {"stop_px"},
    "Stop limit": {"price", "stop_px"},
    "Trailing": {"trail_by", "peg_offset_type"},
    "Pegged": {"peg_price_type", "peg_offset", "price"},
    "Bracket": {"price", "take_profit_px", "stop_px"},
    "OCO": {"price", "stop_px"},
}
ALL_FIELDS = set.union(*FIELDS_OF_TYPE.values())


@pytest.mark.parametrize("has_scripts", [True, False], ids=["with scripts", "without scripts"])
def test_a_type_shows_the_fields_that_it_has_and_no_others(has_scripts: bool, open_window: OpenWindow):
    page = open_window("trader", java_script_enabled=has_scripts).open("/instruments/ACME/")
    for label, fields in FIELDS_OF_TYPE.items():
        page.locator(".types label", has_text=re.compile(f"^{label}$")).click()
        shown = {name for name in ALL_FIELDS if page.locator(f"#id_{name}").is_visible()}
        assert shown == fields, label


def test_the_ticket_tells_what_it_comes_to_while_it_is_filled_in(open_window: OpenWindow):
    window = open_window("trader")
    page = window.open("/instruments/NOVA/")
    price = f"{float(page.locator('#trading').get_attribute('data-reference') or 0) * 0.8:.2f}"
    page.fill("#id_price", price)
    page.fill("#id_order_qty", "10")

    expect(page.locator("[data-estimate]")).to_have_text(f"{float(price) * 10:,.2f}")
    assert window.complaints == []


def test_what_the_exchange_would_refuse_is_said_beside_the_field_before_anything_is_sent(open_window: OpenWindow):
    page = open_window("trader").open("/instruments/NOVA/")
    page.fill("#id_order_qty", "1.5")
    page.fill("#id_price", "100")

    wrong = page.locator(".order_qty-field #ticket-problem")
    expect(wrong).to_have_text("Quantity must be a positive multiple of the lot size 1.")
    expect(page.locator("#id_order_qty")).to_have_attribute("aria-invalid", "true")
    page.fill("#id_order_qty", "1")
    expect(page.locator("#ticket-problem")).to_have_count(0)
    expect(page.locator("#id_order_qty")).not_to_have_attribute("aria-invalid", "true")


def test_a_bracket_is_placed_from_the_ticket(open_window: OpenWindow):
    page = open_window("trader").open("/instruments/WORLD/")
    reference = float(page.locator("#trading").get_attribute("data-reference") or 0)
    page.locator(".types label", has_text="Bracket").click()
    expect(page.locator("label[for=id_price]")).to_contain_text("Entry price")
    for name, share in {"price": 0.7, "take_profit_px": 1.1, "stop_px": 0.65}.items():
        page.fill(f"#id_{name}", f"{reference * share:.2f}")
    page.fill("#id_order_qty", "2")
    page.keyboard.press("Enter")

    expect(page.locator("#ticket .outcome.good")).to_have_text(re.compile("With it 2 more wait."))
    expect(page.locator("[data-own-order]")).to_have_count(3)
    page.get_by_role("button", name="Cancel all").click()
    page.get_by_role("button", name="Cancel them").click()
    expect(page.locator("[data-own-order]")).to_have_count(0)
