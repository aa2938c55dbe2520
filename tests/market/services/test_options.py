"""Options: listed by their terms, traded as anything is, and settled in cash by what the underlying closed at."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from django.db import connection

from access.selectors import audit
from market import exposures, margin, valuations
from market.errors import InvalidRequest, NotFound, NotPermitted, Rejected
from market.matcher import verification
from market.models import Account, CorporateAction, Instrument, OptionContract, Order, Position, PositionTransfer
from market.selectors import calendars, instruments, ledger
from market.selectors import corporate_actions as actions
from market.services import (
    accounts,
    corporate_actions,
    expiries,
    liquidation,
    options,
    payouts,
    trading,
    transfers,
)
from tests.market.services.test_corporate_actions import is_clean, position
from tests.market_place import MarketPlace
from vocabulary.identifiers import is_reference
from vocabulary.options import PutOrCall, SettlementBasis
from vocabulary.orders import OrdStatus
from vocabulary.phases import TradingPhase
from vocabulary.rejects import RejectReason
from vocabulary.roles import AccountKind

CALL, PUT = PutOrCall.CALL, PutOrCall.PUT


def listed(market: MarketPlace, right: PutOrCall = CALL, strike: str = "10.00", **terms: Any) -> str:
    """List an option on ACME that is not due yet; its symbol."""
    rest = {"expires_at": datetime.now(UTC) + timedelta(days=30), "actor": market.operator, **terms}
    return options.list_contract("ACME", put_or_call=right, strike_price=Decimal(strike), **rest).symbol


def listed_and_due(market: MarketPlace, monkeypatch: pytest.MonkeyPatch) -> str:
    """List a call on ACME whose time has come by now, as if it had been listed a second ago; its symbol."""
    now = calendars.database_time()
    with monkeypatch.context() as earlier:
        earlier.setattr(calendars, "database_time", lambda: now - timedelta(seconds=1))
        return listed(market, expires_at=now)


def expire(market: MarketPlace, symbol: str) -> Any:
    """Let staff end an option, with the matching service at work."""
    rest = {"reference": f"end-{symbol}", "actor": market.staff}
    with pytest.raises(Rejected):
        corporate_actions.expire(symbol, **rest)
    market.drain(symbol)
    return corporate_actions.expire(symbol, **rest)


class TestListing:
    def test_an_option_is_called_by_its_terms_and_its_lot_is_a_contract(self, market):
        expires_at = datetime(2027, 6, 18, 17, 30, tzinfo=UTC)
        symbol = listed(market, strike="10.50", expires_at=expires_at)
        assert symbol == "ACME-270618C10.5"
        record = instruments.by_symbol(symbol)
        assert (record.kind, record.currency, record.lot_size, record.tick_size) == (
            "OPTION",
            "USD",
            100,
            Decimal("0.01"),
        )
        assert record.option is not None
        assert (record.option.underlying, record.option.put_or_call, record.option.strike_price) == (
            "ACME",
            CALL,
            Decimal("10.5"),
        )
        assert (record.option.contract_multiplier, record.option.expires_at) == (100, expires_at)
        assert (record.option.settlement_price, record.option.settlement_basis) == (None, None)
        assert (audit.newest(count=1)[0].action, audit.newest(count=1)[0].subject) == ("instrument.add_option", symbol)
        assert is_clean()

    def test_a_call_costs_at_most_its_underlying_and_a_put_at_most_its_strike(self, market):
        call, put = (instruments.by_symbol(listed(market, right)) for right in (CALL, PUT))
        assert (call.low_limit_price, call.high_limit_price) == (Decimal("0.01"), 15)
        assert (put.low_limit_price, put.high_limit_price) == (Decimal("0.01"), 10)

    def test_a_chain_is_a_call_and_a_put_at_each_strike(self, market):
        at = datetime.now(UTC) + timedelta(days=30)
        strikes = [Decimal("9.50"), Decimal("10.00")]
        made = options.list_chain("ACME", strike_prices=strikes, expires_at=at, actor=market.operator)
        told = [(one.option.strike_price, one.option.put_or_call) for one in made if one.option]
        assert told == [(Decimal("9.5"), CALL), (Decimal("9.5"), PUT), (Decimal(10), CALL), (Decimal(10), PUT)]
        assert len(instruments.options_on("ACME")) == 4
        with pytest.raises(InvalidRequest, match="exists already"):
            options.list_chain("ACME", strike_prices=[Decimal(9), strikes[0]], expires_at=at, actor=market.operator)
        assert len(instruments.options_on("ACME")) == 4, "all of them, or none"

    @pytest.mark.parametrize(
        ("terms", "field"),
        [
            ({"strike": "0"}, "strike_price"),
            ({"strike": "10.005"}, "strike_price"),
            ({"strike": "NaN"}, "strike_price"),
            ({"contract_multiplier": Decimal("0.5")}, "contract_multiplier"),
            ({"contract_multiplier": Decimal(0)}, "contract_multiplier"),
            ({"expires_at": datetime(2020, 1, 1, tzinfo=UTC)}, "expires_at"),
            ({"expires_at": datetime(2099, 1, 1, tzinfo=UTC)}, "expires_at"),
            ({"symbol": "much too long a name"}, "symbol"),
        ],
    )
    def test_impossible_terms_are_refused_by_the_field_at_fault(self, market, terms, field):
        with pytest.raises(InvalidRequest) as refusal:
            listed(market, **terms)
        assert refusal.value.field == field
        assert not OptionContract.objects.exists()

    def test_only_operators_list_options_and_only_on_what_is_none(self, market):
        with pytest.raises(NotPermitted):
            listed(market, actor=market.trader)
        at = datetime.now(UTC) + timedelta(days=30)
        symbol = listed(market)
        for underlying, error in (("NONE", NotFound), (symbol, InvalidRequest)):
            with pytest.raises(error):
                options.list_contract(
                    underlying, put_or_call=PUT, strike_price=Decimal(1), expires_at=at, actor=market.operator
                )


class TestWriting:
    def test_a_cash_account_sells_what_it_holds_and_writes_none(self, market):
        symbol = listed(market)
        assert market.place("SELL", 100, "0.40", symbol=symbol).reject is RejectReason.OPTION_NOT_COVERED
        market.trade(200, "0.40", symbol=symbol)
        assert market.place("SELL", 200, "0.50", symbol=symbol).reject is RejectReason.NONE
        assert market.place("SELL", 100, "0.50", symbol=symbol).reject is RejectReason.OPTION_NOT_COVERED

    @pytest.mark.parametrize(
        ("right", "strike", "underlying", "required"),
        [
            (CALL, "10.00", "10.00", "200"),  # 20 % of 10.00
            (CALL, "10.50", "10.00", "150"),  # 2.00 less the 0.50 that it is out of the money
            (CALL, "12.00", "10.00", "100"),  # 10 % of 10.00 at least
            (CALL, "10.00", "11.00", "220"),  # in the money: 20 % of 11.00
            (PUT, "10.00", "10.00", "200"),
            (PUT, "9.00", "10.00", "100"),  # 2.00 less 1.00
            (PUT, "6.00", "10.00", "60"),  # 10 % of the strike price at least
        ],
    )
    def test_a_written_contract_requires_what_the_rule_says(self, on_margin, right, strike, underlying, required):
        market, number = on_margin
        market.trade(1, underlying, symbol="ACME")
        symbol = listed(market, right, strike)
        account = Account.objects.get(number=number)
        assert market.place("SELL", 100, price_of(symbol), account=number, symbol=symbol).is_accepted
        before = exposures.of_accounts([account.pk])[account.pk].exposures.values()
        assert margin.required(before) == Decimal(required)
        market.house_places("BUY", 100, price_of(symbol), symbol=symbol)
        market.drain(symbol)
        after = exposures.of_accounts([account.pk])[account.pk].exposures.values()
        assert margin.required(after) == margin.maintenance(after) == Decimal(required)
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT maintenance_margin FROM ({valuations.VALUATIONS}) v WHERE account_id = %(id)s",
                {**valuations.rates(), "id": account.pk},
            )
            assert cursor.fetchone()[0] == Decimal(required), "read at once for all accounts it is the same"

    def test_a_margin_account_writes_as_many_as_its_equity_covers(self, on_margin):
        market, number = on_margin
        symbol = listed(market)
        rest = {"account": number, "symbol": symbol}
        assert market.place("SELL", 400, "0.40", **rest).reject is RejectReason.INSUFFICIENT_BUYING_POWER
        assert market.place("SELL", 300, "0.40", **rest).is_accepted
        assert market.place("SELL", 100, "0.40", **rest).reject is RejectReason.INSUFFICIENT_BUYING_POWER
        market.house_places("BUY", 300, "0.40", symbol=symbol)
        market.drain(symbol)
        assert position(number) == (-3, 120, -120)
        assert market.place("BUY", 300, "0.40", **rest).is_accepted, "what only closes is always taken on"
        assert is_clean()

    def test_a_writer_is_called_when_the_underlying_runs_away_and_pays_at_expiry(self, on_margin):
        market, number = on_margin
        symbol = listed(market)
        market.place("SELL", 300, "0.40", account=number, symbol=symbol)
        market.house_places("BUY", 300, "0.40", symbol=symbol)
        market.drain(symbol)
        assert liquidation.watch() == 0
        market.house_places("SELL", 1, "11.00", symbol="ACME")
        market.house_places("BUY", 1, "11.00", symbol="ACME")
        market.drain("ACME")
        assert liquidation.watch() == 1
        assert Account.objects.get(number=number).margin_call_at is not None
        expire(market, symbol)
        assert position(number) == (0, -180, 0), "120 received, 300 paid"
        assert is_clean()


@pytest.fixture
def on_margin(market):
    """The market, and the number of a margin account of its trader with 600."""
    number = accounts.open_account(owner=market.trader, kind=AccountKind.MARGIN, number="MARGIN").number
    accounts.deposit(number, amount=Decimal(600), note="margin", actor=market.trader)
    return market, number


def price_of(symbol: str) -> Decimal:
    """The option's reference price, at which it is marked before it trades."""
    return instruments.by_symbol(symbol).reference_price


