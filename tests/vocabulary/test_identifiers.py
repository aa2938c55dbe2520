"""Names that come from outside have a shape, and nothing of another shape is taken for one."""

import pytest

from vocabulary import limits
from vocabulary.identifiers import is_cl_ord_id, is_symbol


@pytest.mark.parametrize("symbol", ["ACME", "EUR-USD", "BRK.B", "7", "A" * limits.SYMBOL_LENGTH_MAX])
def test_capital_letters_digits_dots_and_dashes_make_a_symbol(symbol):
    assert is_symbol(symbol)


@pytest.mark.parametrize(
    "text", ["", "acme", "-ACME", ".A", "AC ME", "ACME\n", "ÄCME", "A/B", "A" * (limits.SYMBOL_LENGTH_MAX + 1)]
)
def test_anything_else_is_no_symbol(text):
    assert not is_symbol(text)


@pytest.mark.parametrize("text", ["1", "my-order_7", "A" * limits.CL_ORD_ID_LENGTH_MAX])
def test_letters_digits_dashes_and_underscores_make_a_cl_ord_id(text):
    assert is_cl_ord_id(text)


@pytest.mark.parametrize("text", ["", " ", "a b", "a\n", "é", "a.b", "A" * (limits.CL_ORD_ID_LENGTH_MAX + 1)])
def test_anything_else_is_no_cl_ord_id(text):
    assert not is_cl_ord_id(text)
