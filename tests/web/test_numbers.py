"""Numbers as people read them."""

from decimal import Decimal

import pytest

from web import numbers


@pytest.mark.parametrize(
    ("value", "text"),
    [("1234567.50", "1,234,567.50"), ("1E+3", "1,000"), ("1E-7", "0.0000001"), ("-5", "\N{MINUS SIGN}5"), ("0", "0")],
)
def test_a_number_is_shown_digit_for_digit(value: str, text: str):
    assert numbers.plain(Decimal(value)) == text


@pytest.mark.parametrize(
    ("value", "text"), [("0.005", "0.00"), ("0.015", "0.02"), ("99999.999", "100,000.00"), ("1E+27", "1" + ",000" * 9)]
)
def test_money_is_shown_in_cents_rounded_half_even(value: str, text: str):
    assert numbers.money(Decimal(value)) == text


@pytest.mark.parametrize(
    ("text", "signed"), [("1.50", "+1.50"), ("\N{MINUS SIGN}1.50", "\N{MINUS SIGN}1.50"), ("0.00", "0.00")]
)
def test_a_change_carries_its_sign(text: str, signed: str):
    assert numbers.signed(text) == signed


@pytest.mark.parametrize(
    ("value", "text"),
    [("10.000000", "10.00"), ("10.006667", "10.0067"), ("10.0050", "10.005"), ("-3.1", "\N{MINUS SIGN}3.10")],
)
def test_an_average_has_no_needless_places(value: str, text: str):
    assert numbers.average(Decimal(value), price=Decimal("9.99")) == text


@pytest.mark.parametrize(("value", "text"), [("100.00000000", "100.00"), ("0.00000200", "0.000002"), ("0E-8", "0.00")])
def test_exact_money_keeps_the_places_that_say_something(value: str, text: str):
    assert numbers.exact_money(Decimal(value)) == text
