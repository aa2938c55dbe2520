"""A small market for tests: real services, real database, and the matching service run by hand."""

from dataclasses import dataclass, field
from decimal import Decimal
from itertools import count
from typing import Any

from access.records import Actor
from access.services import api_keys, users
from market.matcher.drain import Matcher
from market.records import OrderTicket, Receipt, ReplaceTicket
from market.services import accounts, instruments, orders
from vocabulary.fees import FeeRates
from vocabulary.orders import (
    ContingencyType,
    ExecInst,
    OrdType,
    PegOffsetType,
    PegPriceType,
    SelfTradePrevention,
    Side,
    TimeInForce,
)
from vocabulary.roles import AccountKind, Role

PASSWORD = "correct-horse-battery-1"
TERM_WORDS = {
    "exec_inst": ExecInst,
    "self_trade_prevention": SelfTradePrevention,
    "peg_price_type": PegPriceType,
    "peg_offset_type": PegOffsetType,
    "contingency_type": ContingencyType,
}


@dataclass
class MarketPlace:
    """One instrument and the people around it. Orders are matched when ``drain`` is called."""

    symbol: str
    operator: Actor
    staff: Actor
    trader: Actor
    account: str
    house: Actor
    house_account: str
    matcher: Matcher = field(default_factory=Matcher)
    password: str = PASSWORD
    _ids: count = field(default_factory=lambda: count(1))

    @classmethod
    def open(cls) -> "MarketPlace":
        """List ACME and let everybody in."""
        operator = users.create(username="olivia", password=PASSWORD, role=Role.OPERATOR)
        staff = users.create(username="stella", password=PASSWORD, role=Role.STAFF)
        trader = users.create(username="tim", password=PASSWORD)
        house = users.create(username="house-of-tests", password=PASSWORD)
        place = cls(
            symbol="ACME",
            operator=operator,
            staff=staff,
            trader=trader,
            account=accounts.open_demo_account(trader).number,
            house=house,
            house_account=accounts.open_account(owner=house, kind=AccountKind.HOUSE, number="HOUSE").number,
        )
        place.list("ACME")
        return place

    def list(
        self,
        symbol: str,
        *,
        tick_size: str = "0.01",
        lot_size: str = "1",
        reference_price: str = "10.00",
        **rates: str,
    ) -> None:
        """List a further instrument, with fees if any are named."""
        instruments.add(
            symbol=symbol,
            name=f"{symbol} Industries",
            kind="SHARE",
            currency="USD",
            tick_size=Decimal(tick_size),
            lot_size=Decimal(lot_size),
            reference_price=Decimal(reference_price),
            rates=FeeRates(**{name: Decimal(value) for name, value in rates.items()}),
            actor=self.operator,
        )

    def newcomer(self, username: str = "nora") -> tuple[Actor, str]:
        """Another trader with a demo account of their own: the actor and the account's number."""
        actor = users.create(username=username, password=PASSWORD)
        return actor, accounts.open_demo_account(actor).number

    def key_of(self, actor: Actor) -> str:
        """A fresh API key's secret."""
        return api_keys.issue(actor=actor, name="test").secret

    def ticket(
        self,
        side: str,
        quantity: object,
        price: object = None,
        *,
        account: str | None = None,
        symbol: str | None = None,
        time_in_force: str = "DAY",
        cl_ord_id: str | None = None,
        ord_type: str | None = None,
        **terms: Any,
    ) -> OrderTicket:
        """A ticket, at market when no price is given, on the trader's account unless another is named.

        ``terms`` are further fields of the ticket; texts are read as what the field holds.
        """
        return OrderTicket(
            cl_ord_id=cl_ord_id or f"t-{next(self._ids)}",
            account=account or self.account,
            symbol=symbol or self.symbol,
            side=Side[side],
            ord_type=OrdType[ord_type or ("MARKET" if price is None else "LIMIT")],
            order_qty=Decimal(str(quantity)),
            price=None if price is None else Decimal(str(price)),
            time_in_force=TimeInForce[time_in_force],
            **{name: _term(name, value) for name, value in terms.items()},
        )

    def replacement(self, order_id: int, quantity: object, price: object) -> ReplaceTicket:
        """A ticket that replaces an order's total quantity and price."""
        return ReplaceTicket(f"t-{next(self._ids)}", order_id, Decimal(str(quantity)), Decimal(str(price)))

    def place(self, side: str, quantity: object, price: object = None, **rest: Any) -> Receipt:
        """The trader places an order."""
        return orders.place(self.ticket(side, quantity, price, **rest), actor=self.trader)

    def house_places(self, side: str, quantity: object, price: object = None, **rest: Any) -> Receipt:
        """The house, which may go short, places an order."""
        ticket = self.ticket(side, quantity, price, account=self.house_account, **rest)
        return orders.place(ticket, actor=self.house)

    def place_for(
        self, actor: Actor, account: str, side: str, quantity: object, price: object = None, **rest: Any
    ) -> Receipt:
        """Somebody places an order on their account."""
        return orders.place(self.ticket(side, quantity, price, account=account, **rest), actor=actor)

    def drain(self, symbol: str | None = None) -> int:
        """Let the matching service work until nothing waits; how many commands it sequenced."""
        return self.matcher.drain(symbol or self.symbol)

    def trade(self, quantity: object = 10, price: object = "10.00", *, symbol: str | None = None) -> None:
        """The trader buys from the house."""
        rest = {"symbol": symbol} if symbol else {}
        self.house_places("SELL", quantity, price, **rest)
        self.place("BUY", quantity, price, **rest)
        self.drain(symbol)


def _term(name: str, value: Any) -> Any:
    if name in TERM_WORDS and isinstance(value, str):
        return TERM_WORDS[name][value]
    is_number = name.endswith(("_px", "_qty")) or name == "peg_offset"
    return Decimal(str(value)) if is_number else value
