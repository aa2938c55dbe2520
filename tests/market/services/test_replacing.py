"""Changes that are sent together share a commit, and each is answered as it would be alone."""

from collections.abc import Callable
from contextlib import closing
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from market.errors import InProgress, MarketError, NotFound
from market.models import InboxCommand, Order
from market.records import Receipt, ReplaceTicket
from market.services import accounts, orders, standings
from tests.market_place import MarketPlace
from vocabulary import limits
from vocabulary.commands import CommandKind
from vocabulary.rejects import RejectReason

Change = tuple[str, int, str, str]
"""A ClOrdID, the place of the order among those that were placed, the new quantity and the new price."""


def with_orders(market: MarketPlace, *, account: str) -> list[int]:
    """Four orders of an account: two to buy for 5,000 each, one that is closed, one that is filled in part."""
    placed = [
        market.place("BUY", 500, "10.00", account=account),
        market.place("BUY", 500, "10.00", account=account),
        market.place("BUY", 1, "9.00", account=account),
        market.place("BUY", 100, "10.02", account=account),
    ]
    market.drain()
    ids = [receipt.order.order_id for receipt in placed]
    orders.cancel(ids[2], actor=market.trader)
    market.house_places("SELL", 40, "10.02")
    market.drain()
    return ids


def told(answer: Receipt | MarketError) -> tuple[Any, ...]:
    """What an answer says, but for what differs from account to account."""
    if isinstance(answer, MarketError):
        return type(answer).__name__, answer.code, answer.detail
    return answer.replayed, answer.reject, answer.reject_text, answer.order.order_qty, answer.order.ord_status


def alone(tickets: list[ReplaceTicket], *, market: MarketPlace) -> list[Receipt | MarketError]:
    answers: list[Receipt | MarketError] = []
    for ticket in tickets:
        try:
            answers.append(orders.replace(ticket, actor=market.trader))
        except MarketError as error:
            answers.append(error)
    return answers


def together(tickets: list[ReplaceTicket], *, market: MarketPlace) -> list[Receipt | MarketError]:
    return orders.replace_many(tickets, actor=market.trader)


BATCHES: dict[str, list[Change]] = {
    "one that is as good as alone": [("a", 0, "600", "10.00")],
    "the same order again and again": [("a", 0, "600", "10.00"), ("b", 0, "700", "10.00"), ("c", 0, "5", "9.00")],
    "more than there is money for in all": [
        ("a", 0, "5000", "10.00"), ("b", 1, "5000", "10.00"), ("c", 1, "500", "10.01"),
    ],
    "the same id twice": [("a", 0, "600", "10.00"), ("a", 0, "600", "10.00"), ("a", 1, "600", "10.00")],
    "a refusal told again": [("a", 0, "600", "10.005"), ("a", 0, "600", "10.005")],
    "what cannot be": [
        ("a", 0, "0", "10.00"), ("b", 2, "1", "9.10"), ("c", 3, "40", "10.02"), ("d", 3, "41", "10.02"),
        ("e", 0, "10", "99.00"), ("f", 9, "1", "10.00"),
    ],
}  # fmt: skip


@pytest.mark.parametrize("batch", BATCHES.values(), ids=list(BATCHES))
def test_each_is_answered_as_it_would_be_alone_and_reaches_the_book_in_its_order(
    market: MarketPlace, batch: list[Change]
):
    twins = [accounts.open_demo_account(market.trader).number for _ in range(2)]
    of_twin = {}
    for number, ask in zip(twins, (alone, together), strict=True):
        ids = with_orders(market, account=number)
        tickets = [
            ReplaceTicket(cl_ord_id, ids[place] if place < len(ids) else 2**40, Decimal(quantity), Decimal(price))
            for cl_ord_id, place, quantity, price in batch
        ]
        answers = [told(answer) for answer in ask(tickets, market=market)]
        waiting = InboxCommand.objects.filter(kind=CommandKind.REPLACE).order_by("pk")
        fields = ("order_qty_lots", "price_ticks", "reserved_amount", "reserved_lots", "ord_type", "terms")
        commands = [(ids.index(row["order_id"]), *map(row.get, fields)) for row in waiting.values("order_id", *fields)]
        market.drain()
        ends = list(Order.objects.filter(pk__in=ids).order_by("pk").values_list("order_qty_lots", "reserved_amount"))
        of_twin[ask] = answers, commands, ends
        orders.mass_cancel(number, actor=market.trader)
        market.drain()
    assert of_twin[together] == of_twin[alone]


def test_of_what_comes_too_fast_the_first_goes_on(market: MarketPlace):
    ids = with_orders(market, account=market.account)
    standings.set_limits(market.account, changes={"messages_per_s_max": 1}, actor=market.operator)
    tickets = [ReplaceTicket(f"c-{place}", ids[place], Decimal(600), Decimal("10.00")) for place in range(2)]
    answers = orders.replace_many(tickets, actor=market.trader)
    assert [told(answer)[:2] for answer in answers] == [(False, RejectReason.NONE), ("Throttled", "throttled")]


def test_an_account_that_is_held_holds_up_no_other_and_each_keeps_its_order(
    market: MarketPlace, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(limits, "INTAKE_LOCK_TIMEOUT_MS", 200)
    other_account = accounts.open_demo_account(market.trader).number
    held, free = (with_orders(market, account=number)[:2] for number in (market.account, other_account))
    tickets = [
        ReplaceTicket(f"c-{number}", order_id, Decimal(quantity), Decimal("10.00"))
        for number, (order_id, quantity) in enumerate([(held[0], 5), (free[1], 6), (free[0], 7), (free[1], 8)])
    ]
    answers = while_held(market.account, lambda: orders.replace_many([*tickets, absent()], actor=market.trader))
    assert [isinstance(answer, InProgress) for answer in answers] == [True, False, False, False, False]
    assert isinstance(answers[-1], NotFound)
    waiting = InboxCommand.objects.order_by("pk").values_list("order_id", "order_qty_lots")
    assert list(waiting) == [(free[1], 6), (free[0], 7), (free[1], 8)]
    with pytest.raises(InProgress):
        while_held(market.account, lambda: orders.replace_many(tickets[:1], actor=market.trader))


def absent() -> ReplaceTicket:
    return ReplaceTicket("c-absent", 2**40, Decimal(1), Decimal("10.00"))


def while_held(account: str, ask: Callable[[], Any]) -> Any:
    """What is answered while somebody else has locked an account."""
    with closing(connection.copy()) as other, other.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("SELECT 1 FROM market_account WHERE number = %s FOR UPDATE", [account])
        try:
            return ask()
        finally:
            cursor.execute("ROLLBACK")
