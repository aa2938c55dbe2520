"""An exchange under more orders than it can match: halts are instant, cancels get through, and it recovers.

Two processes place orders as fast as they can. On a machine of a few cores that is what one matching worker matches
beside them, since placing costs as much as matching; so for the overload the worker is let run for a small part of the
time only, as on a machine that is so much slower. The inbox is full then, and what it has no room for is refused with
nothing recorded.
"""

import time
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

import httpx
from django.db import connection

from benchmarks import exchange as exchanges
from benchmarks import processes
from benchmarks.exchange import Exchange
from benchmarks.flood import Flood, flooded
from benchmarks.histogram import Latencies
from market.records import Receipt
from market.selectors import books
from market.services import orders, trading
from vocabulary.commands import CommandKind, EventKind
from vocabulary.orders import Side

SYMBOL = "FLOOD"
LOTS_EACH = 10**7
FLOODS = 2
HALT_ACK_MS_MAX = 500.0
CANCEL_P99_MS_MAX = 1_000.0
RECOVERY_S_MAX = 30.0
HALTED_S = 0.1
CANCELS_PER_S = 10
OVERLOAD_TIMES = 10
WORKER_PART = 1 / 10
"""How much of the time the worker runs in the overload."""
WORKER = "matching"
FAR_BELOW = exchanges.REFERENCE_PRICE * 6 / 10

MATCHED = "SELECT coalesce(max(command_seq), 0) FROM market_journalcommand WHERE instrument_id = %s"
LAST_HALT = "SELECT max(command_seq) FROM market_journalcommand WHERE instrument_id = %s AND kind = %s"
TRADES_AFTER = "SELECT count(*) FROM market_journalevent WHERE instrument_id = %s AND command_seq > %s AND kind = %s"


def open_market(exchange: Exchange) -> exchanges.Listed:
    """List the instrument. Call it before a matching worker is started."""
    instrument = exchanges.listed(exchange, SYMBOL)
    exchanges.endow(exchange, instrument, lots_each=LOTS_EACH)
    return instrument


def measure_halts(exchange: Exchange, instrument: exchanges.Listed, *, halts: int) -> dict[str, object]:
    """Halt and resume under the flood: how long each halt takes to answer, and the trades found after any of them."""
    answered, later_trades = Latencies(), 0
    with ExitStack() as stack:
        floods = _flood(stack, exchange)
        for number in range(halts):
            began = time.perf_counter()
            trading.halt(SYMBOL, reason=f"benchmark, halt {number}", actor=exchange.operator)
            answered.note(time.perf_counter() - began)
            halt_seq = _one(LAST_HALT, [instrument.instrument_id, CommandKind.HALT])
            time.sleep(HALTED_S)
            later_trades += _one(TRADES_AFTER, [instrument.instrument_id, halt_seq, EventKind.TRADE])
            trading.resume(SYMBOL, actor=exchange.operator)
            time.sleep(HALTED_S)
    answered_ms = answered.milliseconds()
    return {
        "halts": halts,
        "milliseconds": answered_ms,
        "trades_after_a_halt": later_trades,
        "flood": _answers(floods),
        "goal_ms": HALT_ACK_MS_MAX,
        "goal_met": later_trades == 0 and answered_ms["max"] <= HALT_ACK_MS_MAX,
    }


def measure_overload(
    exchange: Exchange, instrument: exchanges.Listed, *, address: str, var: Path, seconds: int
) -> dict[str, object]:
    """Cancel at a pace under the flood, ask over HTTP what an order is answered, and see how long recovery takes.

    The worker stays slow until the inbox is empty again.
    """
    resting = _rest(exchange, count=seconds * CANCELS_PER_S)
    workers = [process_id for process_id, name in processes.of_exchange(var).items() if name == WORKER]
    with processes.slowed(workers, to=WORKER_PART):
        return _overloaded(exchange, instrument, resting, address=address)


