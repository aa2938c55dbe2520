"""Whatever is ordered, canceled, replaced and halted: nothing appears from nowhere and nothing is lost."""

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from access.records import Actor
from market import auditing, intake
from market.errors import MarketError
from market.matcher import restoring, verification
from market.models import Account, Book, ClOrdIdUse, Instrument, Order, Position
from market.records import OrderTicket, Receipt, ReplaceTicket
from market.selectors import accounts
from market.services import corporate_actions, movements, options, orders, trading
from tests.market_place import MarketPlace
from vocabulary.options import PutOrCall
from vocabulary.orders import ExecInst, OrdStatus, OrdType, Side
from vocabulary.phases import TradingPhase

NIGHTLY = bool(os.environ.get("MARKETOPS_NIGHTLY"))
EXAMPLES = 300 if NIGHTLY else 12
TICK_SIZE = Decimal("0.01")
NO_PRICE = -1

WHO, WHERE, WHICH = st.sampled_from([0, 1, 2, 2]), st.integers(0, 1), st.integers(0, 40)
QUANTITIES = st.sampled_from([1, 30, 400, 900, 1_100, 2_500, 7_000])
"""About as much as people have: now less, now more."""
PRICES = st.sampled_from(["9.98", "9.99", "10.00", "10.01", "10.02"])
TERMS: list[dict[str, Any]] = [
    {},
    {},
    {},
    {"display_qty": 100},
    {"min_qty": 30},
    {"exec_inst": "POST_ONLY"},
    {"exec_inst": ExecInst.POST_ONLY | ExecInst.SLIDE},
    {"exec_inst": "CANCEL_ON_HALT"},
    {"self_trade_prevention": "DECREMENT_AND_CANCEL"},
    {"self_trade_prevention": "CANCEL_BOTH"},
    {"ord_type": "STOP", "stop_px": "9.99", "price": None},
    {"ord_type": "STOP_LIMIT", "stop_px": "10.01"},
    {"ord_type": "STOP", "peg_price_type": "TRAILING_STOP", "peg_offset": "0.01", "price": None},
    {"ord_type": "PEGGED", "peg_price_type": "PRIMARY"},
    {"ord_type": "PEGGED", "peg_price_type": "MID", "price": None},
    {"time_in_force": "AT_THE_CLOSE"},
    {"price": None, "time_in_force": "AT_THE_CLOSE"},
]
TICKETS = st.tuples(
    st.just("place"),
    WHO,
    WHERE,
    st.sampled_from(["BUY", "SELL"]),
    QUANTITIES,
    st.one_of(PRICES, PRICES, PRICES, st.none()),
    st.sampled_from(["DAY", "DAY", "GTC", "IOC", "FOK"]),
    st.sampled_from(TERMS),
)
PHASES = st.sampled_from(["OPENING_AUCTION", "CONTINUOUS", "CONTINUOUS", "CLOSING_AUCTION", "CLOSED"])
ACTS = st.one_of(
    TICKETS,
    TICKETS,
    TICKETS,
    st.tuples(st.just("bracket"), WHO, WHERE, QUANTITIES, PRICES),
    st.tuples(st.just("pair"), WHO, WHERE, QUANTITIES),
    st.tuples(st.just("phase"), WHERE, PHASES),
    st.tuples(st.just("mass_cancel"), WHO, WHERE),
    st.tuples(st.just("drain"), WHERE),
    st.tuples(
        st.just("pay"), WHO, st.sampled_from(["deposit", "withdraw"]), st.sampled_from(["0.01", "5000", "95000"])
    ),
    st.tuples(st.just("reset"), st.sampled_from([0, 1, 1]), st.sampled_from(["0", "50000"])),
    st.tuples(st.just("dividend"), WHERE, st.sampled_from(["0.01", "0.33333333"])),
    st.tuples(st.just("split"), WHERE, st.sampled_from([(101, 100), (100, 101)])),
    st.tuples(st.just("option"), st.sampled_from([0, 1]), st.sampled_from(["CALL", "PUT"]), WHERE, WHICH),
    st.tuples(st.just("cancel"), WHICH),
    st.tuples(st.just("replace"), WHICH, QUANTITIES, PRICES),
    st.tuples(st.just("again"), WHICH),
    st.tuples(st.sampled_from(["halt", "resume", "resume"]), WHERE),
)

