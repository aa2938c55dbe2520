"""A market in which everything that leaves a row has happened."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from django.test import override_settings

from market.errors import MarketError
from market.services import (
    accounts,
    corporate_actions,
    fees,
    instruments,
    movements,
    options,
    orders,
    sessions,
    standings,
    trading,
)
from tests.market_place import MarketPlace
from vocabulary.fees import FeeRates
from vocabulary.options import PutOrCall
from vocabulary.phases import TradingPhase


def make_busy(market: MarketPlace) -> None:
    """Trade with fees, at rest and in auctions; with oneself; replace, cancel, reject; pay in and out, reset."""
    market.list("COST", maker_bps="-0.25", taker_bps="1.5", taker_per_lot="0.002")
    for symbol in ("ACME", "COST"):
        market.trade(70, "10.01", symbol=symbol)
        market.place("BUY", 30, "9.90", symbol=symbol)
        market.house_places("SELL", 10, "9.90", symbol=symbol)
        market.place("BUY", 20, "9.50", symbol=symbol, display_qty=5)
        market.place("SELL", 5, ord_type="STOP", stop_px="9.00", symbol=symbol)
        market.place("BUY", 5, "9.95", ord_type="PEGGED", peg_price_type="PRIMARY", symbol=symbol)
        market.place("BUY", 7, "10.00", symbol=symbol, time_in_force="IOC")
        market.place("SELL", 7_000, "10.00", symbol=symbol)
        market.drain(symbol)
        market.place("BUY", 1, "9.00", symbol=symbol)
    replaced = market.place("BUY", 11, "9.10").order
    canceled = market.place("BUY", 12, "9.20").order
    market.drain()
    orders.replace(market.replacement(replaced.order_id, 15, "9.15"), actor=market.trader)
    orders.cancel(canceled.order_id, actor=market.trader)
    market.drain()
    with_bracket(market)
    for side, other in (("BUY", "SELL"), ("SELL", "BUY")):
        market.place(side, 3, "10.30")
        market.place(other, 3, "10.30")
        market.drain()
    trading.change_phase("ACME", phase=TradingPhase.CLOSING_AUCTION, actor=market.operator)
    market.drain()
    market.place("BUY", 3, "10.50")
    market.house_places("SELL", 3, "10.40")
    market.drain()
    trading.change_phase("ACME", phase=TradingPhase.CONTINUOUS, actor=market.operator)
    market.drain()
    staff_work(market)
    corporate_life(market)
    standings.set_limits(market.account, changes={"open_orders_max": 500}, actor=market.operator)
    sessions.open_session(market.account, session="bot", timeout_s=60, actor=market.trader)
    market.place("BUY", 2, "9.00")


def with_bracket(market: MarketPlace) -> None:
    """A purchase with the two orders that end it."""
    entry = market.ticket("BUY", 10, "9.80")
    profit, loss = market.ticket("SELL", 10, "11.00"), market.ticket("SELL", 10, ord_type="STOP", stop_px="9.00")
    orders.place_bracket(entry, take_profit=profit, stop_loss=loss, actor=market.trader)
    market.drain()


def staff_work(market: MarketPlace) -> None:
    """Pay in and out, reset an account that holds something, change the fees."""
    nora, account = market.newcomer()
    orders.place(market.ticket("BUY", 4, "11.00", account=account, symbol="COST"), actor=nora)
    market.house_places("SELL", 4, "11.00", symbol="COST")
    market.drain("COST")
    movements.deposit(account, amount=Decimal("10.5"), reference="d-1", note="prize", actor=market.staff)
    movements.withdraw(account, amount=Decimal("3"), reference="w-1", actor=market.staff)
    accounts.grant(account, username="tim", actor=market.staff)
    movements.reset(account, amount=Decimal(5_000), reference="reset-1", actor=market.staff)
    with suppress(MarketError):
        movements.withdraw(account, amount=Decimal(10**6), reference="w-2", actor=market.staff)
    market.list("OTHER")
    trading.halt("OTHER", reason="fees", actor=market.operator)
    fees.set_schedule("OTHER", FeeRates(taker_bps=Decimal(2)), actor=market.operator)
    instruments.set_bands("OTHER", static_band_bps=500, dynamic_band_bps=200, actor=market.operator)


def corporate_life(market: MarketPlace) -> None:
    """Pay dividends, split, let options expire, delist; all of what people hold. Propose one that nobody decides."""
    with override_settings(DUAL_CONTROL=True):
        corporate_actions.pay_dividend("ACME", amount=Decimal(1), reference="div-0", actor=market.staff)
    corporate_actions.pay_dividend("COST", amount=Decimal("0.5"), reference="div-1", actor=market.staff)
    trading.halt("COST", reason="split", actor=market.operator)
    with suppress(MarketError):
        corporate_actions.split("COST", new_units=3, old_units=2, reference="split-1", actor=market.staff)
    market.drain("COST")
    corporate_actions.split("COST", new_units=3, old_units=2, reference="split-1", actor=market.staff)
    trading.resume("COST", actor=market.operator)
    at = datetime.now(UTC) + timedelta(days=30)
    rest = {"strike_price": Decimal("9.00"), "expires_at": at, "actor": market.operator}
    for symbol, right in (("CALL-1", PutOrCall.CALL), ("PUT-1", PutOrCall.PUT), ("CALL-2", PutOrCall.CALL)):
        options.list_contract("ACME", put_or_call=right, symbol=symbol, **rest)
        market.trade(300, "0.40", symbol=symbol)
    for symbol in ("CALL-1", "PUT-1"):
        with suppress(MarketError):
            corporate_actions.expire(symbol, reference=f"end-{symbol}", actor=market.staff)
        market.drain(symbol)
        corporate_actions.expire(symbol, reference=f"end-{symbol}", actor=market.staff)
    market.list("OLD", taker_bps="1")
    market.trade(40, "10.00", symbol="OLD")
    trading.halt("OLD", reason="the end", actor=market.operator)
    rest = {"price": Decimal("9.99"), "reference": "end-1", "note": "taken over", "actor": market.staff}
    with suppress(MarketError):
        corporate_actions.delist("OLD", **rest)
    market.drain("OLD")
    corporate_actions.delist("OLD", **rest)
