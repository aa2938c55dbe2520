"""What an issuer does to all who hold its instrument: once, to everybody, and nothing is gained or lost by it."""

from decimal import Decimal

import pytest

import matching
from access.selectors import audit
from access.services import users
from market import auditing
from market.errors import InProgress, InvalidRequest, MarketError, NotFound, NotPermitted, Rejected
from market.matcher import verification
from market.models import (
    Account,
    Book,
    CorporateAction,
    InboxCommand,
    Instrument,
    Order,
    Position,
    PositionTransfer,
)
from market.selectors import accounts, instruments, ledger, positions, tickers
from market.selectors import corporate_actions as actions
from market.services import corporate_actions as issuer
from market.services import movements, payouts, trading
from tests.market.services.test_movements import ledger_is_whole
from tests.market_place import PASSWORD, MarketPlace
from vocabulary import limits
from vocabulary.phases import TradingPhase
from vocabulary.roles import Role


@pytest.fixture
def second(market: MarketPlace):
    """Another one of the staff."""
    return users.create(username="stefan", password=PASSWORD, role=Role.STAFF)


def position(account: str) -> tuple:
    return Position.objects.values_list("quantity_lots", "cash", "cost").get(account__number=account)


def is_clean() -> bool:
    """Whether the audit of everything finds nothing, and the ledger sums up to what everybody has."""
    broken = {verdict.law.name: verdict.found.differences for verdict in auditing.everything(auditing.LAWS).broken}
    assert broken == {}
    return ledger_is_whole()


def halt(market: MarketPlace) -> None:
    trading.halt("ACME", reason="corporate action", actor=market.operator)


class TestDividends:
    def test_who_is_long_receives_it_and_who_is_short_pays_it(self, market):
        market.trade(100, "10.00")
        done = issuer.pay_dividend("ACME", amount=Decimal("0.25"), reference="div-1", note="spring", actor=market.staff)
        assert (done.status, done.decided_by) == ("DONE", "stella")
        assert position(market.account) == (100, -975, 1_000)
        assert position("HOUSE") == (-100, 975, -1_000)
        assert position("EXCHANGE-USD") == (0, 0, 0)
        newest = ledger.of_account(market.account, actor=market.trader, count=1)[0]
        assert (newest.cause, newest.amount, newest.quantity, newest.note) == ("DIVIDEND", 25, 0, "spring")
        entry = audit.newest(count=1)[0]
        assert (entry.action, entry.subject, entry.detail["amount"]) == ("corporate.dividend", "ACME", "0.25")
        assert is_clean()

    def test_it_becomes_profit_that_can_be_spent_and_paid_out(self, market):
        market.trade(100, "10.00")
        issuer.pay_dividend("ACME", amount=Decimal(1), reference="div-1", actor=market.staff)
        assert Position.objects.get(account__number=market.account).realised_profit == 100
        assert accounts.by_number(market.account).buying_power == 99_100
        movements.withdraw(market.account, amount=Decimal(99_100), reference="w-1", actor=market.staff)

    def test_orders_stay_and_trading_goes_on(self, market):
        market.trade(100, "10.00")
        market.place("BUY", 10, "9.00")
        market.drain()
        issuer.pay_dividend("ACME", amount=Decimal(1), reference="div-1", actor=market.staff)
        assert Order.objects.filter(account__number=market.account, is_open=True).count() == 1
        market.trade(5, "10.00")
        issuer.pay_dividend("ACME", amount=Decimal(1), reference="div-2", actor=market.staff)
        assert position(market.account) == (105, -845, 1_050)
        assert is_clean()

    def test_the_same_reference_pays_once(self, market):
        market.trade(100, "10.00")
        for _ in range(3):
            issuer.pay_dividend("ACME", amount=Decimal(1), reference="div-1", actor=market.staff)
        assert position(market.account)[1] == -900
        with pytest.raises(InvalidRequest) as refusal:
            issuer.pay_dividend("ACME", amount=Decimal(2), reference="div-1", actor=market.staff)
        assert (refusal.value.code, refusal.value.field) == ("reference_reused", "reference")

    def test_the_exchange_has_its_part_of_what_it_holds_itself(self, market):
        market.trade(100, "10.00")
        movements.reset(market.account, amount=Decimal(0), reference="reset-1", actor=market.staff)
        issuer.pay_dividend("ACME", amount=Decimal(1), reference="div-1", actor=market.staff)
        assert position("EXCHANGE-USD") == (100, -900, 1_000)
        assert position("HOUSE") == (-100, 900, -1_000)
        assert is_clean()

    @pytest.mark.parametrize("amount", ["0", "-1", "NaN", "Infinity", "0.000000001", "100000000001"])
    def test_an_impossible_amount_is_refused_and_pays_nobody(self, market, amount):
        market.trade(100, "10.00")
        with pytest.raises(InvalidRequest) as refusal:
            issuer.pay_dividend("ACME", amount=Decimal(amount), reference="div-1", actor=market.staff)
        assert refusal.value.field == "amount"
        assert not CorporateAction.objects.exists()
        assert position(market.account) == (100, -1_000, 1_000)

    def test_an_amount_that_comes_to_more_than_accounts_can_hold_is_refused(self, market, monkeypatch):
        market.trade(100, "10.00")
        monkeypatch.setattr(limits, "PAYOUT_VALUE_MAX", 20_000)
        issuer.pay_dividend("ACME", amount=Decimal(100), reference="div-1", actor=market.staff)
        with pytest.raises(InvalidRequest, match="over all positions in ACME") as refusal:
            issuer.pay_dividend("ACME", amount=Decimal("100.01"), reference="div-2", actor=market.staff)
        assert refusal.value.field == "amount"
        halt(market)
        with pytest.raises(InvalidRequest, match="over all positions in ACME") as refusal:
            delist(market, price="100.01")
        assert refusal.value.field == "price"
        assert Instrument.objects.get(symbol="ACME").delisted_at is None

    def test_an_amount_that_no_lot_divides_into_money_is_refused(self, market):
        market.list("BITS", lot_size="0.0001", tick_size="0.01")
        with pytest.raises(InvalidRequest, match=r"for a lot of 0\.0001"):
            issuer.pay_dividend("BITS", amount=Decimal("0.00001"), reference="div-1", actor=market.staff)