numbers = count(1)


@dataclass
class Exchange:
    """Two cash accounts and the house, two instruments, and the tickets handed in so far."""

    market: MarketPlace
    people: list[tuple[Actor, str]]
    symbols: list[str]
    placed: list[tuple[int, Any, Actor]] = field(default_factory=list)
    cl_ord_ids: list[str] = field(default_factory=list)
    options: list[str] = field(default_factory=list)

    @classmethod
    def open(cls, market: MarketPlace) -> "Exchange":
        """New instruments and newcomers in a market that goes on: each holds something, one bid is filled in part."""
        number = next(numbers)
        symbols = [f"A{number}", f"B{number}"]
        people = [market.newcomer(f"{name}-{number}") for name in ("ann", "bob")]
        exchange = cls(market, [*people, (market.house, market.house_account)], symbols)
        for place, symbol in enumerate(symbols):
            market.list(symbol)
            exchange.place(2, place, "SELL", 8_000, "10.00", "DAY")
            for who in (0, 1):
                exchange.place(who, place, "BUY", 4_000, "10.00", "DAY")
            exchange.place(0, place, "BUY", 400, "9.98", "DAY")
            exchange.place(2, place, "SELL", 100, "9.98", "DAY")
            market.drain(symbol)
        return exchange

    def act(self, name: str, *what: Any) -> None:
        """Do one act; what a door would refuse is refused."""
        with suppress(MarketError):
            getattr(self, name)(*what)

    def place(
        self,
        who: int,
        where: int,
        side: str,
        quantity: int,
        price: str | None,
        time_in_force: str,
        terms: dict[str, Any] | None = None,
    ) -> None:
        """Hand a ticket in."""
        actor, account = self.people[who]
        named = {"price": price, "time_in_force": time_in_force, **(terms or {})}
        ticket = self.market.ticket(side, quantity, account=account, symbol=self.symbols[where], **named)
        receipt = orders.place(ticket, actor=actor)
        self.cl_ord_ids.append(ticket.cl_ord_id)
        self.placed.append((receipt.order.order_id, ticket, actor))

    def bracket(self, who: int, where: int, quantity: int, price: str) -> None:
        """Hand in an order to buy with the two that end it."""
        actor, account = self.people[who]
        rest = {"account": account, "symbol": self.symbols[where]}
        entry = self.market.ticket("BUY", quantity, price, **rest)
        profit = self.market.ticket("SELL", quantity, "10.01", **rest)
        loss = self.market.ticket("SELL", quantity, ord_type="STOP", stop_px="9.99", **rest)
        receipts = orders.place_bracket(entry, take_profit=profit, stop_loss=loss, actor=actor)
        self._note([entry, profit, loss], receipts, actor)

    def pair(self, who: int, where: int, quantity: int) -> None:
        """Hand in two orders to sell of which one cancels the other."""
        actor, account = self.people[who]
        rest = {"account": account, "symbol": self.symbols[where]}
        loss = self.market.ticket("SELL", quantity, ord_type="STOP", stop_px="9.98", **rest)
        profit = self.market.ticket("SELL", quantity, "10.02", **rest)
        self._note([loss, profit], orders.place_oco(loss, profit, actor=actor), actor)

    def _note(self, tickets: list[OrderTicket], receipts: list[Receipt], actor: Actor) -> None:
        for ticket, receipt in zip(tickets, receipts, strict=True):
            self.cl_ord_ids.append(ticket.cl_ord_id)
            assert receipt.order is not None
            if ticket.contingency_type is receipt.order.contingency_type is None:
                self.placed.append((receipt.order.order_id, ticket, actor))

    def phase(self, where: int, name: str) -> None:
        """Change the phase."""
        trading.change_phase(self.symbols[where], phase=TradingPhase[name], actor=self.market.operator)

    def mass_cancel(self, who: int, where: int) -> None:
        """Cancel everything of an account in an instrument."""
        actor, account = self.people[who]
        orders.mass_cancel(account, symbol=self.symbols[where], actor=actor)

    def pay(self, who: int, way: str, amount: str) -> None:
        """Pay money in or out."""
        act = movements.deposit if way == "deposit" else movements.withdraw
        act(self.people[who][1], amount=Decimal(amount), reference=f"m-{next(numbers)}", actor=self.market.staff)

    def reset(self, who: int, amount: str) -> None:
        """Let an account start anew: its orders are canceled, and once they are its positions go."""
        rest = {"amount": Decimal(amount), "reference": f"m-{next(numbers)}", "actor": self.market.staff}
        with suppress(MarketError):
            movements.reset(self.people[who][1], **rest)
        for symbol in self.symbols:
            self.market.drain(symbol)
        movements.reset(self.people[who][1], **rest)

    def dividend(self, where: int, amount: str) -> None:
        """Pay a dividend."""
        rest = {"amount": Decimal(amount), "reference": f"m-{next(numbers)}", "actor": self.market.staff}
        corporate_actions.pay_dividend(self.symbols[where], **rest)

    def split(self, where: int, units: tuple[int, int]) -> None:
        """Give a few more units or a few less, nearly all of them in fractions."""
        new, old = units
        self._empty_and(corporate_actions.split, where, new_units=new, old_units=old)
        self.resume(where)

    def delist(self, where: int) -> None:
        """Let the instrument end."""
        self._empty_and(corporate_actions.delist, where, price=Decimal("9.87654321"))

    def option(self, who: int, right: str, where: int, which: int) -> None:
        """The house writes options on an instrument, which somebody buys; or one of those expires."""
        if which % 2 and self.options:
            self.expire(which)
            return
        actor, account = self.people[who]
        symbol = f"{right}-{next(numbers)}"
        options.list_contract(
            self.symbols[where],
            put_or_call=PutOrCall[right],
            strike_price=Decimal("10.00"),
            expires_at=datetime.now(UTC) + timedelta(days=1),
            contract_multiplier=Decimal(10),
            symbol=symbol,
            actor=self.market.operator,
        )
        self.options.append(symbol)
        self.market.house_places("SELL", 50, "0.03", symbol=symbol)
        self.market.place_for(actor, account, "BUY", 30, "0.03", symbol=symbol)
        self.market.drain(symbol)

    def expire(self, which: int) -> None:
        """One of the options expires; an order of it is still open."""
        symbol = self.options[which % len(self.options)]
        rest = {"reference": f"m-{next(numbers)}", "actor": self.market.staff}
        with suppress(MarketError):
            corporate_actions.expire(symbol, **rest)
        self.market.drain(symbol)
        corporate_actions.expire(symbol, **rest)

    def _empty_and(self, act: Callable[..., object], where: int, **terms: Any) -> None:
        rest = {"reference": f"m-{next(numbers)}", "actor": self.market.staff}
        self.halt(where)
        with suppress(MarketError):
            act(self.symbols[where], **terms, **rest)
        self.market.drain(self.symbols[where])
        act(self.symbols[where], **terms, **rest)

    def again(self, which: int) -> None:
        """Hand a ticket in once more."""
        order_id, ticket, actor = self.placed[which % len(self.placed)]
        receipt = orders.place(ticket, actor=actor)
        assert receipt.replayed
        assert receipt.order.order_id == order_id

    def cancel(self, which: int) -> None:
        """Ask for an order to be canceled."""
        order_id, _, actor = self.placed[which % len(self.placed)]
        orders.cancel(order_id, actor=actor)

    def replace(self, which: int, quantity: int, price: str) -> None:
        """Ask for an order to be replaced."""
        order_id, _, actor = self.placed[which % len(self.placed)]
        cl_ord_id = self.market.ticket("BUY", 1).cl_ord_id
        self.cl_ord_ids.append(cl_ord_id)
        orders.replace(ReplaceTicket(cl_ord_id, order_id, Decimal(quantity), Decimal(price)), actor=actor)

    def halt(self, where: int) -> None:
        """Halt an instrument."""
        trading.halt(self.symbols[where], reason="news pending", actor=self.market.operator)

    def resume(self, where: int) -> None:
        """Let trading go on."""
        trading.resume(self.symbols[where], actor=self.market.operator)

    def drain(self, where: int) -> None:
        """Let the matching service work, and look at everything."""
        self.market.drain(self.symbols[where])
        self.check()
        if NIGHTLY:
            assert differences() == {}

    def check(self) -> None:
        """The laws."""
        instruments = list(Instrument.objects.filter(symbol__in=self.symbols))
        for instrument in instruments:
            assert sums_of(instrument) == (0, 0)
            assert resting_in_the_book(instrument) == resting_in_the_rows(instrument)
        for actor, number in self.people[:2]:
            (account,) = accounts.of_actor(actor)
            assert account.buying_power >= 0
            for instrument in instruments:
                assert held_lots(number, instrument) >= 0
                assert sellable_lots(number, instrument) >= 0
        for order in Order.objects.filter(account__number__in=[account for _, account in self.people]):
            if order.ord_status != OrdStatus.PENDING_NEW:
                assert order.reserved_amount == reserve_of(order)


