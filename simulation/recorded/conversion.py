"""Turning a recording into a script: the core runs beside the recorded book and is held to it after every message.

Where the book shows quantity that no message brought, an order is seeded; where it no longer shows what nobody was
seen to take away, orders are trimmed. Which orders that concerns is decided in hindsight: an order that the record
speaks of later is never trimmed, and none that it does not speak of again is left standing in front of one that
trades.
"""

from collections import defaultdict
from collections.abc import Callable

import numpy as np

from matching import CommandKind
from simulation.errors import UnplayableRecording
from simulation.recorded import hindsight
from simulation.recorded.draft import Draft, Resting
from simulation.recorded.hindsight import ImpliedOrder
from simulation.recorded.recording import MessageKind, Recording
from simulation.recorded.script import EXECUTION, Outcome, Script, Seat, Tally
from vocabulary import limits
from vocabulary.orders import Side

ROWS_PER_REPORT = 500


def convert(recording: Recording, *, report: Callable[[int], None] | None = None) -> Script:
    """The script of a recording. ``report`` hears from time to time how many more rows are done.

    Raises UnplayableRecording when its prices do not fit into a book.
    """
    low, high = recording.price_range()
    if high - low >= limits.LADDER_LEVELS_MAX:
        raise UnplayableRecording(
            f"The recorded prices span {high - low + 1} ticks; a book has room for {limits.LADDER_LEVELS_MAX}."
        )
    conversion = _Conversion(recording, base_ticks=low, levels=high - low + 1)
    conversion.open()
    reported = -1
    for row in range(1, len(recording)):
        conversion.replay(row)
        if report is not None and (row % ROWS_PER_REPORT == 0 or row == len(recording) - 1):
            report(row - reported)
            reported = row
    return conversion.script()


