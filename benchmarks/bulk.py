"""Orders in bulk: placed in batches, matched, settled and durable, beside the bare writes of their rows.

Service and floor take turns batch by batch in one process on one connection, so that whatever else the machine does
meets both alike. A round is some batches; figures are medians over rounds. Batches larger than the exchange takes are
measured with its limits raised, one commit for a batch's intake and one for its settlement.
"""

import random
import statistics
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from unittest.mock import patch

from benchmarks import database
from benchmarks import exchange as exchanges
from benchmarks.bare_writes import BareWrites
from benchmarks.database import NOTHING, Amount
from benchmarks.exchange import Exchange, Listed
from market.matcher import settlement
from market.records import OrderTicket, Receipt
from market.selectors import books
from market.services import orders
from vocabulary import limits
from vocabulary.orders import Side

LOTS_EACH = 10**7
TICKS_AROUND = 5
LOTS_MAX = 100
SEED = 20_240_229
GOAL_OF_FLOOR = 0.60
GOAL_ORDERS_PER_S = 5_000
UNBOUNDED_MS = 60_000


@dataclass
class Round:
    """Seconds of a round, what it wrote, and its trades."""

    place_s: float = 0.0
    drain_s: float = 0.0
    floor_s: float = 0.0
    computed_s: float = 0.0
    floor_computed_s: float = 0.0
    own_cpu_s: float = 0.0
    settle_s: float = 0.0
    trades: int = 0
    written: Amount = NOTHING
    floor_written: Amount = NOTHING


@dataclass
class Stage:
    """Where the batches are handed in: the books, and how large a batch is, all books together."""

    exchange: Exchange
    instruments: list[Listed]
    batch_size: int
    floor: BareWrites
    chance: random.Random = field(default_factory=lambda: random.Random(SEED))


def measure(
    exchange: Exchange, *, name: str, instrument_count: int, batch_size: int, rounds: int, batches: int
) -> dict[str, object]:
    """Run the rounds and return their figures; an order that is not accepted fails the benchmark."""
    instruments = [exchanges.listed(exchange, f"{name}{number}") for number in range(instrument_count)]
    for instrument in instruments:
        exchanges.endow(exchange, instrument, lots_each=LOTS_EACH)
    floor = BareWrites([instrument.instrument_id for instrument in instruments])
    stage = Stage(exchange, instruments, batch_size, floor)
    with _batches_of(batch_size):
        _batch(stage, name=f"{name}-warm", of=Round())
        measured = [Round() for _ in range(rounds)]
        for number, of in enumerate(measured):
            for batch in range(batches):
                _batch(stage, name=f"{name}-{number}-{batch}", of=of)
    assert not any(state.inbox_depth for state in books.states()), "everything was matched"
    return _figures(measured, orders_per_round=batches * batch_size)


@contextmanager
def _batches_of(size: int) -> Iterator[None]:
    """Let the exchange take on and match so many orders at once, however long that takes."""
    raised: dict[str, Any] = {"PLACE_BATCH_MAX": size, "MATCH_BATCH_MAX": size, "MATCH_BATCH_FIRST": size}
    if size > limits.PLACE_BATCH_MAX:
        times = ("MATCH_BUDGET_MS", "DRAIN_STATEMENT_TIMEOUT_MS", "INTAKE_STATEMENT_TIMEOUT_MS")
        raised |= dict.fromkeys(times, UNBOUNDED_MS)
    with patch.multiple(limits, **raised):
        yield


def _batch(stage: Stage, *, name: str, of: Round) -> None:
    symbols = [instrument.symbol for instrument in stage.instruments]
    handed_in = tickets(stage.exchange.trader_accounts, symbols, count=stage.batch_size, name=name, chance=stage.chance)
    before = database.written_so_far()
    with _settlement_timed(of):
        computed, cpu_began, began = database.computed_s(), time.process_time(), time.perf_counter()
        answers = orders.place_many(handed_in, actor=stage.exchange.trader)
        placed = time.perf_counter()
        sequenced = sum(stage.exchange.matcher.drain(instrument.symbol) for instrument in stage.instruments)
        of.place_s, of.drain_s = of.place_s + placed - began, of.drain_s + time.perf_counter() - placed
        of.own_cpu_s += time.process_time() - cpu_began
        of.computed_s += database.computed_s() - computed
    assert all(isinstance(answer, Receipt) and answer.is_accepted for answer in answers), "every order is taken on"
    assert sequenced == len(handed_in), "every order is matched"
    of.written = of.written.plus(database.written_so_far().since(before))
    _floor(stage, of=of)