def _overloaded(
    exchange: Exchange, instrument: exchanges.Listed, resting: Sequence[int], *, address: str
) -> dict[str, object]:
    cancels, answers_by_rest = Latencies(), {"refused": 0, "with_retry_after": 0}
    with ExitStack() as stack:
        floods = _flood(stack, exchange)
        began_s = due_s = time.monotonic()
        matched = -_one(MATCHED, [instrument.instrument_id])
        for number, order_id in enumerate(resting):
            due_s += 1 / CANCELS_PER_S
            time.sleep(max(0.0, due_s - time.monotonic()))
            orders.cancel(order_id, actor=exchange.trader)
            cancels.note(time.monotonic() - due_s)
            if number % CANCELS_PER_S == 0:
                _ask_by_rest(exchange, address=address, number=number, answers=answers_by_rest)
        matched += _one(MATCHED, [instrument.instrument_id])
        seconds = time.monotonic() - began_s
    ended_s = time.monotonic()
    while any(state.inbox_depth for state in books.states()):
        time.sleep(HALTED_S)
    recovery_s = time.monotonic() - ended_s
    cancel_ms, answers = cancels.milliseconds(), _answers(floods)
    offered = sum(answers.values())
    is_told = 0 < answers_by_rest["refused"] == answers_by_rest["with_retry_after"]
    return {
        "seconds": seconds,
        "offered_per_s": offered / seconds,
        "matched_per_s": matched / seconds,
        "times": offered / matched,
        "flood": answers,
        "cancel_milliseconds": cancel_ms,
        "refused_by_rest": answers_by_rest,
        "recovery_s": recovery_s,
        "goal_times": OVERLOAD_TIMES,
        "goal_cancel_p99_ms": CANCEL_P99_MS_MAX,
        "goal_recovery_s": RECOVERY_S_MAX,
        "goal_met": offered >= OVERLOAD_TIMES * matched
        and cancel_ms["p99"] <= CANCEL_P99_MS_MAX
        and recovery_s <= RECOVERY_S_MAX
        and is_told,
    }


def _flood(stack: ExitStack, exchange: Exchange) -> list[Flood]:
    """Floods from accounts of their own, so that they do not wait for each other; the first account stays free."""
    free = exchange.trader_accounts[1:]
    shares = [free[number::FLOODS] for number in range(FLOODS)]
    return [stack.enter_context(flooded(SYMBOL, orders_per_s=0, accounts=share)) for share in shares]


def _answers(floods: list[Flood]) -> dict[str, int]:
    codes = {code for flood in floods for code in flood.answers}
    return {code: sum(flood.answers.get(code, 0) for flood in floods) for code in sorted(codes)}


def _rest(exchange: Exchange, *, count: int) -> list[int]:
    """Orders far from the market, to be canceled one by one."""
    number = exchange.trader_accounts[0]
    tickets = [exchanges.limit_order(f"rest-{place}", number, SYMBOL, Side.BUY, 1, FAR_BELOW) for place in range(count)]
    receipts = orders.place_many(tickets, actor=exchange.trader)
    while any(state.inbox_depth for state in books.states()):
        time.sleep(HALTED_S)
    taken_on = [receipt.order for receipt in receipts if isinstance(receipt, Receipt)]
    return [order.order_id for order in taken_on if order is not None]


def _ask_by_rest(exchange: Exchange, *, address: str, number: int, answers: dict[str, int]) -> None:
    ticket = {
        "cl_ord_id": f"asked-{number}",
        "account": exchange.trader_accounts[0],
        "symbol": SYMBOL,
        "side": "BUY",
        "ord_type": "LIMIT",
        "order_qty": "1",
        "price": f"{FAR_BELOW:.2f}",
        "time_in_force": "IOC",
    }
    headers = {"Authorization": f"Bearer {exchange.api_key}"}
    answer = httpx.post(f"{address}/api/v1/orders/", json=ticket, headers=headers, trust_env=False, timeout=30)
    if answer.status_code == httpx.codes.TOO_MANY_REQUESTS:
        answers["refused"] += 1
        answers["with_retry_after"] += "Retry-After" in answer.headers
    else:
        assert answer.status_code == httpx.codes.CREATED, answer.text


def _one(query: str, parameters: list[int]) -> int:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return int(cursor.fetchone()[0])
