"""Building candles: every trade counts once, whatever the pieces that the building is done in."""

import itertools
from collections import defaultdict
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics.intervals import start_of
from analytics.models import Candle, CandleCursor
from analytics.services import candles
from market.errors import NotFound
from tests.analytics.printing import START, Print, list_instrument, print_trades

pytestmark = pytest.mark.django_db

FIGURES = (
    "interval_s",
    "open_time",
    "open_ticks",
    "high_ticks",
    "low_ticks",
    "close_ticks",
    "volume_lots",
    "tick_lots",
    "tick_sum",
    "trade_count",
)


def built(instrument):
    return sorted(Candle.objects.filter(instrument_id=instrument.instrument_id).values_list(*FIGURES))


def naive(prints):
    """The same candles, figure by figure, from all the trades at once."""
    trades_of = defaultdict(list)
    for after_s, price_ticks, lots in prints:
        for interval_s in (1, 60):
            start = start_of(START + timedelta(seconds=after_s), interval_s=interval_s)
            trades_of[interval_s, start].append((price_ticks, lots))
    return sorted(
        (
            interval_s,
            start,
            trades[0][0],
            max(price for price, _ in trades),
            min(price for price, _ in trades),
            trades[-1][0],
            sum(lots for _, lots in trades),
            Decimal(sum(price * lots for price, lots in trades)),
            Decimal(sum(price for price, _ in trades)),
            len(trades),
        )
        for (interval_s, start), trades in trades_of.items()
    )


def cut(sequence, places):
    edges = [0, *sorted(min(place, len(sequence)) for place in places), len(sequence)]
    return [sequence[start:end] for start, end in itertools.pairwise(edges)]


prints = st.lists(
    st.tuples(st.integers(0, 40_000_000), st.integers(600, 1_400), st.integers(1, 2**31 - 1)), min_size=1, max_size=30
).map(lambda drawn: [Print(after_us / 1_000_000, ticks, lots) for after_us, ticks, lots in sorted(drawn)])


@given(prints=prints, places=st.lists(st.integers(0, 30), max_size=4))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_candles_do_not_depend_on_the_pieces_they_are_built_in(prints, places):
    instrument = list_instrument()
    printed = 0
    for piece in cut(prints, places):
        print_trades(instrument, piece, first_trade_id=printed + 1)
        printed += len(piece)
        assert candles.build(instrument.symbol) == len(piece)

    assert built(instrument) == naive(prints)


def test_building_twice_is_building_once():
    instrument = list_instrument()
    prints = [Print(0.0, 1_000, 5), Print(0.5, 1_010, 1), Print(2.0, 990, 7)]
    print_trades(instrument, prints)

    assert candles.build(instrument.symbol) == 3
    once = built(instrument)
    assert candles.build(instrument.symbol) == 0

    assert built(instrument) == once == naive(prints)
    assert CandleCursor.objects.get(pk=instrument.instrument_id).trade_id == 3


def test_a_minute_without_a_trade_has_no_candle():
    instrument = list_instrument()
    print_trades(instrument, [Print(0.0, 1_000, 5), Print(600.0, 1_010, 1)])
    candles.build(instrument.symbol)

    minutes = [figures[1] for figures in built(instrument) if figures[0] == 60]
    assert minutes == [start_of(START, interval_s=60), start_of(START + timedelta(seconds=600), interval_s=60)]


def test_a_build_that_fails_moves_nothing():
    instrument = list_instrument()
    print_trades(instrument, [Print(0.0, 1_000, 5)])
    candles.build(instrument.symbol)
    Candle.objects.filter(instrument_id=instrument.instrument_id).update(volume_lots=2**63 - 1)
    before = built(instrument)
    print_trades(instrument, [Print(0.1, 1_500, 5), Print(9.0, 1_000, 5)], first_trade_id=2)

    with pytest.raises(DatabaseError):
        candles.build(instrument.symbol)

    assert built(instrument) == before
    assert CandleCursor.objects.get(pk=instrument.instrument_id).trade_id == 1


def test_all_instruments_are_built_and_one_call_catches_up(monkeypatch):
    monkeypatch.setattr(candles, "FOLD_TRADES_MAX", 4)
    first, second = list_instrument(), list_instrument()
    prints = [Print(number * 0.3, 1_000 + number, 1) for number in range(10)]
    print_trades(first, prints)
    print_trades(second, prints[:3])

    assert candles.build_all(budget_s=60.0) == 13

    assert built(first) == naive(prints)
    assert built(second) == naive(prints[:3])


def test_a_look_that_finds_nothing_costs_the_same_however_many_instruments_there_are(django_assert_num_queries):
    for _ in range(5):
        instrument = list_instrument()
        print_trades(instrument, [Print(0.0, 1_000, 1)])
    candles.build_all()
    with django_assert_num_queries(2):
        assert candles.build_all() == 0


def test_a_spent_budget_still_gives_every_instrument_its_turn(monkeypatch):
    monkeypatch.setattr(candles, "FOLD_TRADES_MAX", 2)
    instruments = [list_instrument(), list_instrument()]
    for instrument in instruments:
        print_trades(instrument, [Print(0.0, 1_000, 1)] * 5)

    assert candles.build_all(budget_s=0.0) == 4


def test_an_unknown_symbol_is_not_found():
    with pytest.raises(NotFound):
        candles.build("NOBODY")


def test_old_candles_of_a_second_go_and_those_of_a_minute_stay(monkeypatch):
    monkeypatch.setattr(candles, "EXPIRE_ROWS_MAX", 2)
    instrument, other = list_instrument(), list_instrument()
    day_s = 86_400
    for listed in (instrument, other):
        print_trades(listed, [Print(second + 2, 1000, 1) for second in (0, 1, 2, 3, 4, day_s, 2 * day_s)])
    while candles.build_all():
        pass
    now = START + timedelta(seconds=2, days=2)
    assert candles.expire_seconds(keep_days=0, now=now) == 0
    assert candles.expire_seconds(keep_days=1, now=now) == 2 * 5
    for listed in (instrument, other):
        kept = [(interval_s, trade_count) for interval_s, *_, trade_count in built(listed)]
        assert kept == [(1, 1), (1, 1), (60, 5), (60, 1), (60, 1)]
    assert candles.expire_seconds(keep_days=1, now=now) == 0
