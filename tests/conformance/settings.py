"""What the market looks like before a case: one small scene each, undone where it would outlive the case."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from unittest.mock import patch

from django.db import connections
from django.db.models.functions import Now
from django.test import override_settings

from market.models import Account, TradingClass
from market.records import ReplaceTicket
from market.services import accounts, classes, options, orders, standings, trading
from tests.conformance.stage import Stage
from vocabulary import limits
from vocabulary.options import PutOrCall
from vocabulary.phases import TradingPhase
from vocabulary.roles import AccountKind

PAST, FUTURE = datetime(2020, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)


@contextmanager
def quiet(stage: Stage) -> Iterator[None]:
    """An empty book."""
    yield


@contextmanager
def offered(stage: Stage) -> Iterator[None]:
    """The house offers 30 at 10.05."""
    stage.place.house_places("SELL", 30, "10.05")
    stage.place.drain()
    yield


@contextmanager
def holding(stage: Stage) -> Iterator[None]:
    """The trader holds 50."""
    stage.place.trade(50, "10.00")
    yield


@contextmanager
def holding_and_selling(stage: Stage) -> Iterator[None]:
    """The trader holds 50, of which 50 are on offer."""
    stage.place.trade(50, "10.00")
    _rests(stage, "SELL", 50, "12.00")
    yield


@contextmanager
def resting(stage: Stage) -> Iterator[None]:
    """The trader's bid of 100 at 10.00 rests."""
    _rests(stage, "BUY", 100, "10.00")
    yield


@contextmanager
def waiting(stage: Stage) -> Iterator[None]:
    """The trader's bid of 100 at 10.00 has not reached the matcher."""
    _placed(stage, "BUY", 100, "10.00")
    yield


@contextmanager
def flooded(stage: Stage) -> Iterator[None]:
    """The trader's bid of 100 at 10.00 has not reached the matcher, and is as much as may wait."""
    _placed(stage, "BUY", 100, "10.00")
    with override_settings(INBOX_DEPTH_MAX=1):
        yield


@contextmanager
def placed_before_the_flood(stage: Stage) -> Iterator[None]:
    """The very order of the case was placed, and is as much as may wait."""
    _placed(stage, "BUY", 100, "10.05", cl_ord_id="my-1")
    with override_settings(INBOX_DEPTH_MAX=1):
        yield


@contextmanager
def resting_below_an_offer(stage: Stage) -> Iterator[None]:
    """The trader's bid of 100 at 10.00 rests below 30 offered at 10.05."""
    _rests(stage, "BUY", 100, "10.00")
    stage.place.house_places("SELL", 30, "10.05")
    stage.place.drain()
    yield


@contextmanager
def partly_filled(stage: Stage) -> Iterator[None]:
    """40 of the trader's bid of 100 are filled."""
    _rests(stage, "BUY", 100, "10.00")
    stage.place.house_places("SELL", 40, "10.00")
    stage.place.drain()
    yield


@contextmanager
def filled(stage: Stage) -> Iterator[None]:
    """The trader's bid of 100 is filled."""
    _rests(stage, "BUY", 100, "10.00")
    stage.place.house_places("SELL", 100, "10.00")
    stage.place.drain()
    yield


@contextmanager
def about_to_be_filled(stage: Stage) -> Iterator[None]:
    """The trader's bid of 100 at 10.00 rests, and 90 offered at that price wait for the matcher."""
    _rests(stage, "BUY", 100, "10.00")
    stage.place.house_places("SELL", 90, "10.00")
    yield


@contextmanager
def canceled(stage: Stage) -> Iterator[None]:
    """The trader's bid was canceled."""
    _rests(stage, "BUY", 100, "10.00")
    orders.cancel(stage.order_id or 0, actor=stage.place.trader)
    stage.place.drain()
    yield


@contextmanager
def being_canceled(stage: Stage) -> Iterator[None]:
    """A cancel of the trader's bid waits for the matcher."""
    _rests(stage, "BUY", 100, "10.00")
    orders.cancel(stage.order_id or 0, actor=stage.place.trader)
    yield


@contextmanager
def rejected(stage: Stage) -> Iterator[None]:
    """The trader's order was rejected, for its price."""
    _placed(stage, "BUY", 100, "10.055")
    yield


@contextmanager
def halted(stage: Stage) -> Iterator[None]:
    """Trading is halted."""
    trading.halt(stage.symbol, reason="news pending", actor=stage.place.operator)
    yield


@contextmanager
def before_the_opening(stage: Stage) -> Iterator[None]:
    """Orders are collected for the opening auction."""
    _comes_to(stage, TradingPhase.OPENING_AUCTION)
    yield


