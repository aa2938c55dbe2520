"""What staff do to the money of accounts: once, recorded in ledger and audit log, by two persons if asked for."""

import threading
from decimal import Decimal

import pytest
from django.db import connection, connections

from access.selectors import audit
from access.services import users
from market.errors import InvalidRequest, MarketError, NotFound, NotPermitted, Rejected
from market.models import LedgerEntry, Movement, Order, Position, PositionTransfer
from market.selectors import accounts, movements, positions
from market.services import accounts as account_services
from market.services import movements as staff
from tests.market_place import PASSWORD, MarketPlace
from vocabulary.roles import Role


@pytest.fixture
def second(market: MarketPlace):
    """Another one of the staff."""
    return users.create(username="stefan", password=PASSWORD, role=Role.STAFF)


def entries() -> list[tuple]:
    return list(LedgerEntry.objects.order_by("id").values_list("kind", "amount", "movement__reference"))


def money(market: MarketPlace) -> Decimal:
    return accounts.by_number(market.account).buying_power


def ledger_is_whole() -> bool:
    """Whether every currency and instrument of the ledger sums to zero, and gives each account what it has."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM market_ledger GROUP BY currency, instrument_id HAVING sum(amount) <> 0")
        unbalanced = cursor.fetchall()
        cursor.execute(
            "SELECT account_id, instrument_id, sum(amount), sum(quantity_lots) FROM market_ledger"
            " WHERE account_id IS NOT NULL AND instrument_id IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2"
        )
        told = cursor.fetchall()
    held = Position.objects.order_by("account_id", "instrument_id")
    return not unbalanced and told == list(held.values_list("account_id", "instrument_id", "cash", "quantity_lots"))


def test_a_deposit_and_a_withdrawal_move_the_money_and_leave_an_entry_each(market):
    staff.deposit(market.account, amount=Decimal("50.25"), reference="d-1", note="prize", actor=market.staff)
    done = staff.withdraw(market.account, amount=Decimal("20"), reference="w-1", actor=market.staff)
    assert (done.status, done.proposed_by, done.decided_by) == ("DONE", "stella", "stella")
    assert money(market) == Decimal("100030.25")
    assert entries()[1:] == [("DEPOSIT", Decimal("50.25"), "d-1"), ("WITHDRAWAL", Decimal(-20), "w-1")]
    assert [(line.action, line.subject, line.detail["reference"]) for line in audit.newest(count=2)] == [
        ("account.withdrawal", market.account, "w-1"),
        ("account.deposit", market.account, "d-1"),
    ]
    assert ledger_is_whole()


def test_the_same_reference_moves_the_money_once(market):
    for _ in range(3):
        staff.deposit(market.account, amount=Decimal(5), reference="d-1", actor=market.staff)
    assert money(market) == 100_005
    assert [line.detail.get("reference") for line in audit.newest(count=9)].count("d-1") == 1
    with pytest.raises(InvalidRequest) as refusal:
        staff.deposit(market.account, amount=Decimal(6), reference="d-1", actor=market.staff)
    assert (refusal.value.code, refusal.value.field) == ("reference_reused", "reference")
    assert money(market) == 100_005


def test_references_of_classes_are_the_exchanges_own(market):
    for act in (staff.deposit, staff.withdraw, staff.reset):
        with pytest.raises(InvalidRequest, match="begin with class- are the exchange's own") as refusal:
            act(market.account, amount=Decimal(5), reference="class-2", actor=market.staff)
        assert (refusal.value.code, refusal.value.field) == ("malformed", "reference")
    assert not Movement.objects.exists()
    assert money(market) == 100_000
    staff.deposit(market.account, amount=Decimal(5), reference="classroom", actor=market.staff)


def test_the_same_reference_at_the_same_time_moves_the_money_once(market):
    def pay_in() -> None:
        try:
            staff.deposit(market.account, amount=Decimal(5), reference="d-1", actor=market.staff)
        except MarketError:
            pass
        finally:
            connections.close_all()

    threads = [threading.Thread(target=pay_in) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert money(market) == 100_005


def test_no_more_leaves_than_what_is_free_of_orders(market):
    market.place("BUY", 1_000, "9.00")
    with pytest.raises(Rejected, match="91000 free of orders") as refusal:
        staff.withdraw(market.account, amount=Decimal("91000.00000001"), reference="w-1", actor=market.staff)
    assert refusal.value.code == "insufficient_buying_power"
    assert not Movement.objects.exists()
    staff.withdraw(market.account, amount=Decimal(91_000), reference="w-1", actor=market.staff)
    assert money(market) == 0


def test_profits_can_be_paid_out_too(market):
    market.trade(100, "10.00")
    market.place("SELL", 100, "12.00")
    market.house_places("BUY", 100, "12.00")
    market.drain()
    staff.withdraw(market.account, amount=Decimal(100_200), reference="w-1", actor=market.staff)
    record = accounts.by_number(market.account)
    assert (record.deposits, record.cash) == (-200, 0)
    assert ledger_is_whole()


@pytest.mark.parametrize("amount", ["0", "-1", "NaN", "Infinity", "0.000000001", "1000000000000001"])
def test_an_impossible_amount_is_refused(market, amount):
    for act in (staff.deposit, staff.withdraw):
        with pytest.raises(InvalidRequest) as refusal:
            act(market.account, amount=Decimal(amount), reference="r-1", actor=market.staff)
        assert refusal.value.field == "amount"
    assert len(entries()) == 1


def test_an_impossible_reference_or_note_and_an_absent_account_are_refused(market):
    rest = {"amount": Decimal(1), "actor": market.staff}
    for reference in ("", "a b", "x" * 65, "é"):
        with pytest.raises(InvalidRequest, match="reference must be"):
            staff.deposit(market.account, reference=reference, **rest)
    with pytest.raises(InvalidRequest, match="note must be"):
        staff.deposit(market.account, reference="r", note="two\nlines", **rest)
    with pytest.raises(NotFound):
        staff.deposit("NOBODY", reference="r", **rest)


def test_nobody_but_staff_moves_money_or_decides_who_trades(market):
    for actor in (market.trader, market.operator):
        for act in (staff.deposit, staff.withdraw, staff.reset):
            with pytest.raises(NotPermitted):
                act(market.account, amount=Decimal(1), reference="r-1", actor=actor)
        for decide in (staff.approve, staff.decline):
            with pytest.raises(NotPermitted):
                decide("r-1", actor=actor)
        for change in (account_services.grant, account_services.revoke):
            with pytest.raises(NotPermitted):
                change(market.account, username="tim", actor=actor)
        with pytest.raises(NotPermitted):
            movements.newest(actor=actor, count=5)
    assert len(entries()) == 1


def test_a_reset_cancels_orders_hands_positions_over_and_leaves_the_amount(market):
    market.trade(100, "10.00")
    market.place("BUY", 10, "9.00")
    market.drain()
    rest = {"amount": Decimal(50_000), "reference": "reset-1", "actor": market.staff}
    with pytest.raises(Rejected, match="still being canceled") as refusal:
        staff.reset(market.account, **rest)
    assert refusal.value.code == "open_orders"
    market.drain()
    done = staff.reset(market.account, **rest)
    assert done.status == "DONE"
    assert staff.reset(market.account, **rest) == done
    assert not Order.objects.filter(account__number=market.account, is_open=True).exists()
    record = accounts.by_number(market.account)
    assert (record.cash, record.reserved, record.buying_power) == (50_000, 0, 50_000)
    (position,) = positions.of_actor(market.trader)
    assert (position.quantity, position.cost, position.realised_profit) == (0, 0, 0)
    transfer = PositionTransfer.objects.get()
    assert (transfer.to_account.number, transfer.quantity_lots, transfer.lot_price) == ("EXCHANGE-USD", 100, 10)
    (facts,) = audit.newest(count=1)[0].detail["transfers"].values()
    assert facts == {"symbol": "ACME", "quantity": "100", "lot_price": "10.00000000", "after_trade_seq": 1}
    assert ledger_is_whole()


def test_a_short_position_is_handed_over_too_at_the_last_price(market):
    market.trade(100, "10.00")
    market.house_places("SELL", 1, "10.50")
    market.place("BUY", 1, "10.50")
    market.drain()
    staff.reset(market.house_account, amount=Decimal(0), reference="reset-1", actor=market.staff)
    house = Position.objects.get(account__number="HOUSE")
    assert (house.quantity_lots, house.cash, house.cost) == (0, -50, 0)
    assert accounts.by_number("HOUSE").cash == 0
    exchange = Position.objects.get(account__number="EXCHANGE-USD")
    assert (exchange.quantity_lots, exchange.cash, exchange.cost) == (-101, Decimal("1060.5"), Decimal("-1060.5"))
    assert ledger_is_whole()


def test_trading_goes_on_after_a_reset(market):
    market.trade(10)
    staff.reset(market.account, amount=Decimal(1_000), reference="reset-1", actor=market.staff)
    market.trade(10, "10.00")
    (position,) = positions.of_actor(market.trader)
    assert (position.quantity, position.cost) == (10, 100)
    assert money(market) == 900
    assert ledger_is_whole()


class TestWhereTwoPersonsAreAskedFor:
    @pytest.fixture(autouse=True)
    def _two_persons(self, settings):
        settings.DUAL_CONTROL = True

    def test_what_one_proposes_waits_for_another_to_approve(self, market, second):
        waiting = staff.deposit(market.account, amount=Decimal(5), reference="d-1", actor=market.staff)
        assert (waiting.status, waiting.decided_by) == ("WAITING", None)
        assert money(market) == 100_000
        assert [one.reference for one in movements.newest(actor=second, count=5, waiting=True)] == ["d-1"]
        done = staff.approve("d-1", actor=second)
        assert (done.status, done.proposed_by, done.decided_by) == ("DONE", "stella", "stefan")
        assert money(market) == 100_005
        assert [(line.action, line.actor_name) for line in audit.newest(count=2)] == [
            ("account.deposit", "stefan"),
            ("account.propose", "stella"),
        ]

    def test_one_person_alone_moves_nothing_whatever_they_try(self, market, second):
        rest = {"amount": Decimal(5), "reference": "d-1", "actor": market.staff}
        for _ in range(2):
            assert staff.deposit(market.account, **rest).status == "WAITING"
        for decide in (staff.approve, staff.decline):
            with pytest.raises(NotPermitted, match="does not decide it"):
                decide("d-1", actor=market.staff)
        assert money(market) == 100_000
        assert len(entries()) == 1

    def test_what_is_declined_is_never_done(self, market, second):
        staff.withdraw(market.account, amount=Decimal(5), reference="w-1", actor=market.staff)
        assert staff.decline("w-1", actor=second).status == "DECLINED"
        assert staff.decline("w-1", actor=second).status == "DECLINED"
        with pytest.raises(InvalidRequest, match="was declined"):
            staff.approve("w-1", actor=second)
        assert money(market) == 100_000
        assert audit.newest(count=1)[0].action == "account.decline"

    def test_approved_twice_it_is_done_once_and_cannot_be_declined_after(self, market, second):
        staff.deposit(market.account, amount=Decimal(5), reference="d-1", actor=market.staff)
        staff.approve("d-1", actor=second)
        assert staff.approve("d-1", actor=second).status == "DONE"
        with pytest.raises(InvalidRequest, match="done already"):
            staff.decline("d-1", actor=second)
        assert money(market) == 100_005

    def test_what_has_become_impossible_keeps_waiting(self, market, second):
        staff.withdraw(market.account, amount=Decimal(100_000), reference="w-1", actor=market.staff)
        market.place("BUY", 10, "9.00")
        with pytest.raises(Rejected):
            staff.approve("w-1", actor=second)
        assert movements.by_reference("w-1").status == "WAITING"
        assert money(market) == 99_910

    def test_a_reset_waits_too_and_cancels_nothing_before(self, market, second):
        market.trade(10)
        market.place("BUY", 10, "9.00")
        market.drain()
        staff.reset(market.account, amount=Decimal(7), reference="reset-1", actor=market.staff)
        assert market.drain() == 0
        with pytest.raises(Rejected):
            staff.approve("reset-1", actor=second)
        market.drain()
        assert staff.approve("reset-1", actor=second).status == "DONE"
        assert money(market) == 7


def test_who_is_granted_an_account_may_trade_it_until_it_is_taken_away(market):
    nora, _ = market.newcomer()
    account_services.grant(market.account, username="nora", actor=market.staff)
    account_services.grant(market.account, username="nora", actor=market.staff)
    assert market.account in [record.number for record in accounts.of_actor(nora)]
    account_services.revoke(market.account, username="nora", actor=market.staff)
    account_services.revoke(market.account, username="nora", actor=market.staff)
    assert market.account not in [record.number for record in accounts.of_actor(nora)]
    assert [line.action for line in audit.newest(count=2)] == ["account.revoke", "account.grant"]
    with pytest.raises(NotFound, match="no such user"):
        account_services.grant(market.account, username="nobody", actor=market.staff)
