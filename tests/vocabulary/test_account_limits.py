"""An account's limits: its own come first, its kind's where it has none, and a text names them."""

from decimal import Decimal

import pytest

from vocabulary.account_limits import DEFAULTS_BY_KIND, UNBOUNDED, AccountLimits, ImpossibleLimit, checked, parsed
from vocabulary.roles import AccountKind


def test_an_account_keeps_its_own_limits_and_has_those_of_its_kind_where_it_has_none():
    own = AccountLimits(order_qty_max=Decimal(0), open_orders_max=7)
    kind = AccountLimits(order_qty_max=Decimal(5), order_value_max=Decimal(6))
    assert own.over(kind) == AccountLimits(order_qty_max=Decimal(0), order_value_max=Decimal(6), open_orders_max=7)
    assert UNBOUNDED.over(kind) is kind


def test_every_kind_of_account_has_limits_to_begin_with():
    assert set(DEFAULTS_BY_KIND) == {kind.value for kind in AccountKind}


def test_a_text_names_limits_and_leaves_the_others_unbounded():
    assert parsed(" order_value_max=100000.5, open_orders_max = 12 ") == AccountLimits(
        order_value_max=Decimal("100000.5"), open_orders_max=12
    )
    assert parsed("") == UNBOUNDED


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("order_max=1", "order_max"),
        ("order_qty_max", "order_qty_max"),
        ("order_qty_max=many", "order_qty_max"),
        ("order_qty_max=-1", "order_qty_max"),
        ("order_qty_max=NaN", "order_qty_max"),
        ("order_qty_max=0.000000001", "order_qty_max"),
        ("order_qty_max=1000000000000001", "order_qty_max"),
        ("open_orders_max=1.5", "open_orders_max"),
        ("messages_per_s_max=3000000000", "messages_per_s_max"),
    ],
)
def test_a_limit_that_has_no_meaning_is_refused_by_its_name(text, field):
    with pytest.raises(ImpossibleLimit) as refusal:
        parsed(text)
    assert refusal.value.field == field


def test_no_limit_is_kept_as_none():
    assert checked("leverage_max", None) is None