@contextmanager
def closed(stage: Stage) -> Iterator[None]:
    """The instrument is closed."""
    _comes_to(stage, TradingPhase.CLOSED)
    yield


@contextmanager
def resting_in_a_halt(stage: Stage) -> Iterator[None]:
    """The trader's bid of 100 at 10.00 rests; trading is halted."""
    _rests(stage, "BUY", 100, "10.00")
    trading.halt(stage.symbol, reason="news pending", actor=stage.place.operator)
    yield


@contextmanager
def placed_before(stage: Stage) -> Iterator[None]:
    """The very order of the case was placed."""
    _placed(stage, "BUY", 100, "10.05", cl_ord_id="my-1")
    stage.place.drain()
    yield


@contextmanager
def rejected_before(stage: Stage) -> Iterator[None]:
    """The very order of the case was rejected, for its price."""
    _placed(stage, "BUY", 100, "10.055", cl_ord_id="my-1")
    yield


@contextmanager
def rejected_by_the_book_before(stage: Stage) -> Iterator[None]:
    """The very order of the case was taken on and met a halted book; now the instrument trades again."""
    _placed(stage, "BUY", 100, "10.05", cl_ord_id="my-1")
    trading.halt(stage.symbol, reason="news pending", actor=stage.place.operator)
    stage.place.drain()
    trading.resume(stage.symbol, actor=stage.place.operator)
    yield


@contextmanager
def replaced_before(stage: Stage) -> Iterator[None]:
    """The very replacement of the case was made."""
    _rests(stage, "BUY", 100, "10.00")
    _replaced(stage, "80", "10.00")
    stage.place.drain()
    yield


@contextmanager
def in_another_currency(stage: Stage) -> Iterator[None]:
    """The account is kept in euros."""
    stage.account = accounts.open_account(owner=stage.place.trader, currency="EUR").number
    accounts.deposit(stage.account, amount=Decimal(10_000), note="euros", actor=stage.place.trader)
    yield


@contextmanager
def as_many_orders_as_allowed(stage: Stage) -> Iterator[None]:
    """The account has as many open orders as it may have."""
    _rests(stage, "BUY", 1, "9.00")
    _bound(stage, open_orders_max=1)
    yield


@contextmanager
def as_many_messages_as_allowed(stage: Stage) -> Iterator[None]:
    """The trader's bid of 100 at 10.00 rests, and the account may hand in nothing more."""
    _rests(stage, "BUY", 100, "10.00")
    _bound(stage, messages_per_s_max=0)
    yield


@contextmanager
def held_to_small_orders(stage: Stage) -> Iterator[None]:
    """The trader's bid of 10 at 10.00 rests, and an order may be for 50 at most."""
    _rests(stage, "BUY", 10, "10.00")
    _bound(stage, order_qty_max=50)
    yield


@contextmanager
def held_to_cheap_orders(stage: Stage) -> Iterator[None]:
    """The trader's bid of 10 at 10.00 rests, and an order may be worth 500 at most."""
    _rests(stage, "BUY", 10, "10.00")
    _bound(stage, order_value_max=500)
    yield


@contextmanager
def held_to_a_small_position(stage: Stage) -> Iterator[None]:
    """The trader's bid of 10 at 10.00 rests, and the account may hold 50 at most."""
    _rests(stage, "BUY", 10, "10.00")
    _bound(stage, position_qty_max=50)
    yield


@contextmanager
def held_to_little_at_a_time(stage: Stage) -> Iterator[None]:
    """The trader's bid of 10 at 10.00 rests, and all open orders together may be worth 500 at most."""
    _rests(stage, "BUY", 10, "10.00")
    _bound(stage, unexecuted_value_max=500)
    yield


@contextmanager
def on_margin(stage: Stage) -> Iterator[None]:
    """The account is a margin account with 600, and its bid of 10 at 10.00 rests."""
    stage.account = accounts.open_account(owner=stage.place.trader, kind=AccountKind.MARGIN).number
    accounts.deposit(stage.account, amount=Decimal(600), note="margin", actor=stage.place.trader)
    _rests(stage, "BUY", 10, "10.00")
    yield


@contextmanager
def on_margin_without_leverage(stage: Stage) -> Iterator[None]:
    """The same margin account, whose positions may be worth its equity and no more."""
    with on_margin(stage):
        _bound(stage, leverage_max=1)
        yield


@contextmanager
def with_an_option(stage: Stage) -> Iterator[None]:
    """The instrument is a call on what it was; a contract is one unit."""
    place = stage.place
    place.symbol = options.list_contract(
        place.symbol,
        put_or_call=PutOrCall.CALL,
        strike_price=Decimal("10.00"),
        expires_at=datetime.now(UTC) + timedelta(days=30),
        contract_multiplier=Decimal(1),
        symbol=f"{place.symbol}-CALL",
        actor=place.operator,
    ).symbol
    yield


