"""Execution reports since an event: all that happened to one's orders, whatever else the journal holds."""

from market.selectors import executions
from market.services import orders
from tests.market_place import MarketPlace


def test_a_mass_cancel_is_told_by_the_cancels_of_its_orders(market: MarketPlace):
    for price in ("9.00", "9.10"):
        market.place("BUY", 5, price)
    market.drain()
    orders.mass_cancel(market.account, actor=market.trader)
    market.drain()
    page = executions.after("ACME", sequence=0, actor=market.trader)
    assert [report.execution.exec_type.name for report in page.reports] == ["NEW", "NEW", "CANCELED", "CANCELED"]
    assert page.position.sequence == 5, "the event that ends the mass cancel is accounted for"