class _Conversion:
    def __init__(self, recording: Recording, *, base_ticks: int, levels: int) -> None:
        self._recording = recording
        self._range = (base_ticks, levels)
        self._draft = Draft(base_ticks=base_ticks, levels=levels)
        self._tally = Tally()
        self._open_orders: dict[int, Resting] = {}
        self._arrived: set[int] = set()
        self._executions: list[tuple[int, ...]] = []
        self._held_back: list[int] = []
        self._to_come = hindsight.quantities_to_come(recording)
        self._implied: dict[int, list[ImpliedOrder]] = defaultdict(list)
        for implied in hindsight.implied_orders(recording):
            self._implied[implied.after_row].append(implied)
        self._replay_by_kind = {
            MessageKind.NEW: self._arrive,
            MessageKind.REDUCED: self._take_away,
            MessageKind.DELETED: self._take_away,
            MessageKind.EXECUTED: self._execute,
            MessageKind.HALTED: self._halt,
            MessageKind.TRADING_RESUMED: self._resume,
        }

    def open(self) -> None:
        """Seed the first book. An order that the first message brought is its own; what else that message did is in it.

        A halt or resume in the first message is carried out.
        """
        self._draft.time_ns = int(self._recording.messages["time_ns"][0])
        kind = MessageKind(int(self._recording.messages["kind"][0]))
        self._enter_implied(0)
        for side in Side:
            self._align(side, recorded=self._book_before_the_first_message(side))
        self._tally.levels_corrected.clear()
        if kind in (MessageKind.NEW, MessageKind.HALTED):
            self._replay_message(0)
        else:
            in_book = kind in (MessageKind.REDUCED, MessageKind.DELETED, MessageKind.EXECUTED)
            self._tally.outcomes[kind, Outcome.IN_FIRST_BOOK if in_book else Outcome.NOT_IN_BOOK] += 1
        self._settle(0)

    def replay(self, row: int) -> None:
        """Carry out the message of a row and make the book what the record shows after it."""
        self._draft.time_ns = int(self._recording.messages["time_ns"][row])
        self._replay_message(row)
        self._enter_implied(row)
        self._settle(row)

    def script(self) -> Script:
        """What has been written."""
        base_ticks, levels = self._range
        return Script(
            recording=self._recording,
            base_ticks=base_ticks,
            levels=levels,
            commands=self._draft.commands,
            events=self._draft.events,
            executions=np.array(self._executions, dtype=EXECUTION),
            tally=self._tally,
        )

    def _book_before_the_first_message(self, side: Side) -> list[tuple[int, int]]:
        _, kind, _, size, price, message_side = self._recording.messages[0].item()
        levels = dict(self._recording.levels(0, side=side))
        if kind == MessageKind.NEW and message_side == side and price in levels:
            levels[price] -= size
        return [(price, qty) for price, qty in levels.items() if qty > 0]

    def _replay_message(self, row: int) -> None:
        kind = MessageKind(int(self._recording.messages["kind"][row]))
        if self._draft.is_halted and kind < MessageKind.EXECUTED_HIDDEN:
            self._held_back.append(row)
            return
        replay = self._replay_by_kind.get(kind)
        outcome = replay(row) if replay is not None else Outcome.NOT_IN_BOOK
        self._tally.outcomes[kind, outcome] += 1

    def _arrive(self, row: int) -> Outcome:
        _, _, order_id, size, price, side = self._recording.messages[row].item()
        self._arrived.add(order_id)
        self._enter(Seat.RECORDED, Side(side), price, size, recorded_id=order_id)
        return Outcome.APPLIED

    def _take_away(self, row: int) -> Outcome:
        _, kind, order_id, size, _, _ = self._recording.messages[row].item()
        self._to_come[order_id] -= size
        resting = self._open(order_id)
        if resting is None:
            return Outcome.UNKNOWN_ORDER
        self._draft.reduce(resting, resting.leaves_qty if kind == MessageKind.DELETED else size)
        return Outcome.APPLIED

    def _execute(self, row: int) -> Outcome:
        _, _, order_id, size, price, side = self._recording.messages[row].item()
        if (target := self._open(order_id)) is not None:
            self._bring_to_the_front(target)
        self._to_come[order_id] -= size
        maker = self._open(order_id)
        taker_id = self._draft.take(Side(side).opposite, price, size)
        maker_id = 0 if maker is None else maker.order_id
        self._executions.append((row, taker_id, price, size, maker_id, order_id in self._arrived))
        return Outcome.APPLIED

    def _halt(self, row: int) -> Outcome:
        if not self._draft.is_halted:
            self._draft.change_phase(CommandKind.HALT)
        return Outcome.APPLIED

    def _resume(self, row: int) -> Outcome:
        if self._draft.is_halted:
            self._draft.change_phase(CommandKind.RESUME)
            held_back, self._held_back = self._held_back, []
            for held in held_back:
                self._replay_message(held)
        return Outcome.APPLIED

    def _enter_implied(self, row: int) -> None:
        """Seed the orders that came unseen after a message; during a halt they wait for its end with the others."""
        if self._draft.is_halted:
            self._implied[row + 1] = self._implied[row] + self._implied[row + 1]
            return
        for implied in self._implied.pop(row, []):
            self._tally.implied_orders += 1
            self._seed(implied.side, implied.price_ticks, implied.qty, recorded_id=implied.recorded_id)

    def _settle(self, row: int) -> None:
        if self._draft.is_halted:
            return
        shown = {}
        is_equal = True
        for side in Side:
            recorded = self._recording.levels(row, side=side)
            shown[side] = self._align(side, recorded=recorded)
            is_equal &= shown[side] == recorded
        self._tally.rows_compared += 1
        self._tally.rows_equal += is_equal
        bids, offers = shown[Side.BUY], shown[Side.SELL]
        self._tally.crossed_rows += bool(bids and offers and bids[0][0] >= offers[0][0])

    def _align(self, side: Side, *, recorded: list[tuple[int, int]]) -> list[tuple[int, int]]:
        """Seed and trim until a side shows what the record does; returns what it then shows."""
        if (shown_levels := self._shown(side)) == recorded:
            return shown_levels
        wanted = dict(recorded)
        is_whole_side = len(recorded) < self._recording.depth
        while stale := [
            (rank, price, qty)
            for rank, (price, qty) in enumerate(self._shown(side))
            if price not in wanted and (is_whole_side or not _is_worse(side, price, than=recorded[-1][0]))
        ]:
            for rank, price, qty in stale:
                self._tally.levels_corrected[rank + 1] += 1
                self._trim(side, price, qty)
        shown = dict(self._shown(side))
        for rank, (price, qty) in enumerate(recorded):
            lacking = qty - shown.get(price, 0)
            if lacking:
                self._tally.levels_corrected[rank + 1] += 1
            if lacking > 0:
                self._seed(side, price, lacking)
            elif lacking < 0:
                self._trim(side, price, -lacking)
        return self._shown(side)

    def _shown(self, side: Side) -> list[tuple[int, int]]:
        depth = self._draft.book.depth(side, levels=self._recording.depth)
        return [(level.price_ticks, level.qty_lots) for level in depth]

    def _trim(self, side: Side, price: int, qty: int) -> None:
        """Take quantity away, from the front: what is never heard of again. Only a contradiction takes more."""
        queue = self._draft.queue(side, price)
        surplus = [(resting, resting.leaves_qty - self._promised(resting)) for resting in queue]
        for resting, spare in sorted(surplus, key=lambda pair: self._promised(pair[0]) > 0):
            if cut := min(qty, spare):
                self._cut(resting, cut)
                qty -= cut
        for resting in reversed(self._draft.queue(side, price)):
            if cut := min(qty, resting.leaves_qty):
                self._tally.contradictions += 1
                self._cut(resting, cut)
                qty -= cut

    def _promised(self, resting: Resting) -> int:
        """How much of an order the record speaks of later."""
        return min(resting.leaves_qty, self._to_come.get(resting.recorded_id, 0))

    def _bring_to_the_front(self, target: Resting) -> None:
        """Put seeded and forgotten quantity that stands before an order behind it, unless others stand there too.

        The record trades with this order, so whatever the book holds in front of it was put there by a wrong guess.
        """
        queue = self._draft.queue(target.side, target.price_ticks)
        before = queue[: queue.index(target)]
        if any(resting.seat is not Seat.SEED and self._promised(resting) for resting in before):
            self._tally.out_of_turn += 1
            return
        for resting in before:
            self._tally.requeued_orders += 1
            qty = resting.leaves_qty
            recorded_id = resting.recorded_id if self._promised(resting) else 0
            self._cut(resting, qty)
            self._seed(resting.side, resting.price_ticks, qty, recorded_id=recorded_id)

    def _seed(self, side: Side, price: int, qty: int, *, recorded_id: int = 0) -> None:
        self._tally.seeded_orders += 1
        self._tally.seeded_qty += qty
        self._enter(Seat.SEED, side, price, qty, recorded_id=recorded_id)

    def _cut(self, resting: Resting, qty: int) -> None:
        self._tally.trimmed_orders += 1
        self._tally.trimmed_qty += qty
        self._draft.reduce(resting, qty)

    def _enter(self, seat: Seat, side: Side, price: int, qty: int, *, recorded_id: int) -> None:
        resting = self._draft.enter(seat, side, price, qty, recorded_id=recorded_id)
        if recorded_id:
            self._open_orders[recorded_id] = resting

    def _open(self, recorded_id: int) -> Resting | None:
        resting = self._open_orders.get(recorded_id)
        return resting if resting is not None and self._draft.is_open(resting) else None


def _is_worse(side: Side, price: int, *, than: int) -> bool:
    return price < than if side is Side.BUY else price > than
