"""What an order would come to, told before it is placed and with nothing left behind."""

from decimal import Decimal

import pytest

from market.errors import InvalidRequest
from market.models import ClOrdIdUse, InboxCommand, Order
from market.services import orders, previews, trading
from tests.market_place import MarketPlace
from vocabulary.rejects import RejectReason


def left_behind() -> tuple[int, int, int]:
    return Order.objects.count(), ClOrdIdUse.objects.count(), InboxCommand.objects.count()


def test_an_order_that_would_rest_shows_what_it_holds_back_and_leaves_nothing(market: MarketPlace):
    before = left_behind()

    preview = previews.of([market.ticket("BUY", 100, "10.05")], actor=market.trader)

    assert preview.reject is RejectReason.NONE
    assert (preview.taken_qty, preview.value) == (Decimal(0), Decimal("1005.00"))
    assert preview.buying_power - preview.buying_power_after == Decimal("1005.00")
    assert left_behind() == before


def test_a_market_order_is_weighed_against_the_book_with_its_fee(market: MarketPlace):
    market.list("FEES", taker_bps="10")
    market.house_places("SELL", 30, "10.00", symbol="FEES")
    market.house_places("SELL", 30, "10.10", symbol="FEES")
    market.drain("FEES")
    ticket = market.ticket("BUY", 40, None, symbol="FEES", time_in_force="IOC")

    preview = previews.of([ticket], actor=market.trader)

    assert (preview.taken_qty, preview.value, preview.fee) == (Decimal(40), Decimal("401.00"), Decimal("0.401"))
    assert preview.taken_px == Decimal("10.025")


def test_the_part_of_a_limit_order_that_does_not_trade_at_once_counts_at_its_own_price(market: MarketPlace):
    market.house_places("SELL", 30, "10.00")
    market.house_places("SELL", 30, "10.20")
    market.drain()

    preview = previews.of([market.ticket("BUY", 40, "10.05")], actor=market.trader)

    assert (preview.taken_qty, preview.taken_px, preview.value) == (Decimal(30), Decimal(10), Decimal("400.50"))


def test_a_refusal_is_the_one_that_placing_would_give(market: MarketPlace):
    before = left_behind()
    ticket = market.ticket("BUY", 100, "99.00")

    preview = previews.of([ticket], actor=market.trader)

    assert left_behind() == before
    receipt = orders.place(ticket, actor=market.trader)
    assert (preview.reject, preview.reject_text) == (receipt.reject, receipt.reject_text)
    assert preview.value is None


def test_a_halt_is_told_before_the_order_is_placed(market: MarketPlace):
    trading.halt("ACME", reason="News pending", actor=market.operator)

    preview = previews.of([market.ticket("BUY", 1, "10.00")], actor=market.trader)

    assert preview.reject is RejectReason.INSTRUMENT_HALTED
    assert "News pending" in preview.reject_text


def test_a_package_is_tried_as_a_whole(market: MarketPlace):
    entry = market.ticket("BUY", 10, "10.00")
    profit = market.ticket("SELL", 10, "11.00")
    stop = market.ticket("SELL", 10, None, ord_type="STOP", stop_px="99.00")
    bracket = orders.bracket_of(entry, take_profit=profit, stop_loss=stop)
    before = left_behind()

    preview = previews.of(bracket, actor=market.trader, parks_first=True)

    assert preview.reject is RejectReason.PRICE_EXCEEDS_BAND
    assert left_behind() == before


def test_an_account_of_somebody_else_is_not_previewed(market: MarketPlace):
    with pytest.raises(InvalidRequest, match="no such account"):
        previews.of([market.ticket("BUY", 1, "10.00", account="HOUSE")], actor=market.trader)
