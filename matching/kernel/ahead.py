"""Looking ahead: the commands to come are known, so that what they will touch is on its way before their turn.

Nothing here reads or writes anything that matters: it only asks the processor for memory, and a row that it guesses
wrong was asked for in vain. Each step needs what the step before it has brought, hence the distances.
"""

from typing import Any

from matching.kernel.compiling import inlined_section
from matching.kernel.fetching import fetch_command, fetch_entry, fetch_event, fetch_order
from matching.kernel.ids import place_of
from matching.kernel.rows import command_row, entry_at

TO_THE_COMMAND, TO_ITS_ENTRY, TO_ITS_ORDER = 24, 12, 6
"""How many commands ahead each is asked for."""
EVENTS_AHEAD = 10


@inlined_section
def look_ahead(b: Any, commands_at: Any, reached: Any, last: Any) -> None:
    """Ask for what the commands after number ``reached`` will touch; number ``last`` is the last one."""
    fetch_event(b, b.written + EVENTS_AHEAD)
    fetch_command(command_row(commands_at, reached + TO_THE_COMMAND))
    fetch_entry(b, place_of(b, command_row(commands_at, min(reached + TO_ITS_ENTRY, last)).order_id))
    coming = command_row(commands_at, min(reached + TO_ITS_ORDER, last))
    fetch_order(b, entry_at(b, place_of(b, coming.order_id)).slot)
