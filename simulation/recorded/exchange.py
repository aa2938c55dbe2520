"""Playing a script through the whole order path of a running exchange, in its own market and under its own accounts.

A book has one inbox, and this is its only sender: commands are sequenced in the order in which they are acknowledged.
"""

import time
from collections.abc import Callable, Iterable
from itertools import groupby
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from market.errors import InProgress, MarketError, Unavailable
from market.records import OrderTicket, ReplaceTicket
from market.selectors import books, executions
from market.services import orders, trading
from matching import CommandKind
from simulation.errors import UnplayableRecording
from simulation.recorded.happenings import HAPPENING
from simulation.recorded.script import Script, Seat
from simulation.services import recorded_markets
from simulation.services.recorded_markets import Listing, RecordedMarket
from vocabulary import limits
from vocabulary.orders import OrdType, Side, TimeInForce

WAITING_MAX = 5_000
ATTEMPTS = 20
PAUSE_S = 0.25
POLL_S = 0.05
SILENCE_S_MAX = 30.0
HALT_REASON = "Halted in the recorded market"

Answer = TypeVar("Answer")


def open_market(script: Script, *, symbol: str) -> RecordedMarket:
    """List an instrument for a script under a symbol of its own. Raises as ``recorded_markets.open_market`` does."""
    best = [price for side in Side for price, _ in script.recording.levels(0, side=side)[:1]]
    listing = Listing(
        tick_size=script.tick_size,
        reference_ticks=sum(best) // len(best) if best else script.base_ticks,
        low_ticks=script.base_ticks,
        high_ticks=script.base_ticks + script.levels - 1,
        largest_order_lots=int(script.commands["order_qty_lots"].max(initial=0)),
    )
    return recorded_markets.open_market(symbol, listing=listing)


def play(
    script: Script,
    market: RecordedMarket,
    *,
    batches: Iterable[slice],
    report: Callable[[int], None],
    wait_until_sequenced: Callable[[], object],
) -> NDArray[np.void]:
    """Send a script's commands in their order and return what happened.

    ``wait_until_sequenced`` returns when nothing waits for the matcher any more. Raises UnplayableRecording when the
    exchange refuses a command, and what the market's services raise.
    """
    sender = _Sender(script, market, wait_until_sequenced=wait_until_sequenced)
    for batch in batches:
        sender.send(batch)
        report(batch.stop - batch.start)
    wait_until_sequenced()
    return _happenings(market, order_ids=sender.order_ids)


def wait_for_matcher(symbol: str) -> None:
    """Wait until nothing waits in a book's inbox. Raises UnplayableRecording when its matcher is stopped or silent."""
    reached, heard_at = -1, time.monotonic()
    while True:
        state = next(state for state in books.states() if state.symbol == symbol)
        if state.inbox_depth == 0:
            return
        if state.command_seq != reached:
            reached, heard_at = state.command_seq, time.monotonic()
        if time.monotonic() - heard_at > SILENCE_S_MAX:
            raise UnplayableRecording(
                f"{state.inbox_depth} commands for {symbol} wait and none was matched for {SILENCE_S_MAX:g} s "
                f"({state.status}); is the exchange running?"
            )
        time.sleep(POLL_S)


