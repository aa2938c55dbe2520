"""Clients who talk to the order path directly, as a door does, and write down what they send and hear."""

import random
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import Error, close_old_connections

from access.records import Actor
from market.errors import MarketError, OutcomeUnknown
from market.failpoints import InjectedFault
from market.models import Order
from market.records import OrderTicket, Receipt, ReplaceTicket
from market.services import orders
from tests.faults.client_journal import ClientJournal, Key
from vocabulary.orders import OrdType, Side, TimeInForce
from vocabulary.roles import Role

Ticket = dict[str, str]
PRICES = ("9.97", "9.98", "9.99", "10.00", "10.01", "10.02", "10.03")
IN_PROGRESS = "in_progress"
SELLERS = ("house_a", "house_b")
NOBODY_KNOWS = (Error, InjectedFault)
"""What a client of a door would see as a broken answer: it cannot know what became of the ticket."""


def actor_of(person: dict[str, Any]) -> Actor:
    """The person as a door has authenticated them."""
    return Actor(person["user_id"], person["username"], Role(person["role"]), door="test")


class Client:
    """One person with one account. ``name`` begins each of their ClOrdIDs, so that nobody else has the same."""

    def __init__(self, person: dict[str, Any], *, journal: Path, name: str, symbol: str, seed: object) -> None:
        self.actor = actor_of(person)
        self.account = person["account"]
        self.symbol = symbol
        self._is_house = person["kind"] == "HOUSE"
        self._journal = ClientJournal(journal)
        self._name = name
        self._chance = random.Random(f"{seed}:{name}")
        self._sent: list[Ticket] = []

    def act(self) -> None:
        """Do one thing that clients do, good or bad."""
        chance = self._chance.random()
        if chance < 0.50 or not self._sent:
            self.send(self.ticket())
        elif chance < 0.58:
            self.send(self.ticket(ord_type="MARKET", price=""))
        elif chance < 0.66:
            self.send(self.ticket(time_in_force="IOC"))
        elif chance < 0.72:
            self.send_together([self.ticket() for _ in range(3)])
        elif chance < 0.80:
            self.send(self._bad_ticket())
        elif chance < 0.84:
            self.send(self._chance.choice([ticket for ticket in self._sent if ticket] or [self.ticket()]))
        elif chance < 0.94:
            self.cancel_something()
        else:
            self.replace_something()

    def ticket(self, **words: str) -> Ticket:
        """A ticket with an id of its own; a random limit order but for the words given."""
        side = self._chance.choice(("BUY", "SELL") if self._is_house else ("BUY", "BUY", "SELL"))
        ticket = {
            "cl_ord_id": f"{self._name}-{len(self._sent)}",
            "symbol": self.symbol,
            "side": side,
            "ord_type": "LIMIT",
            "order_qty": str(self._chance.randint(1, 9)),
            "price": self._chance.choice(PRICES),
            "time_in_force": "DAY",
            **words,
        }
        self._sent.append(ticket)
        return ticket

    def send(self, ticket: Ticket) -> str:
        """Send a ticket and write the answer down; the answer's code in a word."""
        return self.send_together([ticket])[0]

    def send_together(self, tickets: Sequence[Ticket]) -> list[str]:
        """Send tickets that are committed together, and write each answer down."""
        for ticket in tickets:
            self._journal.invoke(*self._key(ticket), ticket)
        try:
            given = [self._as_order_ticket(ticket) for ticket in tickets]
            answers: list[Any] = [*orders.place_many(given, actor=self.actor)]
        except (MarketError, *NOBODY_KNOWS) as error:
            close_old_connections()
            answers = [error] * len(tickets)
        return [self._take(ticket, answer) for ticket, answer in zip(tickets, answers, strict=True)]

    def cancel_something(self) -> None:
        """Cancel an open order of one's own, if there is one."""
        order = self._open_order()
        if order is not None:
            self._amend(lambda: orders.cancel(order.pk, actor=self.actor))

    def replace_something(self) -> None:
        """Change an open order of one's own, if there is one."""
        order = self._open_order()
        if order is None:
            return
        quantity, price = Decimal(self._chance.randint(1, 9)), Decimal(self._chance.choice(PRICES))
        self._sent.append({})
        name = f"{self._name}-{len(self._sent)}r"
        self._amend(lambda: orders.replace(ReplaceTicket(name, order.pk, quantity, price), actor=self.actor))

    def _amend(self, amendment: Any) -> None:
        try:
            amendment()
        except (MarketError, *NOBODY_KNOWS):
            close_old_connections()

    def _open_order(self) -> Order | None:
        try:
            return Order.objects.filter(account__number=self.account, is_open=True).order_by("?").first()
        except Error:
            close_old_connections()
            return None

    def _bad_ticket(self) -> Ticket:
        """A ticket that is refused or rejected, for one reason or another."""
        reused = {**self._chance.choice(self._sent), "order_qty": "77"}
        return self._chance.choice(
            [
                reused if "cl_ord_id" in reused else self.ticket(price="10.005"),
                self.ticket(price="10.005"),
                self.ticket(price="99.00"),
                self.ticket(order_qty="0.5"),
                self.ticket(symbol="NOWHERE"),
                self.ticket(side="BUY", order_qty="2000000000"),
                self.ticket(side="SELL", order_qty="1000000"),
            ]
        )

    def _take(self, ticket: Ticket, answer: Receipt | Exception) -> str:
        where = self._key(ticket)
        if isinstance(answer, Receipt):
            reject = "" if answer.is_accepted else answer.reject.code
            order_id = answer.order.order_id if answer.order else None
            if reject != "cl_ord_id_reused":
                self._journal.ok(*where, order_id=order_id, reject=reject)
            else:
                self._journal.fail(*where, code=reject)
            return reject or ("replayed" if answer.replayed else "accepted")
        if isinstance(answer, MarketError) and answer.code not in (OutcomeUnknown.code, IN_PROGRESS):
            self._journal.fail(*where, code=answer.code)
            return answer.code
        code = answer.code if isinstance(answer, MarketError) else type(answer).__name__
        self._journal.info(*where, code=code)
        return code

    def _key(self, ticket: Ticket) -> Key:
        return ticket.get("account", self.account), ticket["cl_ord_id"]

    def _as_order_ticket(self, ticket: Ticket) -> OrderTicket:
        return OrderTicket(
            cl_ord_id=ticket["cl_ord_id"],
            account=ticket.get("account", self.account),
            symbol=ticket["symbol"],
            side=Side[ticket["side"]],
            ord_type=OrdType[ticket["ord_type"]],
            order_qty=Decimal(ticket["order_qty"]),
            price=Decimal(ticket["price"]) if ticket["price"] else None,
            time_in_force=TimeInForce[ticket["time_in_force"]],
        )
