"""Looking ahead: the commands to come are known, so that what they will touch is on its way before their turn.

Nothing here reads or writes anything that matters: it only asks the processor for memory, and a row that it guesses
wrong was asked for in vain. Each step needs what the step before it has brought, hence the distances.
"""

from typing import Any

from matching.kernel.arrays import BIDS, OFFERS
from matching.kernel.compiling import inlined_section
from matching.kernel.fetching import fetch_command, fetch_entry, fetch_event, fetch_level, fetch_order
from matching.kernel.ids import place_of
from matching.kernel.queues import rank_of
from matching.kernel.rows import command_row, entry_at, order_at
from matching.kernel.words import SELL

TO_THE_COMMAND, TO_ITS_ENTRY, TO_ITS_ORDER, TO_ITS_LEVEL = 24, 12, 6, 3
"""How many commands ahead each is asked for."""
EVENTS_AHEAD = 10
MANY_ORDERS = 20_000
"""From so many on their levels and their neighbours are seldom at hand; of fewer, asking costs more than it spares."""


@inlined_section
def look_ahead(b: Any, commands_at: Any, reached: Any, last: Any) -> None:
    """Ask for what the commands after number ``reached`` will touch; number ``last`` is the last one."""
    fetch_event(b, b.written + EVENTS_AHEAD)
    fetch_command(command_row(commands_at, reached + TO_THE_COMMAND))
    fetch_entry(b, place_of(b, command_row(commands_at, min(reached + TO_ITS_ENTRY, last)).order_id))
    fetch_order(b, _slot_of(b, command_row(commands_at, min(reached + TO_ITS_ORDER, last)).order_id))
    if b.open_orders >= MANY_ORDERS:
        _look_for_levels(b, command_row(commands_at, min(reached + TO_ITS_LEVEL, last)))


@inlined_section
def _slot_of(b: Any, order_id: Any) -> Any:
    """The slot that an id most likely has."""
    return entry_at(b, place_of(b, order_id)).slot


@inlined_section
def _look_for_levels(b: Any, command: Any) -> None:
    """Ask for the level and the neighbours of the order that a command names, and for the level that it would join."""
    order = order_at(b, _slot_of(b, command.order_id))
    fetch_level(b, order.ladder * b.ranks + order.rank)
    fetch_order(b, order.earlier)
    fetch_order(b, order.later)
    ladder = OFFERS if command.side == SELL else BIDS
    fetch_level(b, ladder * b.ranks + rank_of(b, ladder, command.price_ticks))