class _Sender:
    """Sends commands in their order: orders that follow each other in one acknowledgement, all else one by one."""

    def __init__(self, script: Script, market: RecordedMarket, *, wait_until_sequenced: Callable[[], object]) -> None:
        self.order_ids: dict[int, int] = {}
        self._commands = script.commands
        self._market = market
        self._accounts: dict[int, str] = {
            Seat.RECORDED: market.recorded_account,
            Seat.AGGRESSOR: market.aggressor_account,
            Seat.SEED: market.seed_account,
        }
        self._wait_until_sequenced = wait_until_sequenced
        self._unwaited = 0

    def send(self, batch: slice) -> None:
        """Send these commands."""
        for kind, same in groupby(range(batch.start, batch.stop), key=lambda place: int(self._commands["kind"][place])):
            places = list(same)
            if kind == CommandKind.NEW_ORDER:
                self._place(places)
            else:
                for place in places:
                    self._amend(place)
            self._unwaited += len(places)
            if self._unwaited >= WAITING_MAX:
                self._wait_until_sequenced()
                self._unwaited = 0

    def _place(self, places: list[int]) -> None:
        for start in range(0, len(places), limits.PLACE_BATCH_MAX):
            self._place_at_once(places[start : start + limits.PLACE_BATCH_MAX])

    def _place_at_once(self, places: list[int]) -> None:
        tickets = [self._ticket(place) for place in places]
        receipts = _insist(lambda: orders.place_many(tickets, actor=self._market.actor))
        for place, receipt in zip(places, receipts, strict=True):
            if isinstance(receipt, MarketError):
                raise receipt
            if not receipt.is_accepted or receipt.order is None:
                raise UnplayableRecording(f"The exchange rejected command {place + 1}: {receipt.reject_text}")
            self.order_ids[place + 1] = receipt.order.order_id

    def _ticket(self, place: int) -> OrderTicket:
        command = self._commands[place]
        return OrderTicket(
            cl_ord_id=f"r-{place + 1}",
            account=self._accounts[int(command["account_id"])],
            symbol=self._market.symbol,
            side=Side(int(command["side"])),
            ord_type=OrdType.LIMIT,
            order_qty=self._market.units.to_quantity(int(command["order_qty_lots"])),
            price=self._market.units.to_price(int(command["price_ticks"])),
            time_in_force=TimeInForce(int(command["time_in_force"])),
        )

    def _amend(self, place: int) -> None:
        command = self._commands[place]
        kind = CommandKind(int(command["kind"]))
        if kind is CommandKind.CANCEL:
            order_id = self.order_ids[int(command["order_id"])]
            _insist(lambda: orders.cancel(order_id, actor=self._market.actor))
        elif kind is CommandKind.REPLACE:
            self._replace(place)
        else:
            # A halt overtakes the inbox, so that what was sent before it has to be sequenced first.
            self._wait_until_sequenced()
            if kind is CommandKind.HALT:
                trading.halt(self._market.symbol, reason=HALT_REASON, actor=self._market.actor)
            else:
                trading.resume(self._market.symbol, actor=self._market.actor)

    def _replace(self, place: int) -> None:
        command = self._commands[place]
        ticket = ReplaceTicket(
            cl_ord_id=f"r-{place + 1}",
            order_id=self.order_ids[int(command["order_id"])],
            order_qty=self._market.units.to_quantity(int(command["order_qty_lots"])),
            price=self._market.units.to_price(int(command["price_ticks"])),
        )
        receipt = _insist(lambda: orders.replace(ticket, actor=self._market.actor))
        if not receipt.is_accepted:
            raise UnplayableRecording(f"The exchange rejected command {place + 1}: {receipt.reject_text}")


def _insist(act: Callable[[], Answer]) -> Answer:
    """Ask again while the exchange is busy or away; in either case it has recorded nothing."""
    for _ in range(ATTEMPTS):
        try:
            return act()
        except (InProgress, Unavailable):
            time.sleep(PAUSE_S)
    return act()


def _happenings(market: RecordedMarket, *, order_ids: dict[int, int]) -> NDArray[np.void]:
    place_of = {order_id: place for place, order_id in order_ids.items()}
    rows: list[tuple[int, ...]] = []
    sequence = 0
    while True:
        page = executions.after(market.symbol, sequence=sequence, actor=market.actor)
        for report in page.reports:
            execution = report.execution
            rows.append(
                (
                    report.event_sequence,
                    execution.exec_type,
                    execution.reason,
                    place_of[execution.order_id],
                    execution.liquidity_side or 0,
                    market.lots(execution.cum_qty),
                    market.lots(execution.leaves_qty),
                    market.ticks(execution.last_px),
                    market.lots(execution.last_qty),
                    execution.trade_id or 0,
                )
            )
        if page.position.sequence == sequence:
            return np.array(rows, dtype=HAPPENING)
        sequence = page.position.sequence
