"""Through the whole order path a recorded market comes out as it does headless, event for event."""

import pytest

from market.selectors import accounts, depth, instruments, trades
from market.services import orders
from simulation.errors import UnplayableRecording
from simulation.house import House
from simulation.recorded import conversion, exchange, happenings, headless, pace
from simulation.services import population
from simulation.services.recorded_markets import RecordedMarket
from tests.simulation.recorded.records import HALTED, STORY, recorded
from vocabulary.orders import Side
from vocabulary.phases import TradingPhase
from vocabulary.roles import AccountKind


def silent(count):
    """Nobody listens to the progress."""


def played_headless(script):
    return headless.play(script, batches=pace.slices(script.commands["transact_time_ns"], speed=None), report=silent)


def played_through(market, script, *, symbol="REC"):
    place = exchange.open_market(script, symbol=symbol)
    return exchange.play(
        script,
        place,
        batches=pace.slices(script.commands["transact_time_ns"], speed=None),
        report=silent,
        wait_until_sequenced=lambda: market.drain(symbol),
    )


@pytest.mark.parametrize("record", [STORY, HALTED])
def test_the_same_happens_through_the_order_path_as_headless(market, tmp_path, record):
    script = conversion.convert(recorded(tmp_path, record))

    through = played_through(market, script)

    assert through.tolist() == played_headless(script).tolist()
    assert happenings.digest(through) == happenings.digest(happenings.of_events(script.events))


def test_the_exchange_shows_the_recorded_book_and_trades(market, tmp_path):
    played_through(market, conversion.convert(recorded(tmp_path, STORY)))

    book = depth.of("REC", levels=5)
    assert [(str(level.price), level.quantity) for level in book.bids] == [("10.00", 2)]
    assert [(str(level.price), level.quantity) for level in book.offers] == [("10.05", 20)]
    printed = trades.after("REC", trade_id=0, count=10)
    assert [(str(trade.price), trade.quantity, trade.aggressor_side) for trade in printed] == [
        ("10.01", 5, Side.SELL),
        ("10.00", 10, Side.SELL),
        ("10.00", 3, Side.SELL),
        ("10.00", 5, Side.SELL),
    ]


def test_a_recorded_halt_halts_the_instrument_and_its_end_resumes_it(market, tmp_path):
    until_the_halt = "\n".join(HALTED.splitlines()[:3])

    played_through(market, conversion.convert(recorded(tmp_path, until_the_halt)), symbol="STILL")
    played_through(market, conversion.convert(recorded(tmp_path, HALTED)), symbol="AGAIN")

    assert instruments.by_symbol("STILL").phase is TradingPhase.HALTED
    assert instruments.by_symbol("STILL").phase_reason == "Halted in the recorded market"
    assert instruments.by_symbol("AGAIN").phase is TradingPhase.CONTINUOUS


def test_a_recorded_market_has_house_accounts_of_its_own_and_a_band_that_covers_it(market, tmp_path):
    script = conversion.convert(recorded(tmp_path, STORY))
    place = exchange.open_market(script, symbol="REC")

    opened = {account.number: account.kind for account in accounts.of_actor(place.actor)}
    assert opened == dict.fromkeys(("RM-REC", "RT-REC", "RS-REC"), AccountKind.HOUSE)
    instrument = instruments.by_symbol("REC")
    assert instrument.low_limit_price <= place.units.to_price(script.base_ticks)
    assert instrument.high_limit_price >= place.units.to_price(script.base_ticks + script.levels - 1)


@pytest.mark.parametrize("symbol", ["ACME", "rec", "ABCDEFGHIJKLMN"])
def test_a_symbol_that_is_listed_or_does_not_fit_is_refused(market, tmp_path, symbol):
    script = conversion.convert(recorded(tmp_path, STORY))
    before = instruments.every()

    with pytest.raises(UnplayableRecording):
        exchange.open_market(script, symbol=symbol)

    assert instruments.every() == before


def test_the_live_traders_leave_a_recorded_market_alone(market, tmp_path):
    exchange.open_market(conversion.convert(recorded(tmp_path, STORY)), symbol="REC")
    house = House(actor=population.ensure_house_traders(), seed=1, noise_rate_per_s=8.0)

    for _ in range(4):
        house.tick(elapsed_s=0.25)
        market.drain("ACME")
        market.drain("REC")

    assert depth.of("ACME", levels=1).bids
    assert not depth.of("REC", levels=1).bids


def test_a_replay_does_not_wait_for_ever_for_a_matcher_that_is_not_there(market, monkeypatch):
    monkeypatch.setattr(exchange, "SILENCE_S_MAX", 0.0)
    orders.place(market.ticket("BUY", 1, "10.00"), actor=market.trader)

    with pytest.raises(UnplayableRecording, match="1 commands for ACME wait"):
        exchange.wait_for_matcher("ACME")
    market.drain()
    exchange.wait_for_matcher("ACME")


def test_a_refused_command_ends_the_replay_and_says_why(market, tmp_path):
    script = conversion.convert(recorded(tmp_path, STORY))
    opened = exchange.open_market(script, symbol="REC")
    elsewhere = RecordedMarket(symbol="ACME", units=opened.units, actor=market.trader)

    with pytest.raises(Exception, match="There is no such account"):
        exchange.play(script, elsewhere, batches=[slice(0, 1)], report=silent, wait_until_sequenced=market.drain)
