"""Listing instruments."""

from decimal import Decimal

import pytest

from market.errors import InvalidRequest, NotPermitted
from market.selectors import depth
from market.selectors import instruments as instrument_selectors
from market.services import instruments

GOOD = {
    "symbol": "NEW",
    "name": "New Thing",
    "kind": "SHARE",
    "currency": "USD",
    "tick_size": Decimal("0.01"),
    "lot_size": Decimal("1"),
    "reference_price": Decimal("20.00"),
}


def test_a_listed_instrument_trades_at_once(market):
    record = instruments.add(**GOOD, actor=market.operator)
    assert (record.symbol, record.low_limit_price, record.high_limit_price) == (
        "NEW",
        Decimal("10.00"),
        Decimal("30.00"),
    )
    market.trade(5, "20.00", symbol="NEW")
    assert depth.of("NEW", levels=1).last_sequence == 4


def test_only_operators_list(market):
    with pytest.raises(NotPermitted):
        instruments.add(**GOOD, actor=market.trader)
    assert [record.symbol for record in instrument_selectors.every()] == ["ACME"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("symbol", "acme"),
        ("symbol", ""),
        ("symbol", "A" * 17),
        ("symbol", "A/B"),
        ("symbol", "ACME"),
        ("name", " "),
        ("name", "x" * 81),
        ("kind", "OPTION"),
        ("currency", "usd"),
        ("currency", "DOLLAR"),
        ("tick_size", Decimal("0")),
        ("tick_size", Decimal("-0.01")),
        ("tick_size", Decimal("NaN")),
        ("tick_size", Decimal("0.000000001")),
        ("tick_size", Decimal("0.00001")),
        ("lot_size", Decimal("Infinity")),
        ("lot_size", Decimal("0.00000001")),
        ("reference_price", Decimal("20.005")),
        ("reference_price", Decimal("1e30")),
        ("reference_price", Decimal("0")),
        ("band_percent", Decimal("100")),
        ("order_qty_max", Decimal("0.5")),
    ],
)
def test_what_does_not_fit_is_refused_at_its_field(market, field, value):
    with pytest.raises(InvalidRequest) as refusal:
        instruments.add(**{**GOOD, field: value}, actor=market.operator)
    assert refusal.value.field == field
    assert [record.symbol for record in instrument_selectors.every()] == ["ACME"]
