"""A desk stands between agents, who count ticks and lots, and the market, which speaks of prices and quantities."""

from decimal import Decimal

from market.records import InstrumentRecord, TopRecord
from simulation.agents.view import Place
from simulation.desk import Desk
from vocabulary.orders import OrdType, Side, TimeInForce
from vocabulary.phases import TradingPhase

PAIR = InstrumentRecord(
    instrument_id=7,
    symbol="EUR-USD",
    name="Euro",
    kind="CURRENCY_PAIR",
    currency="USD",
    tick_size=Decimal("0.0001"),
    lot_size=Decimal(1_000),
    reference_price=Decimal("1.0850"),
    low_limit_price=Decimal("0.5425"),
    high_limit_price=Decimal("1.6275"),
    order_qty_max=Decimal(1_000_000),
    phase=TradingPhase.CONTINUOUS,
    phase_reason="",
)


def draw_top(*, last_px=None, phase=TradingPhase.CONTINUOUS):
    return TopRecord("EUR-USD", phase, None, None, last_px)


def open_desk(top, *, seed=1):
    return Desk(PAIR, top=top, seed=seed, noise_rate_per_s=0.0)


def quoted_prices(desk, top):
    return [desk.ticket(seat, place, cl_ord_id="1").price for seat, place in desk.intentions(top, elapsed_s=0.0)]


def test_a_fresh_market_is_quoted_around_the_reference_price():
    prices = quoted_prices(open_desk(draw_top()), draw_top())

    assert Decimal("1.0845") < sum(prices) / len(prices) < Decimal("1.0855")


def test_a_market_that_has_traded_is_quoted_around_its_last_price():
    top = draw_top(last_px=Decimal("1.1200"))
    prices = quoted_prices(open_desk(top), top)

    assert Decimal("1.1195") < sum(prices) / len(prices) < Decimal("1.1205")


def test_tickets_speak_of_prices_and_quantities():
    desk = open_desk(draw_top())
    seat = desk.seats[0]

    limit = desk.ticket(seat, Place(Side.BUY, OrdType.LIMIT, 10_849, 20, TimeInForce.DAY), cl_ord_id="a-1")
    market = desk.ticket(seat, Place(Side.SELL, OrdType.MARKET, None, 3, TimeInForce.IOC), cl_ord_id="a-2")

    assert (limit.account, limit.symbol, limit.cl_ord_id) == ("MM-EUR-USD", "EUR-USD", "a-1")
    assert (limit.price, limit.order_qty) == (Decimal("1.0849"), Decimal(20_000))
    assert (market.price, market.order_qty) == (None, Decimal(3_000))


def test_a_position_is_told_in_lots_with_its_sign():
    desk = open_desk(draw_top())

    desk.hold("MM-EUR-USD", quantity=Decimal(-12_000))
    assert [seat.position_lots for seat in desk.seats] == [-12, 0, 0, 0]
    desk.hold("MM-EUR-USD", quantity=Decimal(0))
    assert desk.seats[0].position_lots == 0


def test_the_same_seed_opens_the_same_desk():
    first, again, other = (quoted_sizes(open_desk(draw_top(), seed=seed)) for seed in (5, 5, 6))

    assert first == again
    assert first != other


def quoted_sizes(desk):
    return [place.order_qty_lots for _, place in desk.intentions(draw_top(), elapsed_s=0.25)]