class TestSplits:
    def test_positions_prices_and_limits_are_restated_and_the_cost_stays(self, market):
        market.trade(100, "10.00")
        market.place("BUY", 10, "9.00")
        market.drain()
        rest = {"new_units": 4, "old_units": 1, "reference": "split-1", "actor": market.staff}
        with pytest.raises(Rejected, match="halted or closed"):
            issuer.split("ACME", **rest)
        halt(market)
        with pytest.raises(Rejected, match="still being canceled"):
            issuer.split("ACME", **rest)
        market.drain()
        done = issuer.split("ACME", **rest)
        assert (done.status, done.amount) == ("DONE", Decimal("2.5"))
        assert issuer.split("ACME", **rest) == done
        assert position(market.account) == (400, -1_000, 1_000)
        assert position("HOUSE") == (-400, 1_000, -1_000)
        record = instruments.by_symbol("ACME")
        assert (record.reference_price, record.low_limit_price, record.high_limit_price) == (
            Decimal("2.50"),
            Decimal("1.25"),
            Decimal("3.75"),
        )
        assert not Order.objects.filter(is_open=True).exists()
        assert is_clean()

    def test_trading_goes_on_at_the_new_price_and_the_journal_replays(self, market):
        market.trade(100, "10.00")
        halt(market)
        issuer.split("ACME", new_units=4, old_units=1, reference="split-1", actor=market.staff)
        assert Position.objects.get(account__number=market.account).quantity_lots == 400
        assert standing_value(market) == 1_000, "what it is worth has not changed"
        trading.resume("ACME", actor=market.operator)
        market.trade(8, "2.60")
        assert market.place("BUY", 1, "10.00").order.reject_reason.code == "price_exceeds_band"
        assert position(market.account) == (408, Decimal("-1020.8"), Decimal("1020.8"))
        assert verification.verify(Instrument.objects.get(symbol="ACME")).fault == ""
        assert is_clean()

    def test_an_order_at_no_price_is_held_to_the_new_limit_by_a_worker_that_knew_the_old_one(self, market):
        market.trade(100, "10.00")
        halt(market)
        issuer.split("ACME", new_units=2, old_units=1, reference="split-1", actor=market.staff)
        trading.resume("ACME", actor=market.operator)
        trading.change_phase("ACME", phase=TradingPhase.CLOSING_AUCTION, actor=market.operator)
        market.drain()
        order = market.place("BUY", 10).order
        market.drain()
        assert Order.objects.get(pk=order.order_id).reserved_amount == 75
        assert is_clean()

    def test_what_is_left_of_a_lot_is_paid_at_the_restated_price(self, market):
        nora, account = market.newcomer()
        market.trade(5, "10.00")
        market.house_places("SELL", 2, "10.00")
        market.place_for(nora, account, "BUY", 2, "10.00")
        market.drain()
        halt(market)
        done = issuer.split("ACME", new_units=2, old_units=3, reference="split-1", actor=market.staff)
        assert done.amount == 15
        assert position(market.account) == (3, -45, 45), "3 and a third: a third of 15 is paid"
        assert position(account) == (1, -15, 15), "1 and a third"
        assert position("HOUSE") == (-4, 60, -60), "4 and two thirds, which it buys back"
        assert position("EXCHANGE-USD") == (0, 0, 0)
        assert is_clean()

    def test_the_exchange_takes_what_the_fractions_come_to(self, market):
        people = [market.newcomer(f"nora-{number}") for number in range(3)]
        for actor, account in people:
            market.house_places("SELL", 1, "10.00")
            market.place_for(actor, account, "BUY", 1, "10.00")
            market.drain()
        halt(market)
        issuer.split("ACME", new_units=1, old_units=3, reference="split-1", actor=market.staff)
        assert [position(account) for _, account in people] == [(0, 0, 0)] * 3, "a third of 30.00 each"
        assert position("HOUSE") == (-1, 30, -30)
        assert position("EXCHANGE-USD") == (1, -30, 30)
        newest = ledger.of_account(people[0][1], actor=people[0][0], count=1)[0]
        assert (newest.cause, newest.amount, newest.quantity) == ("SPLIT", 10, -1)
        assert is_clean()

    def test_a_split_after_a_reset_and_before_a_dividend_is_followed_in_order(self, market):
        market.trade(7, "10.00")
        movements.reset(market.account, amount=Decimal(100_000), reference="reset-1", actor=market.staff)
        halt(market)
        issuer.split("ACME", new_units=3, old_units=2, reference="split-1", actor=market.staff)
        issuer.pay_dividend("ACME", amount=Decimal(1), reference="div-1", actor=market.staff)
        trading.resume("ACME", actor=market.operator)
        market.trade(3, "6.70")
        issuer.pay_dividend("ACME", amount=Decimal(1), reference="div-2", actor=market.staff)
        assert position("EXCHANGE-USD")[0] == 10
        assert is_clean()

    def test_a_book_of_an_older_core_is_brought_to_this_one_first(self, market):
        market.trade(100, "10.00")
        halt(market)
        Book.objects.update(engine_version=matching.ENGINE_VERSION - 1)
        rest = {"new_units": 2, "old_units": 1, "reference": "split-1", "actor": market.staff}
        for _ in range(2):
            with pytest.raises(Rejected, match="ask again"):
                issuer.split("ACME", **rest)
        assert InboxCommand.objects.count() == 1, "asked for again and again, the book is asked once"
        market.drain()
        assert issuer.split("ACME", **rest).status == "DONE"
        assert verification.verify(Instrument.objects.get(symbol="ACME")).fault == ""

    def test_an_instrument_that_never_traded_is_split_too(self, market):
        halt(market)
        issuer.split("ACME", new_units=2, old_units=1, reference="split-1", actor=market.staff)
        assert instruments.by_symbol("ACME").reference_price == 5
        trading.resume("ACME", actor=market.operator)
        market.trade(1, "5.10")
        assert is_clean()

    @pytest.mark.parametrize(
        ("units", "field"),
        [((0, 1), "new_units"), ((1, 0), "old_units"), ((1_001, 1), "new_units"), ((2, 2), "new_units")],
    )
    def test_units_that_are_no_split_are_refused(self, market, units, field):
        halt(market)
        with pytest.raises(InvalidRequest) as refusal:
            issuer.split("ACME", new_units=units[0], old_units=units[1], reference="split-1", actor=market.staff)
        assert refusal.value.field == field

    def test_a_split_that_leaves_no_price_to_trade_at_is_refused_and_moves_nothing(self, market):
        market.list("PENNY", reference_price="0.02")
        market.trade(10, "0.02", symbol="PENNY")
        trading.halt("PENNY", reason="split", actor=market.operator)
        with pytest.raises(InvalidRequest, match="within what its book can cover"):
            issuer.split("PENNY", new_units=1_000, old_units=1, reference="split-1", actor=market.staff)
        assert not CorporateAction.objects.exists()
        assert position(market.account)[0] == 10


