"""How often callers may ask is one setting, and one that cannot be read is refused at the start."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from marketops_site import rate_limits


def test_budgets_are_read_by_name():
    assert rate_limits.parse("reads=50:500, failures=0.5:20") == {"reads": (50.0, 500), "failures": (0.5, 20)}
    assert rate_limits.parse("off") == {}
    assert set(rate_limits.parse(rate_limits.DEFAULT)) == {"reads", "orders", "cancels", "failures", "sign_ins"}


@pytest.mark.parametrize("text", ["", "reads", "reads=50", "reads=0:5", "reads=5:0", "reads=nan:5", "writes=5:5"])
def test_what_says_no_budget_is_refused(text):
    with pytest.raises(ImproperlyConfigured, match="MARKETOPS_RATE_LIMITS"):
        rate_limits.parse(text)
