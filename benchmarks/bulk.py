"""Orders in bulk: placed in batches of a thousand, matched, settled and durable, beside the bare writes of their rows.

Service and floor take turns batch by batch in one process on one connection, so that whatever else the machine does
meets both alike. A round is some batches; figures are medians over rounds.
"""

import random
import statistics
import time
from dataclasses import dataclass, field
from decimal import Decimal

from benchmarks import exchange as exchanges
from benchmarks.bare_writes import BareWrites
from benchmarks.exchange import Exchange, Listed
from market.records import OrderTicket, Receipt
from market.selectors import books
from market.services import orders
from vocabulary import limits
from vocabulary.orders import Side

SYMBOL = "BULK"
LOTS_EACH = 10**7
TICKS_AROUND = 5
LOTS_MAX = 100
SEED = 20_240_229
GOAL_ORDERS_PER_S = 2_000
GOAL_OF_FLOOR = 0.35


@dataclass
class Timed:
    """Seconds of each round."""

    place_s: list[float] = field(default_factory=list)
    drain_s: list[float] = field(default_factory=list)
    floor_s: list[float] = field(default_factory=list)
    cpu_s: list[float] = field(default_factory=list)


def measure(exchange: Exchange, *, rounds: int, batches: int) -> dict[str, object]:
    """Run the rounds and return their figures; an order that is not accepted fails the benchmark."""
    instrument = exchanges.listed(exchange, SYMBOL)
    exchanges.endow(exchange, instrument, lots_each=LOTS_EACH)
    floor = BareWrites(instrument.instrument_id)
    chance = random.Random(SEED)
    timed = Timed()
    _round(exchange, instrument, floor=floor, chance=chance, name="warm", batches=1, timed=Timed())
    for number in range(rounds):
        _round(exchange, instrument, floor=floor, chance=chance, name=str(number), batches=batches, timed=timed)
    assert not any(state.inbox_depth for state in books.states()), "everything was matched"
    return _figures(timed, orders_per_round=batches * limits.PLACE_BATCH_MAX)


def _round(
    exchange: Exchange,
    instrument: Listed,
    *,
    floor: BareWrites,
    chance: random.Random,
    name: str,
    batches: int,
    timed: Timed,
) -> None:
    place_s = drain_s = floor_s = cpu_s = 0.0
    for batch in range(batches):
        handed_in = tickets(exchange, instrument, name=f"{name}-{batch}", chance=chance)
        began, cpu_began = time.perf_counter(), time.process_time()
        answers = orders.place_many(handed_in, actor=exchange.trader)
        placed = time.perf_counter()
        sequenced = exchange.matcher.drain(instrument.symbol)
        ended, cpu_ended = time.perf_counter(), time.process_time()
        assert all(isinstance(answer, Receipt) and answer.is_accepted for answer in answers), "every order is taken on"
        assert sequenced == len(handed_in), "every order is matched"
        written = floor.read_back()
        floor_began = time.perf_counter()
        floor.write(written)
        floor_s += time.perf_counter() - floor_began
        place_s, drain_s = place_s + placed - began, drain_s + ended - placed
        cpu_s += cpu_ended - cpu_began
    timed.place_s.append(place_s)
    timed.drain_s.append(drain_s)
    timed.floor_s.append(floor_s)
    timed.cpu_s.append(cpu_s)


def tickets(exchange: Exchange, instrument: Listed, *, name: str, chance: random.Random) -> list[OrderTicket]:
    """Limit orders of either side close around one price, from every account in turn: about half of them trade."""
    numbers = exchange.trader_accounts
    return [
        exchanges.limit_order(
            f"bulk-{name}-{place}",
            numbers[place % len(numbers)],
            instrument.symbol,
            chance.choice((Side.BUY, Side.SELL)),
            chance.randint(1, LOTS_MAX),
            exchanges.REFERENCE_PRICE + Decimal(chance.randint(-TICKS_AROUND, TICKS_AROUND)) / 100,
        )
        for place in range(limits.PLACE_BATCH_MAX)
    ]


def _figures(timed: Timed, *, orders_per_round: int) -> dict[str, object]:
    service_s = [place + drain for place, drain in zip(timed.place_s, timed.drain_s, strict=True)]
    ratios = [floor / service for floor, service in zip(timed.floor_s, service_s, strict=True)]
    service, floor = (orders_per_round / statistics.median(seconds) for seconds in (service_s, timed.floor_s))
    goal = max(GOAL_ORDERS_PER_S, GOAL_OF_FLOOR * floor)
    return {
        "orders_per_round": orders_per_round,
        "rounds": len(service_s),
        "service_orders_per_s": service,
        "floor_orders_per_s": floor,
        "of_floor": statistics.median(ratios),
        "place_ms_per_1000": 1e6 * statistics.median(timed.place_s) / orders_per_round,
        "drain_ms_per_1000": 1e6 * statistics.median(timed.drain_s) / orders_per_round,
        "floor_ms_per_1000": 1e6 * statistics.median(timed.floor_s) / orders_per_round,
        "process_cpu_ms_per_1000": 1e6 * statistics.median(timed.cpu_s) / orders_per_round,
        "goal_orders_per_s": goal,
        "goal_met": service >= goal,
    }
