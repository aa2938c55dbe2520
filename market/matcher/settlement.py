"""Writing a batch's outcome: orders, trades and positions, each as one set.

The arithmetic on sets is NumPy's, on whole ticks and lots; money appears only where it is written. It is worked out
while the database takes in the batch's journal.
"""

from typing import NamedTuple

import matching
from market import binary_copy
from market.failpoints import failpoint
from market.matcher import position_moves, traded
from market.matcher.order_updates import OrdersUpdate, TermsUpdate
from market.matcher.position_moves import PositionMoves
from market.matcher.traded import Integers
from market.models import Instrument
from market.pipelining import pipelined
from vocabulary.commands import EventKind
from vocabulary.fees import FeeRates


class Outcome(NamedTuple):
    """What a batch comes to, worked out and not yet written; ``is_small`` says that its rows go in as statements."""

    instrument: Instrument
    terms: TermsUpdate | None
    orders: OrdersUpdate | None
    fills: matching.Records
    fee_micros: Integers
    trades: binary_copy.Columns
    is_small: bool


class Settled(NamedTuple):
    """What a batch's settlement did, for the book's row and the counters."""

    trade_count: int
    last_px_ticks: int | None


def work_out(
    instrument: Instrument,
    *,
    commands: matching.Records,
    events: matching.Records,
    fees: FeeRates,
    high_limit_ticks: int,
) -> Outcome:
    """What the events of these commands come to, by the fees and the limit in force. Asks the database nothing."""
    units = instrument.units
    times_us = commands["transact_time_ns"][events["command_seq"] - events["command_seq"][0]] // 1000
    are_fills = events["kind"] == EventKind.TRADE
    fills = events[are_fills]
    fee_micros = traded.fee_micros_of(fills, fees=fees, units=units)
    trades = traded.trade_rows(fills, times_us=times_us[are_fills], instrument_id=instrument.pk)
    return Outcome(
        instrument=instrument,
        terms=TermsUpdate.of(commands, events=events),
        # An order at no price may come to cost the band's upper edge at most.
        orders=OrdersUpdate.of(
            events,
            instrument_id=instrument.pk,
            times_us=times_us,
            units=units,
            high_limit_ticks=high_limit_ticks,
            fees=fees,
        ),
        fills=fills,
        fee_micros=fee_micros,
        trades=trades | traded.fee_rows(fills, fee_micros=fee_micros),
        is_small=binary_copy.are_few(len(events)),
    )


def settle(outcome: Outcome) -> Settled:
    """Write trades, orders and positions of a batch. Call it inside the transaction that moves the book."""
    fills, moves, updated, trades = outcome.fills, None, None, None
    held = position_moves.held_before(fills, instrument_id=outcome.instrument.pk) if len(fills) else {}
    with pipelined():
        if outcome.terms is not None:
            outcome.terms.send()
        if outcome.orders is not None:
            updated = outcome.orders.send()
        failpoint("settlement.after_orders")
        if len(fills):
            moves = _moves(outcome, held=held)
            if outcome.is_small:
                _write_trades(outcome.trades, moves=moves)
            else:
                trades = binary_copy.encoded(outcome.trades)
    if outcome.orders is not None and updated is not None:
        assert updated.rows() == [(outcome.orders.order_count,)], "every order that the book knows has its row"
    if moves is None:
        return Settled(0, None)
    if trades is not None:
        _write_trades(trades, moves=moves)
    return Settled(len(fills) // 2, int(fills["last_px_ticks"][-1]))


def _moves(outcome: Outcome, *, held: position_moves.Holdings) -> PositionMoves:
    return PositionMoves(
        outcome.fills,
        instrument_id=outcome.instrument.pk,
        units=outcome.instrument.units,
        fee_micros=outcome.fee_micros,
        held=held,
    )


def _write_trades(trades: binary_copy.Columns | binary_copy.Encoded, *, moves: PositionMoves) -> None:
    """Write trades, then positions: as two statements of a pipeline that is open, else the trades by COPY."""
    binary_copy.write("market_trade", trades, times=traded.TIME_COLUMNS)
    failpoint("settlement.after_trades")
    moves.send()