def differences() -> dict[str, tuple[str, ...]]:
    """What the audit of everything finds, the journals apart."""
    return {verdict.law.name: verdict.found.differences for verdict in auditing.everything(auditing.LAWS).broken}


def sums_of(instrument: Instrument) -> tuple[Any, ...]:
    """All quantity and all cash of an instrument's positions."""
    positions = Position.objects.filter(instrument=instrument).values_list("quantity_lots", "cash")
    return sum(lots for lots, _ in positions), sum(cash for _, cash in positions)


def held_lots(account: str, instrument: Instrument) -> int:
    """What an account holds."""
    held = Position.objects.filter(account__number=account, instrument=instrument)
    return sum(held.values_list("quantity_lots", flat=True))


def sellable_lots(account: str, instrument: Instrument) -> int:
    """What an account may still sell."""
    account_id = Account.objects.get(number=account).pk
    with transaction.atomic():
        traded = intake.lock_account(account_id)
        means = intake.means_of([traded], sells=[(account_id, instrument.pk)])
    return means[account_id].sellable_lots[instrument.pk]


def resting_in_the_book(instrument: Instrument) -> list[tuple[int, ...]]:
    resting = restoring.restore(instrument.pk).book.orders()
    names = ("order_id", "account_id", "side", "price_ticks", "order_qty_lots", "leaves_qty_lots")
    return sorted(tuple(int(order[name]) for name in names) for order in resting)


