"""Classes: joined by a code, held to their time and instruments, reset by the teacher, and final when they are over."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connections

from access.models import AuditEntry
from access.records import Actor
from access.services import users
from market.errors import InvalidRequest, NotFound, NotPermitted, Rejected
from market.models import ClassMember, ClassResult, LedgerEntry, Order, Position, TradingClass
from market.selectors import accounts
from market.selectors import classes as board
from market.services import class_results, classes, movements
from tests.market_place import PASSWORD, MarketPlace
from vocabulary.rejects import RejectReason
from vocabulary.roles import Role

GRANT = Decimal(10_000)


def made(market: MarketPlace, *, actor=None, **changes):
    now = datetime.now(UTC)
    terms = {
        "name": "Economics 1",
        "grant_amount": GRANT,
        "starts_at": now - timedelta(hours=1),
        "ends_at": now + timedelta(hours=1),
        **changes,
    }
    return classes.create(**terms, actor=actor or market.staff)


def joined(market: MarketPlace, code: str, actor=None) -> str:
    """The account with which the actor, else the trader, has joined."""
    return classes.join(code, actor=actor or market.trader).number


def is_over(code: str) -> None:
    TradingClass.objects.filter(code=code).update(ends_at=datetime.now(UTC))


def buys(market: MarketPlace, account: str, quantity: int, price: str) -> None:
    """The account buys from the house."""
    market.house_places("SELL", quantity, price)
    market.place("BUY", quantity, price, account=account)
    market.drain()


def figures(code: str, actor) -> list[tuple]:
    return [(one.rank, one.username, one.equity, one.profit) for one in board.leaderboard(code, actor=actor)]


def test_who_joins_by_the_code_has_an_account_with_the_grant(market):
    code = made(market).code
    account = joined(market, code)
    assert accounts.by_number(account).buying_power == GRANT
    assert LedgerEntry.objects.filter(account__number=account).get().amount == GRANT
    assert [one.account for one in board.members(code, actor=market.staff)] == [account]
    acts = AuditEntry.objects.filter(subject=code).order_by("pk").values_list("action", flat=True)
    assert list(acts) == ["class.create", "class.join"]


def test_who_joins_twice_has_one_account(market):
    code = made(market).code
    assert joined(market, code) == joined(market, code)
    assert ClassMember.objects.count() == 1


def test_a_code_that_no_class_has_joins_nothing(market):
    with pytest.raises(NotFound):
        classes.join("NASUCH22", actor=market.trader)
    assert ClassMember.objects.count() == 0


def test_a_class_that_is_over_is_not_joined(market):
    code = made(market).code
    is_over(code)
    with pytest.raises(InvalidRequest, match="over"):
        classes.join(code, actor=market.trader)


@pytest.mark.parametrize("who", ["trader", "operator"])
def test_only_staff_make_classes_and_see_their_members(market, who):
    code = made(market).code
    actor = getattr(market, who)
    with pytest.raises(NotPermitted):
        made(market, actor=actor)
    with pytest.raises(NotPermitted):
        board.members(code, actor=actor)
    with pytest.raises(NotFound):
        board.leaderboard(code, actor=actor)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "x" * 81}, "name"),
        ({"grant_amount": Decimal(0)}, "amount"),
        ({"symbols": ["NIX"]}, "symbols"),
        ({"ends_at": datetime(2020, 1, 1, tzinfo=UTC)}, "ends_at"),
    ],
)
def test_an_impossible_class_is_refused_by_the_field_at_fault(market, changes, field):
    with pytest.raises(InvalidRequest) as refused:
        made(market, **changes)
    assert refused.value.field == field
    assert TradingClass.objects.count() == 0


def test_the_account_says_which_class_it_is_in_and_whether_that_trades(market):
    code = made(market).code
    account = joined(market, code)
    assert [(one.class_code, one.class_is_open) for one in accounts.of_actor(market.trader)] == [
        (None, False),
        (code, True),
    ]
    is_over(code)
    assert (accounts.by_number(account).class_code, accounts.by_number(account).class_is_open) == (code, False)


def test_an_account_of_a_class_trades_from_its_start_until_its_end(market):
    now = datetime.now(UTC)
    code = made(market, starts_at=now + timedelta(minutes=30)).code
    account = joined(market, code)
    refused = market.place("BUY", 1, "9.00", account=account)
    assert refused.reject is RejectReason.CLASS_NOT_OPEN
    assert account in refused.reject_text
    TradingClass.objects.filter(code=code).update(starts_at=now)
    assert market.place("BUY", 1, "9.00", account=account).is_accepted
    is_over(code)
    assert market.place("BUY", 1, "9.00", account=account).reject is RejectReason.CLASS_NOT_OPEN
    assert market.place("BUY", 1, "9.00").is_accepted, "the same person's other account is in no class"


@pytest.mark.parametrize("begins", [timedelta(hours=-1), timedelta(minutes=30)])
def test_a_class_that_is_ended_is_over_at_once_and_for_good(market, begins):
    code = made(market, starts_at=datetime.now(UTC) + begins).code
    account = joined(market, code)
    ended = classes.end(code, actor=market.staff)
    assert not ended.is_open
    refused = market.place("BUY", 1, "9.00", account=account)
    assert (refused.reject, "was over" in refused.reject_text) == (RejectReason.CLASS_NOT_OPEN, True)
    assert classes.end(code, actor=market.staff) == ended
    assert AuditEntry.objects.filter(action="class.end", subject=code).count() == 1
    with pytest.raises(NotPermitted):
        classes.end(code, actor=market.trader)


def test_an_account_of_a_class_trades_its_instruments_alone(market):
    market.list("OTHER")
    account = joined(market, made(market, symbols=["OTHER"]).code)
    refused = market.place("BUY", 1, "9.00", account=account)
    assert refused.reject is RejectReason.INSTRUMENT_NOT_IN_CLASS
    assert market.place("BUY", 1, "9.00", account=account, symbol="OTHER").is_accepted


def test_the_leaderboard_ranks_by_what_the_grant_has_become_more(market):
    code = made(market).code
    nora = users.create(username="nora", password=PASSWORD)
    first, _ = joined(market, code), joined(market, code, nora)
    buys(market, first, 100, "10.00")
    buys(market, first, 1, "11.00")
    assert figures(code, nora) == [
        (1, "tim", Decimal(10_100), Decimal(100)),
        (2, "nora", Decimal(10_000), Decimal(0)),
    ]
    best = board.leaderboard(code, actor=nora)[0]
    assert (best.return_pct, best.drawdown_pct) == (Decimal(1), Decimal(0))


def test_the_drawdown_is_the_deepest_fall_from_a_height_reached_before(market):
    code = made(market).code
    account = joined(market, code)
    buys(market, account, 100, "10.00")
    buys(market, account, 1, "12.00")
    class_results.note_heights()
    market.trade(1, "9.00")
    standing = board.leaderboard(code, actor=market.staff)[0]
    # From 10,200 to 10,000 less 103, for the last share bought at 12.00 is worth 9.00 as well.
    assert standing.equity == Decimal(9_897)
    assert standing.drawdown_pct == Decimal("2.9706")
    class_results.note_heights()
    market.trade(1, "11.00")
    class_results.note_heights()
    assert board.leaderboard(code, actor=market.staff)[0].drawdown_pct == Decimal("2.9706"), "it stays the deepest"


def test_what_staff_pay_out_is_no_fall(market):
    code = made(market).code
    account = joined(market, code)
    movements.withdraw(account, amount=Decimal(500), reference="back", actor=market.staff)
    class_results.note_heights()
    assert board.leaderboard(code, actor=market.staff)[0].drawdown_pct == 0


def test_what_staff_pay_in_is_nobodys_profit(market):
    code = made(market).code
    account = joined(market, code)
    movements.deposit(account, amount=Decimal(500), reference="gift", actor=market.staff)
    assert figures(code, market.staff) == [(1, "tim", Decimal(10_500), Decimal(0))]


def test_who_is_reset_starts_anew_with_the_grant_and_without_positions_or_orders(market):
    code = made(market).code
    account = joined(market, code)
    buys(market, account, 100, "10.00")
    buys(market, account, 1, "8.00")
    assert figures(code, market.staff)[0][3] == Decimal(-200)
    class_results.note_heights()
    done = classes.reset_member(code, account=account, actor=market.staff)
    assert done.status == "DONE"
    assert accounts.by_number(account).buying_power == GRANT
    assert not Position.objects.filter(account__number=account).exclude(quantity_lots=0).exists()
    assert figures(code, market.staff) == [(1, "tim", GRANT, Decimal(0))]
    assert board.leaderboard(code, actor=market.staff)[0].drawdown_pct == 0
    assert ClassMember.objects.get().resets == 1
    assert AuditEntry.objects.filter(subject=code, action="class.reset").count() == 1


def test_a_reset_is_refused_while_orders_stand_and_says_in_which_books(market):
    code = made(market).code
    account = joined(market, code)
    market.place("BUY", 1, "9.00", account=account)
    market.drain()
    with pytest.raises(Rejected, match=f"Orders of account {account} in ACME are still being canceled") as refused:
        classes.reset_member(code, account=account, actor=market.staff)
    assert (refused.value.reason, ClassMember.objects.get().resets) == (RejectReason.OPEN_ORDERS, 0)
    market.drain()
    assert classes.reset_member(code, account=account, actor=market.staff).status == "DONE"


def test_a_second_reset_is_another_one(market):
    code = made(market).code
    account = joined(market, code)
    for price in ("10.00", "9.00"):
        buys(market, account, 10, price)
        classes.reset_member(code, account=account, actor=market.staff)
    assert figures(code, market.staff) == [(1, "tim", GRANT, Decimal(0))]
    assert ClassMember.objects.get().resets == 2


def test_where_two_persons_are_asked_for_a_reset_waits_for_the_second(market, settings):
    settings.DUAL_CONTROL = True
    code = made(market).code
    account = joined(market, code)
    buys(market, account, 10, "10.00")
    waiting = classes.reset_member(code, account=account, actor=market.staff)
    assert (waiting.status, ClassMember.objects.get().resets) == ("WAITING", 0)
    second = users.create(username="stefan", password=PASSWORD, role=Role.STAFF)
    movements.approve(waiting.reference, actor=second)
    assert classes.reset_member(code, account=account, actor=market.staff).status == "DONE"
    assert ClassMember.objects.get().resets == 1


def test_a_reset_that_was_declined_can_be_asked_for_anew(market, settings):
    settings.DUAL_CONTROL = True
    code = made(market).code
    account = joined(market, code)
    second = users.create(username="stefan", password=PASSWORD, role=Role.STAFF)
    first = classes.reset_member(code, account=account, actor=market.staff)
    movements.decline(first.reference, actor=second)
    again = classes.reset_member(code, account=account, actor=market.staff)
    assert (again.status, again.reference == first.reference) == ("WAITING", False)
    movements.approve(again.reference, actor=second)
    assert classes.reset_member(code, account=account, actor=market.staff).status == "DONE"
    assert ClassMember.objects.get().resets == 1


def test_who_is_removed_trades_and_ranks_no_more_and_does_not_come_back(market):
    code = made(market).code
    account = joined(market, code)
    order = market.place("BUY", 1, "9.00", account=account).order
    classes.remove_member(code, account=account, actor=market.staff)
    market.drain()
    assert not Order.objects.get(pk=order.order_id).is_open
    with pytest.raises(InvalidRequest, match="account"):
        market.place("BUY", 1, "9.00", account=account)
    assert board.leaderboard(code, actor=market.staff) == []
    with pytest.raises(NotPermitted, match="removed"):
        classes.join(code, actor=market.trader)


def test_at_the_end_open_orders_go_and_the_results_are_final(market):
    code = made(market).code
    account = joined(market, code)
    buys(market, account, 100, "10.00")
    order = market.place("BUY", 1, "9.00", account=account).order
    market.drain()
    assert class_results.freeze_those_over() == 0, "the class goes on"
    is_over(code)
    assert class_results.freeze_those_over() == 0, "an order is open"
    market.drain()
    assert not Order.objects.get(pk=order.order_id).is_open
    assert class_results.freeze_those_over() == 1
    before = figures(code, market.trader)
    market.trade(1, "12.00")
    assert figures(code, market.trader) == before == [(1, "tim", GRANT, Decimal(0))]
    assert class_results.freeze_those_over() == 0
    assert ClassResult.objects.count() == 1
    assert AuditEntry.objects.filter(subject=code, action="class.freeze").count() == 1


def test_nobody_starts_anew_or_is_removed_once_the_results_are_final(market):
    code = made(market).code
    account = joined(market, code)
    is_over(code)
    class_results.freeze_those_over()
    with pytest.raises(InvalidRequest, match="over"):
        classes.reset_member(code, account=account, actor=market.staff)
    with pytest.raises(InvalidRequest, match="final"):
        classes.remove_member(code, account=account, actor=market.staff)
    assert len(board.leaderboard(code, actor=market.trader)) == 1


def test_many_join_at_the_same_moment_and_who_joins_twice_at_once_has_one_account(market):
    code = made(market).code
    people = [users.create(username=f"student-{place}", password=PASSWORD) for place in range(6)]

    def join(actor: Actor) -> str:
        try:
            return classes.join(code, actor=actor).number
        finally:
            connections.close_all()

    with ThreadPoolExecutor(12) as threads:
        accounts_of = list(threads.map(join, [*people, *people]))
    assert accounts_of[:6] == accounts_of[6:]
    assert len(set(accounts_of)) == ClassMember.objects.count() == 6
    assert len(board.leaderboard(code, actor=market.staff)) == 6