def standing_value(market: MarketPlace) -> Decimal:
    """What the trader's position is worth at its mark."""
    (held,) = positions.of_actor(market.trader)
    return held.market_value


class TestDelistings:
    def test_every_position_is_paid_out_orders_are_canceled_and_nothing_trades_any_more(self, market):
        market.trade(100, "10.00")
        market.place("BUY", 10, "9.00")
        market.drain()
        rest = {"price": Decimal("12.50"), "reference": "end-1", "actor": market.staff}
        with pytest.raises(Rejected, match="halted or closed") as refusal:
            issuer.delist("ACME", **rest)
        assert refusal.value.code == "not_in_this_phase"
        assert Order.objects.filter(is_open=True).count() == 1
        halt(market)
        with pytest.raises(Rejected, match="still being canceled") as refusal:
            issuer.delist("ACME", **rest)
        assert refusal.value.code == "open_orders"
        market.drain()
        done = issuer.delist("ACME", **rest)
        assert done.status == "DONE"
        assert issuer.delist("ACME", **rest) == done
        assert position(market.account) == (0, 250, 0)
        assert position("HOUSE") == (0, -250, 0)
        assert position("EXCHANGE-USD") == (0, 0, 0)
        assert not Order.objects.filter(is_open=True).exists()
        record = instruments.by_symbol("ACME")
        assert (record.phase, record.delisted_at is not None) == (TradingPhase.CLOSED, True)
        assert (tickers.every(), tickers.of("ACME").symbol) == ([], "ACME"), "it is found by its name alone"
        receipt = market.place("BUY", 1, "10.00")
        assert receipt.order.reject_reason.code == "exchange_closed"
        assert is_clean()

    def test_what_was_delisted_stays_closed_whatever_operators_ask(self, market):
        halt(market)
        delist(market)
        for phase in (TradingPhase.CONTINUOUS, TradingPhase.PRE_OPEN):
            with pytest.raises(Rejected, match="closed for good"):
                trading.change_phase("ACME", phase=phase, actor=market.operator)
        trading.halt("ACME", reason="again", actor=market.operator)
        trading.resume("ACME", actor=market.operator)
        market.drain()
        assert instruments.by_symbol("ACME").phase is TradingPhase.CLOSED
        with pytest.raises(InvalidRequest, match="was delisted"):
            issuer.pay_dividend("ACME", amount=Decimal(1), reference="div-1", actor=market.staff)
        assert verification.verify(Instrument.objects.get(symbol="ACME")).fault == ""

    def test_a_price_of_zero_takes_positions_for_nothing(self, market):
        market.trade(100, "10.00")
        halt(market)
        delist(market, price="0")
        assert position(market.account) == (0, -1_000, 0)
        assert is_clean()

    def test_a_payout_that_was_cut_short_goes_on_and_pays_nobody_twice(self, market, monkeypatch):
        traders = [market.newcomer(f"nora-{number}") for number in range(5)]
        market.trade(100, "10.00")
        for number, (actor, account) in enumerate(traders):
            market.house_places("SELL", number + 1, "10.00")
            market.place_for(actor, account, "BUY", number + 1, "10.00")
            market.drain()
        halt(market)
        with monkeypatch.context() as cut_short:
            cut_short.setattr(payouts, "go_on", lambda action: payouts._take_some(action, accounts_max=2))
            assert delist(market).status == "UNDERWAY"
        assert PositionTransfer.objects.count() == 2
        assert is_clean(), "half way the sums are whole too"
        assert payouts.go_on_with_all() == 1
        assert payouts.go_on_with_all() == 0
        assert actions.by_reference("end-1").status == "DONE"
        assert PositionTransfer.objects.count() == 7
        assert not Position.objects.exclude(quantity_lots=0).exists()
        assert is_clean()

    def test_a_payout_that_cannot_go_on_now_keeps_no_other_waiting(self, market, monkeypatch):
        market.list("OTHER")
        for symbol in ("ACME", "OTHER"):
            market.trade(10, "10.00", symbol=symbol)
            trading.halt(symbol, reason="corporate action", actor=market.operator)
        with monkeypatch.context() as cut_short:
            cut_short.setattr(payouts, "go_on", lambda *_: None)
            assert [delist(market, symbol=symbol).status for symbol in ("ACME", "OTHER")] == ["UNDERWAY", "UNDERWAY"]
        go_on = payouts.go_on

        def busy_with_acme(action):
            if action.instrument.symbol == "ACME":
                raise InProgress("Somebody else holds the book.")
            go_on(action)

        monkeypatch.setattr(payouts, "go_on", busy_with_acme)
        assert payouts.go_on_with_all() == 2
        assert [actions.by_reference(name).status for name in ("end-1", "end-OTHER")] == ["UNDERWAY", "DONE"]


