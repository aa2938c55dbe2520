"""The exchange that the benchmarks trade on: instruments, people and accounts that never run out of means."""

from decimal import Decimal
from typing import NamedTuple

from django.core.management import call_command

from access.records import Actor
from access.services import api_keys, users
from market import process_memory
from market.matcher.drain import Matcher
from market.models import Instrument
from market.records import OrderTicket
from market.services import accounts, instruments, orders, standings
from vocabulary.orders import OrdType, Side
from vocabulary.roles import AccountKind, Role

TRADER = "bench-trader"
PASSWORD = "a-long-password-for-nobody"
DEPOSIT = Decimal(10) ** 14
OPEN_ORDERS_MAX = 10**6
LARGEST_ORDER = Decimal(10) ** 9
REFERENCE_PRICE = Decimal("10.00")


class Listed(NamedTuple):
    """An instrument of the benchmarks."""

    instrument_id: int
    symbol: str


class Exchange(NamedTuple):
    """Who trades, and on which accounts."""

    operator: Actor
    trader: Actor
    trader_accounts: list[str]
    api_key: str
    house: Actor
    house_account: str
    matcher: Matcher


def opened(*, account_count: int) -> Exchange:
    """Bring the tables up to date and let a trader with several cash accounts and a house in."""
    call_command("migrate", interactive=False, verbosity=0)
    operator = users.create(username="bench-operator", password=PASSWORD, role=Role.OPERATOR)
    trader = users.create(username=TRADER, password=PASSWORD)
    house = users.create(username="bench-house", password=PASSWORD)
    numbers = [accounts.open_account(owner=trader).number for _ in range(account_count)]
    for number in numbers:
        accounts.deposit(number, amount=DEPOSIT, note="for the benchmark", actor=operator)
        standings.set_limits(number, changes={"open_orders_max": OPEN_ORDERS_MAX}, actor=operator)
    # As every process of the exchange does once it is ready.
    process_memory.settle()
    return Exchange(
        operator=operator,
        trader=trader,
        trader_accounts=numbers,
        api_key=api_keys.issue(actor=trader, name="benchmark").secret,
        house=house,
        house_account=accounts.open_account(owner=house, kind=AccountKind.HOUSE).number,
        matcher=Matcher(),
    )


def listed(exchange: Exchange, symbol: str) -> Listed:
    """List an instrument with a price step of 0.01 around 10.00."""
    instruments.add(
        symbol=symbol,
        name=f"Benchmark {symbol}",
        kind="SHARE",
        currency="USD",
        tick_size=Decimal("0.01"),
        lot_size=Decimal(1),
        reference_price=REFERENCE_PRICE,
        order_qty_max=LARGEST_ORDER,
        actor=exchange.operator,
    )
    return Listed(Instrument.objects.get(symbol=symbol).pk, symbol)


def endow(exchange: Exchange, instrument: Listed, *, lots_each: int) -> None:
    """Let every account of the trader buy so many lots from the house, so that each can sell."""
    count = len(exchange.trader_accounts)
    house_offers(exchange, instrument, lots=lots_each * count)
    for place, number in enumerate(exchange.trader_accounts):
        ticket = limit_order(f"endow-{instrument.symbol}-{place}", number, instrument.symbol, Side.BUY, lots_each)
        assert orders.place(ticket, actor=exchange.trader).is_accepted
    exchange.matcher.drain(instrument.symbol)


def house_offers(exchange: Exchange, instrument: Listed, *, lots: int) -> None:
    """Rest a large offer of the house at the reference price."""
    ticket = limit_order(
        f"offer-{instrument.symbol}-{lots}", exchange.house_account, instrument.symbol, Side.SELL, lots
    )
    assert orders.place(ticket, actor=exchange.house).is_accepted
    exchange.matcher.drain(instrument.symbol)


def limit_order(
    cl_ord_id: str, account: str, symbol: str, side: Side, lots: int, price: Decimal = REFERENCE_PRICE
) -> OrderTicket:
    """A limit order for the day."""
    return OrderTicket(
        cl_ord_id=cl_ord_id,
        account=account,
        symbol=symbol,
        side=side,
        ord_type=OrdType.LIMIT,
        order_qty=Decimal(lots),
        price=price,
    )