@contextmanager
def in_a_class(stage: Stage, **changed: object) -> Iterator[None]:
    """The account is that of a class, and its bid of 10 at 10.00 rests; then the class is changed."""
    now = datetime.now(UTC)
    made = classes.create(
        name="Economics 1",
        grant_amount=Decimal(10_000),
        starts_at=now - timedelta(minutes=1),
        ends_at=now + timedelta(hours=1),
        actor=stage.place.staff,
    )
    stage.account = classes.join(made.code, actor=stage.place.trader).number
    _rests(stage, "BUY", 10, "10.00")
    TradingClass.objects.filter(code=made.code).update(**changed)
    yield


def in_a_class_to_come(stage: Stage) -> AbstractContextManager[None]:
    """The class begins later."""
    return in_a_class(stage, starts_at=FUTURE, ends_at=FUTURE + timedelta(hours=1))


def in_a_class_that_is_over(stage: Stage) -> AbstractContextManager[None]:
    """The class has ended, and the bid still rests."""
    return in_a_class(stage, starts_at=PAST, ends_at=PAST + timedelta(hours=1))


def in_a_class_of_others(stage: Stage) -> AbstractContextManager[None]:
    """The class trades another instrument."""
    return in_a_class(stage, symbols=["OTHER"])


@contextmanager
def killed(stage: Stage) -> Iterator[None]:
    """The trader's bid of 100 at 10.00 rests while an operator switches the account off; its cancel waits."""
    _rests(stage, "BUY", 100, "10.00")
    standings.kill(stage.account, reason="runaway program", actor=stage.place.operator)
    yield


@contextmanager
def in_liquidation(stage: Stage) -> Iterator[None]:
    """The trader's bid of 100 at 10.00 rests, and the exchange closes the account's positions."""
    _rests(stage, "BUY", 100, "10.00")
    Account.objects.filter(number=stage.account).update(liquidating_at=Now())
    yield


@contextmanager
def at_work_elsewhere(stage: Stage) -> Iterator[None]:
    """Another request holds the account and will not be done in time."""
    other = connections["default"].copy()
    try:
        with other.cursor() as cursor, patch.object(limits, "INTAKE_LOCK_TIMEOUT_MS", 50):
            cursor.execute("BEGIN")
            cursor.execute("SELECT 1 FROM market_account WHERE number = %s FOR UPDATE", [stage.account])
            yield
            cursor.execute("ROLLBACK")
    finally:
        other.close()


@contextmanager
def resting_and_at_work_elsewhere(stage: Stage) -> Iterator[None]:
    """The trader's bid rests, and another request holds the account."""
    _rests(stage, "BUY", 100, "10.00")
    with at_work_elsewhere(stage):
        yield


def halt_before_the_matcher(stage: Stage) -> None:
    """Trading is halted between the answer and the matcher."""
    trading.halt(stage.symbol, reason="news pending", actor=stage.place.operator)


def mass_cancel_before_the_matcher(stage: Stage) -> None:
    """An operator cancels the whole book between the answer and the matcher."""
    orders.cancel_all_of_book(stage.symbol, actor=stage.place.operator)


def halt_after_the_matcher(stage: Stage) -> None:
    """The matcher takes the order, and then trading is halted."""
    stage.place.drain()
    trading.halt(stage.symbol, reason="news pending", actor=stage.place.operator)


def open_after_the_matcher(stage: Stage) -> None:
    """The matcher takes the order, and then the auction ends."""
    stage.place.drain()
    _comes_to(stage, TradingPhase.CONTINUOUS)


def _bound(stage: Stage, **changes: int) -> None:
    standings.set_limits(stage.account, changes=changes, actor=stage.place.operator)


def _comes_to(stage: Stage, phase: TradingPhase) -> None:
    trading.change_phase(stage.symbol, phase=phase, actor=stage.place.operator)
    stage.place.drain()


def _placed(stage: Stage, side: str, quantity: object, price: str, **rest: str) -> None:
    receipt = stage.place.place(side, quantity, price, account=stage.account, **rest)
    assert receipt.order is not None
    stage.order_id = receipt.order.order_id


def _rests(stage: Stage, side: str, quantity: object, price: str) -> None:
    _placed(stage, side, quantity, price)
    stage.place.drain()


def _replaced(stage: Stage, order_qty: str, price: str) -> None:
    ticket = ReplaceTicket("my-2", stage.order_id or 0, Decimal(order_qty), Decimal(price))
    assert orders.replace(ticket, actor=stage.place.trader).is_accepted