def resting_in_the_rows(instrument: Instrument) -> list[tuple[int, ...]]:
    sequenced = Order.objects.filter(instrument=instrument, is_open=True).exclude(ord_status=OrdStatus.PENDING_NEW)
    names = ("id", "account_id", "side", "price_ticks", "order_qty_lots", "leaves_qty_lots")
    rows = sequenced.values_list(*names)
    return sorted(tuple(NO_PRICE if value is None else value for value in row) for row in rows)


def reserve_of(order: Order) -> Decimal:
    """What an order must hold back: the worst that a buyer may still pay."""
    if not order.is_open or order.side != Side.BUY:
        return Decimal(0)
    worst_ticks = order.price_ticks
    if order.ord_type == OrdType.PEGGED:
        worst_ticks = order.terms.limit_price_ticks
    return order.leaves_qty_lots * (worst_ticks or order.instrument.high_limit_ticks) * TICK_SIZE


@hypothesis_settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # shortening an example would outlast the test's time
)
@given(acts=st.lists(ACTS, min_size=30, max_size=50))
def test_whatever_people_do_quantity_and_money_are_only_moved(market, acts):
    exchange = Exchange.open(market)
    for act in acts:
        exchange.act(*act)
    if not exchange.options:
        exchange.delist(0)
    for where, symbol in enumerate(exchange.symbols):
        exchange.drain(where)
        assert verification.verify(Instrument.objects.get(symbol=symbol)).fault == ""
        assert Book.objects.get(instrument__symbol=symbol).status == "RUNNING"
    assert differences() == {}, "the audit finds nothing"
    account_ids = Account.objects.filter(number__in=[account for _, account in exchange.people]).values("pk")
    used = ClOrdIdUse.objects.filter(account_id__in=account_ids, cl_ord_id__in=exchange.cl_ord_ids)
    assert used.count() == len(exchange.cl_ord_ids) == len(set(exchange.cl_ord_ids))
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM market_inboxcommand")
        assert cursor.fetchone() == (0,)