def delist(market: MarketPlace, price: str = "10", *, symbol: str = "ACME"):
    """Delist an instrument whose book is quiet, with the matching service at work."""
    reference = "end-1" if symbol == market.symbol else f"end-{symbol}"
    rest = {"price": Decimal(price), "reference": reference, "actor": market.staff}
    with pytest.raises(Rejected):
        issuer.delist(symbol, **rest)
    market.drain(symbol)
    return issuer.delist(symbol, **rest)


def test_nobody_but_staff_carries_actions_out_or_sees_them(market):
    for actor in (market.trader, market.operator):
        with pytest.raises(NotPermitted):
            issuer.pay_dividend("ACME", amount=Decimal(1), reference="r-1", actor=actor)
        with pytest.raises(NotPermitted):
            issuer.delist("ACME", price=Decimal(1), reference="r-1", actor=actor)
        for decide in (issuer.approve, issuer.decline):
            with pytest.raises(NotPermitted):
                decide("r-1", actor=actor)
        with pytest.raises(NotPermitted):
            actions.newest(actor=actor, count=5)


def test_an_absent_instrument_or_action_and_an_impossible_reference_are_refused(market):
    with pytest.raises(NotFound):
        issuer.pay_dividend("NONE", amount=Decimal(1), reference="r-1", actor=market.staff)
    with pytest.raises(NotFound):
        issuer.approve("nothing", actor=market.staff)
    with pytest.raises(InvalidRequest, match="reference must be"):
        issuer.pay_dividend("ACME", amount=Decimal(1), reference="a b", actor=market.staff)
    with pytest.raises(InvalidRequest, match="the exchange's own"):
        issuer.pay_dividend("ACME", amount=Decimal(1), reference="expiry-1", actor=market.staff)