def _floor(stage: Stage, *, of: Round) -> None:
    written = stage.floor.read_back()
    before = database.written_so_far()
    computed, began = database.computed_s(), time.perf_counter()
    stage.floor.write(written)
    of.floor_s += time.perf_counter() - began
    of.floor_computed_s += database.computed_s() - computed
    of.floor_written = of.floor_written.plus(database.written_so_far().since(before))


@contextmanager
def _settlement_timed(of: Round) -> Iterator[None]:
    """Add up what settling takes: writing orders, trades and positions, after the journal."""
    settle = settlement.settle

    def timed(outcome: settlement.Outcome) -> settlement.Settled:
        began = time.perf_counter()
        settled = settle(outcome)
        of.settle_s += time.perf_counter() - began
        of.trades += settled.trade_count
        return settled

    with patch.object(settlement, "settle", timed):
        yield


def tickets(
    numbers: Sequence[str], symbols: Sequence[str], *, count: int, name: str, chance: random.Random
) -> list[OrderTicket]:
    """Limit orders of either side close around one price, from every account in turn: about half of them trade."""
    return [
        exchanges.limit_order(
            f"{name}-{place}",
            numbers[place % len(numbers)],
            symbols[place // len(numbers) % len(symbols)],
            chance.choice((Side.BUY, Side.SELL)),
            chance.randint(1, LOTS_MAX),
            exchanges.REFERENCE_PRICE + Decimal(chance.randint(-TICKS_AROUND, TICKS_AROUND)) / 100,
        )
        for place in range(count)
    ]


def _figures(measured: Sequence[Round], *, orders_per_round: int) -> dict[str, object]:
    service_s = [of.place_s + of.drain_s for of in measured]
    floor_s = [of.floor_s for of in measured]
    service, floor = (orders_per_round / statistics.median(seconds) for seconds in (service_s, floor_s))
    of_floor = statistics.median(bare / full for bare, full in zip(floor_s, service_s, strict=True))
    parts = {
        "place": "place_s",
        "drain": "drain_s",
        "floor": "floor_s",
        "own_cpu": "own_cpu_s",
        "computed": "computed_s",
        "floor_computed": "floor_computed_s",
    }
    return {
        "orders_per_round": orders_per_round,
        "rounds": len(measured),
        "service_orders_per_s": service,
        "floor_orders_per_s": floor,
        "of_floor": of_floor,
        "computed_of_floor": statistics.median(of.floor_computed_s / of.computed_s for of in measured),
        **{
            f"{name}_ms_per_1000": 1e6 * statistics.median(getattr(of, part) for of in measured) / orders_per_round
            for name, part in parts.items()
        },
        "settlement_us_per_trade": statistics.median(1e6 * of.settle_s / max(1, of.trades) for of in measured),
        "trades_per_order": statistics.median(of.trades / orders_per_round for of in measured),
        **_per_order("", [of.written for of in measured], orders_per_round=orders_per_round),
        **_per_order("floor_", [of.floor_written for of in measured], orders_per_round=orders_per_round),
        "goal_of_floor": GOAL_OF_FLOOR,
        "goal_orders_per_s": GOAL_ORDERS_PER_S,
        "goal_met": of_floor >= GOAL_OF_FLOOR and service >= GOAL_ORDERS_PER_S,
    }


def _per_order(prefix: str, amounts: Sequence[Amount], *, orders_per_round: int) -> dict[str, float]:
    return {
        f"{prefix}{name}_per_order": statistics.median(getattr(amount, name) for amount in amounts) / orders_per_round
        for name in Amount._fields
    }
