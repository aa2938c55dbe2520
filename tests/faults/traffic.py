"""Participants who place orders by REST, one thread each, and write down every answer."""

import random
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.running_system import RunningSystem

SYMBOL = "ACME"
PRICES = ("48.19", "48.20", "48.21")
LOTS_MAX = 5
AFTER_AN_ERROR_S = 0.2
SEQUENCED = {"NEW", "PARTIALLY_FILLED", "FILLED"}
DEFINITE = {200, 201, 422}


@dataclass
class Placed:
    """An order as its participant sent it, and what they know of it."""

    ticket: dict[str, str]
    sent_at: float
    answered_at: float | None = None
    status: int | None = None
    order_id: str | None = None
    ord_status: str | None = None

    def take(self, answer: httpx.Response) -> None:
        """Write an answer down; one that is not definite leaves the outcome unknown."""
        if answer.status_code not in DEFINITE:
            return
        body = answer.json()
        order: dict[str, Any] = body.get("order") or {} if answer.status_code == 422 else body
        self.answered_at, self.status = time.monotonic(), answer.status_code
        self.order_id, self.ord_status = order.get("order_id"), order.get("ord_status")

    @property
    def is_known(self) -> bool:
        """Whether the participant has a definite answer."""
        return self.status is not None

    @property
    def is_acknowledged(self) -> bool:
        """Whether the exchange said that it has taken the order on."""
        return self.status in (200, 201)


@dataclass
class Participant:
    """Somebody with an account of their own who only ever buys, or only ever sells."""

    system: RunningSystem
    prefix: str
    side: str
    account: str
    api_key: str
    journal: list[Placed] = field(default_factory=list)

    def trade_until(self, over: threading.Event) -> None:
        """Place one order after the other, whatever becomes of them."""
        chance = random.Random(self.prefix)
        with self.system.client(self.api_key) as client:
            while not over.is_set():
                placed = Placed(self._ticket(chance), sent_at=time.monotonic())
                self.journal.append(placed)
                if not self._send(client, placed):
                    time.sleep(AFTER_AN_ERROR_S)

    def ask_again(self) -> int:
        """Send every order whose outcome is unknown once more, as it was; how many there were."""
        unknown = [placed for placed in self.journal if not placed.is_known]
        with self.system.client(self.api_key) as client:
            for placed in unknown:
                assert self._send(client, placed), f"no definite answer to {placed.ticket}"
        return len(unknown)

    def _ticket(self, chance: random.Random) -> dict[str, str]:
        return {
            "cl_ord_id": f"{self.prefix}-{len(self.journal)}",
            "account": self.account,
            "symbol": SYMBOL,
            "side": self.side,
            "ord_type": "LIMIT",
            "order_qty": str(chance.randint(1, LOTS_MAX)),
            "price": chance.choice(PRICES),
            "time_in_force": "DAY",
        }

    def _send(self, client: httpx.Client, placed: Placed) -> bool:
        try:
            placed.take(client.post("/api/v1/orders/", json=placed.ticket, headers={"Prefer": "wait=1"}))
        except httpx.HTTPError:
            return False
        return placed.is_known


@contextmanager
def flowing(participants: list[Participant]) -> Iterator[None]:
    """Orders of everybody flow while the block runs."""
    over = threading.Event()
    threads = [threading.Thread(target=who.trade_until, args=[over]) for who in participants]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()


def first_sequenced_after(participants: list[Participant], moment: float) -> float | None:
    """When the first order sent after a moment was known to have reached its book; None as long as none has."""
    answers = [
        placed.answered_at
        for who in participants
        for placed in list(who.journal)
        if placed.sent_at > moment and placed.answered_at is not None and placed.ord_status in SEQUENCED
    ]
    return min(answers, default=None)