class TestWhereTwoPersonsAreAskedFor:
    @pytest.fixture(autouse=True)
    def _two_persons(self, settings):
        settings.DUAL_CONTROL = True

    def test_what_one_proposes_waits_for_another_and_then_counts_the_positions_of_that_moment(self, market, second):
        waiting = issuer.pay_dividend("ACME", amount=Decimal(1), reference="div-1", actor=market.staff)
        assert (waiting.status, waiting.decided_by) == ("WAITING", None)
        market.trade(100, "10.00")
        with pytest.raises(NotPermitted, match="ask somebody else"):
            issuer.approve("div-1", actor=market.staff)
        assert is_clean()
        assert [one.reference for one in actions.newest(actor=second, count=5, waiting=True)] == ["div-1"]
        for _ in range(2):
            assert issuer.approve("div-1", actor=second).status == "DONE"
        assert position(market.account) == (100, -900, 1_000)
        with pytest.raises(InvalidRequest, match="done already"):
            issuer.decline("div-1", actor=second)
        assert is_clean()

    def test_what_is_declined_is_never_done(self, market, second):
        market.trade(100, "10.00")
        issuer.pay_dividend("ACME", amount=Decimal(1), reference="div-1", actor=market.staff)
        for _ in range(2):
            assert issuer.decline("div-1", actor=second).status == "DECLINED"
        with pytest.raises(InvalidRequest, match="was declined"):
            issuer.approve("div-1", actor=second)
        assert position(market.account) == (100, -1_000, 1_000)
        assert is_clean()

    def test_a_delisting_cancels_nothing_before_it_is_approved(self, market, second):
        market.place("BUY", 10, "9.00")
        market.drain()
        halt(market)
        issuer.delist("ACME", price=Decimal(1), reference="end-1", actor=market.staff)
        assert Order.objects.filter(is_open=True).count() == 1
        with pytest.raises(MarketError):
            issuer.approve("end-1", actor=second)
        assert actions.by_reference("end-1").status == "WAITING"
        market.drain()
        assert issuer.approve("end-1", actor=second).status == "DONE"
        assert is_clean()


def test_the_exchange_opens_its_own_account_where_an_action_needs_it_first(market):
    issuer.pay_dividend("ACME", amount=Decimal(1), reference="div-1", actor=market.staff)
    assert Account.objects.filter(number="EXCHANGE-USD", kind="HOUSE").exists()
    assert is_clean()
