"""Reading candles: the newest ones, oldest first, in prices and quantities."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from analytics.records import CandleRecord
from analytics.selectors import candles
from analytics.services import candles as building
from market.errors import InvalidRequest, NotFound
from tests.analytics.printing import START, Print, list_instrument, print_trades

pytestmark = pytest.mark.django_db


@pytest.fixture
def instrument():
    """Trades at 9:29:58, 9:30:00, 9:31:30, 9:36:00 and on the next day at 9:29:58."""
    instrument = list_instrument()
    prints = [Print(0, 1_000, 1), Print(2, 1_020, 2), Print(92, 980, 3), Print(362, 1_010, 4), Print(86_400, 1_100, 5)]
    print_trades(instrument, prints)
    building.build(instrument.symbol)
    return instrument


def at(hour, minute, second=0, *, day=2):
    return datetime(2026, 3, day, hour, minute, second, tzinfo=UTC)


def single_trade(open_time, price, *, volume):
    px = Decimal(price)
    return CandleRecord(open_time, px, px, px, px, Decimal(volume), 1, px * volume)


def starts(found):
    return [candle.open_time for candle in found]


def test_candles_come_oldest_first_in_prices_and_quantities(instrument):
    assert candles.newest(instrument.symbol, interval_s=60, count=10, before=at(9, 31)) == [
        single_trade(at(9, 29), "50.00", volume=10),
        single_trade(at(9, 30), "51.00", volume=20),
    ]


def test_count_takes_the_newest(instrument):
    found = candles.newest(instrument.symbol, interval_s=1, count=2)

    assert starts(found) == [START + timedelta(seconds=362), START + timedelta(seconds=86_400)]


def test_before_goes_back_in_time(instrument):
    newest = candles.newest(instrument.symbol, interval_s=60, count=2)
    older = candles.newest(instrument.symbol, interval_s=60, count=2, before=newest[0].open_time)

    assert starts(newest) == [at(9, 36), at(9, 29, day=3)]
    assert starts(older) == [at(9, 30), at(9, 31)]


def test_five_minutes_are_summed_up_from_minutes(instrument):
    found = candles.newest(instrument.symbol, interval_s=300, count=2, before=at(9, 40))

    assert found == [
        CandleRecord(
            at(9, 30),
            Decimal("51.00"),
            Decimal("51.00"),
            Decimal("49.00"),
            Decimal("49.00"),
            Decimal(50),
            2,
            Decimal(2490),
        ),
        single_trade(at(9, 35), "50.50", volume=40),
    ]


def test_before_within_an_interval_keeps_that_interval_whole(instrument):
    [day] = candles.newest(instrument.symbol, interval_s=86_400, count=5, before=at(9, 30))

    assert day == CandleRecord(
        at(0, 0), Decimal("50.00"), Decimal("51.00"), Decimal("49.00"), Decimal("50.50"), Decimal(100), 4, Decimal(5010)
    )


@pytest.mark.parametrize("interval_s", candles.INTERVALS_S)
def test_every_interval_accounts_for_every_trade(instrument, interval_s):
    found = candles.newest(instrument.symbol, interval_s=interval_s, count=100)

    assert sum(candle.trade_count for candle in found) == 5
    assert sum(candle.volume for candle in found) == Decimal(150)


def test_an_instrument_without_trades_has_no_candles():
    assert candles.newest(list_instrument().symbol, interval_s=60, count=10) == []


def test_an_interval_that_is_not_on_offer_is_refused(instrument):
    with pytest.raises(InvalidRequest) as refusal:
        candles.newest(instrument.symbol, interval_s=7, count=10)

    assert refusal.value.field == "interval_s"


def test_an_unknown_symbol_is_not_found():
    with pytest.raises(NotFound):
        candles.newest("NOBODY", interval_s=60, count=10)