class TestExpiry:
    def test_every_row_of_the_ledger_is_as_worked_out_by_hand(self, market):
        """The example of docs/accounts.md."""
        symbol = listed(market)
        market.trade(300, "0.40", symbol=symbol)
        assert position(market.account) == (3, -120, 120)
        market.trade(1, "11.25", symbol="ACME")
        done = expire(market, symbol)
        assert (done.kind, done.status, done.amount) == ("EXPIRY", "DONE", Decimal("1.25"))
        rows = [
            ("TRADE", market.account, Decimal(-120), 3),
            ("TRADE", "HOUSE", Decimal(120), -3),
            ("EXPIRY", market.account, Decimal(375), -3),
            ("EXPIRY", "EXCHANGE-USD", Decimal(-375), 3),
            ("EXPIRY", "HOUSE", Decimal(-375), 3),
            ("EXPIRY", "EXCHANGE-USD", Decimal(375), -3),
        ]
        assert sorted(ledger_rows(symbol)) == sorted(rows)
        option = Instrument.objects.get(symbol=symbol)
        held = Position.objects.filter(instrument=option).order_by("account_id")
        assert [(one.account.number, one.quantity_lots, one.cash, one.cost) for one in held] == [
            (market.account, 0, 255, 0),
            ("HOUSE", 0, -255, 0),
            ("EXCHANGE-USD", 0, 0, 0),
        ]
        contract = instruments.by_symbol(symbol).option
        assert contract is not None
        assert (contract.settlement_price, contract.settlement_basis) == (Decimal("11.25"), SettlementBasis.LAST_TRADE)
        newest = ledger.of_account(market.account, actor=market.trader, count=1, symbol=symbol)[0]
        assert (newest.cause, newest.amount, newest.quantity) == ("EXPIRY", 375, -300)
        assert is_clean()

    @pytest.mark.parametrize(
        ("right", "strike", "worth"),
        [(CALL, "10.00", "0.60"), (CALL, "11.00", "0"), (PUT, "11.00", "0.40"), (PUT, "10.00", "0")],
    )
    def test_an_option_is_worth_what_the_price_has_gone_beyond_its_strike(self, market, right, strike, worth):
        symbol = listed(market, right, strike)
        market.trade(100, "0.10", symbol=symbol)
        market.trade(1, "10.60", symbol="ACME")
        assert expire(market, symbol).amount == Decimal(worth)
        assert not Position.objects.filter(instrument__symbol=symbol).exclude(quantity_lots=0).exists()
        assert is_clean()

    def test_trading_ends_and_open_orders_expire(self, market):
        symbol = listed(market)
        resting = market.place("BUY", 100, "0.10", symbol=symbol, time_in_force="GTC").order
        market.drain(symbol)
        expire(market, symbol)
        assert Order.objects.get(pk=resting.order_id).ord_status == OrdStatus.EXPIRED
        assert Order.objects.get(pk=resting.order_id).reserved_amount == 0
        assert market.place("BUY", 100, "0.10", symbol=symbol).reject is RejectReason.EXCHANGE_CLOSED
        record = instruments.by_symbol(symbol)
        assert (record.phase, record.delisted_at is not None) == (TradingPhase.CLOSED, True)
        assert verification.verify(Instrument.objects.get(symbol=symbol)).fault == ""

    def test_a_closing_auction_of_the_day_comes_before_a_later_trade(self, market):
        symbol = listed(market)
        trading.change_phase("ACME", phase=TradingPhase.CLOSING_AUCTION, actor=market.operator)
        market.drain()
        market.house_places("SELL", 5, "10.80")
        market.place("BUY", 5, "10.80")
        trading.change_phase("ACME", phase=TradingPhase.CLOSED, actor=market.operator)
        market.drain()
        trading.change_phase("ACME", phase=TradingPhase.CONTINUOUS, actor=market.operator)
        market.trade(1, "10.20")
        OptionContract.objects.filter(instrument__symbol=symbol).update(expires_at=calendars.database_time())
        expire(market, symbol)
        option = instruments.by_symbol(symbol).option
        assert option is not None
        assert (option.settlement_price, option.settlement_basis) == (
            Decimal("10.8"),
            SettlementBasis.CLOSING_AUCTION,
        )

    def test_without_a_trade_it_is_the_middle_of_the_market_else_the_reference_price(self, market):
        first, second = listed(market), listed(market, PUT)
        expire(market, first)
        market.place("BUY", 1, "9.90")
        market.house_places("SELL", 1, "10.21")
        market.drain()
        expire(market, second)
        told = [instruments.by_symbol(symbol).option for symbol in (first, second)]
        assert [(one.settlement_price, one.settlement_basis) for one in told if one] == [
            (10, SettlementBasis.REFERENCE_PRICE),
            (Decimal("10.05"), SettlementBasis.MIDPOINT),
        ]

    def test_a_trade_from_before_a_split_counts_by_what_the_split_has_made_of_its_price(self, market):
        market.trade(1, "10.80")
        trading.halt("ACME", reason="split", actor=market.operator)
        corporate_actions.split("ACME", new_units=2, old_units=1, reference="s-1", actor=market.staff)
        trading.resume("ACME", actor=market.operator)
        symbol = listed(market, strike="5.00")
        assert expire(market, symbol).amount == Decimal("0.40")
        assert instruments.by_symbol(symbol).option.settlement_basis == SettlementBasis.LAST_TRADE
        assert is_clean()

    def test_what_is_first_traded_after_the_expiry_does_not_count(self, market):
        symbol = listed(market)
        OptionContract.objects.filter(instrument__symbol=symbol).update(expires_at=calendars.database_time())
        market.trade(1, "14.00")
        expire(market, symbol)
        option = instruments.by_symbol(symbol).option
        assert (option.settlement_price, option.settlement_basis) == (10, SettlementBasis.REFERENCE_PRICE)

    def test_an_option_expires_in_its_time_by_itself_and_once(self, market, monkeypatch):
        market.trade(1, "10.75")
        symbol = listed_and_due(market, monkeypatch)
        market.trade(100, "0.40", symbol=symbol)
        assert expiries.expire_due() == 1
        market.drain(symbol)
        assert [expiries.expire_due() for _ in range(3)] == [1, 0, 0]
        action = CorporateAction.objects.get()
        assert (action.status, action.amount, action.proposed_by, action.decided_by) == (
            "DONE",
            Decimal("0.75"),
            None,
            None,
        )
        assert is_reference(action.reference)
        assert audit.newest(count=1)[0].actor_name == "marketops"
        assert actions.newest(actor=market.staff, count=1)[0].proposed_by is None
        assert is_clean()

    def test_a_settlement_that_was_cut_short_goes_on_and_pays_nobody_twice(self, market, monkeypatch):
        symbol = listed(market)
        for number in range(4):
            actor, account = market.newcomer(f"nora-{number}")
            market.house_places("SELL", 100, "0.40", symbol=symbol)
            market.place_for(actor, account, "BUY", 100, "0.40", symbol=symbol)
            market.drain(symbol)
        market.trade(1, "11.00")
        with monkeypatch.context() as cut_short:
            cut_short.setattr(payouts, "go_on", lambda action: payouts._take_some(action, accounts_max=2))
            assert expire(market, symbol).status == "UNDERWAY"
        assert is_clean(), "half way the sums are whole too"
        assert payouts.go_on_with_all() == 1
        assert payouts.go_on_with_all() == 0
        assert PositionTransfer.objects.count() == 5
        assert is_clean()

    def test_a_settlement_that_dies_in_the_midst_of_any_of_its_transactions_leaves_nothing_half_done(
        self, market, monkeypatch
    ):
        symbol = listed(market)
        market.trade(100, "0.40", symbol=symbol)
        market.trade(1, "11.00")
        with monkeypatch.context() as held_up:
            held_up.setattr(payouts, "go_on", id)  # it does nothing with the action
            assert expire(market, symbol).status == "UNDERWAY"
        action, post = CorporateAction.objects.get(), transfers.post
        for survived in range(2):
            numbers = count()

            def dies(*what: Any, survived: int = survived, numbers: Any = numbers, **rest: Any) -> list[int]:
                ids = post(*what, **rest)
                if next(numbers) == survived:
                    raise RuntimeError("the process is no more")
                return ids

            with monkeypatch.context() as killed:
                killed.setattr(transfers, "post", dies)
                with pytest.raises(RuntimeError):
                    payouts.go_on(action, accounts_max=1)
            assert PositionTransfer.objects.count() == survived
            assert is_clean()
        assert payouts.go_on_with_all() == 1
        held = Position.objects.get(account__number=market.account, instrument__symbol=symbol)
        assert (held.quantity_lots, held.cash) == (0, 60)
        assert PositionTransfer.objects.count() == 2
        assert is_clean()

    def test_an_underlying_is_neither_split_nor_delisted_while_its_options_trade(self, market):
        symbol = listed(market)
        trading.halt("ACME", reason="split", actor=market.operator)
        rest = {"reference": "s-1", "actor": market.staff}
        with pytest.raises(InvalidRequest, match="let them expire first"):
            corporate_actions.split("ACME", new_units=2, old_units=1, **rest)
        with pytest.raises(InvalidRequest, match="let them expire first"):
            corporate_actions.delist("ACME", price=Decimal(1), **rest)
        expire(market, symbol)
        assert corporate_actions.split("ACME", new_units=2, old_units=1, **rest).status == "DONE"

    def test_options_expire_and_have_no_other_corporate_action_and_nothing_else_expires(self, market):
        symbol = listed(market)
        rest = {"reference": "r-1", "actor": market.staff}
        with pytest.raises(InvalidRequest, match="Options expire"):
            corporate_actions.pay_dividend(symbol, amount=Decimal(1), **rest)
        with pytest.raises(InvalidRequest, match="Options expire"):
            corporate_actions.expire("ACME", **rest)


def ledger_rows(symbol: str) -> list[tuple[str, str, Decimal, int]]:
    """All rows of the ledger about an instrument."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT l.cause, a.number, l.amount, l.quantity_lots FROM market_ledger l"
            " JOIN market_account a ON a.id = l.account_id JOIN market_instrument i ON i.id = l.instrument_id"
            " WHERE i.symbol = %s",
            [symbol],
        )
        return [tuple(row) for row in cursor.fetchall()]
