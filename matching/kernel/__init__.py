"""The book's arithmetic, compiled: commands in, events out, on flat integer arrays and nothing else.

One module for each rule of docs/matching.md; ``running`` is the entrance for commands, ``inspecting`` for questions.
"""

from matching.kernel.arrays import (
    BOOK,
    CHAIN_ENDS,
    CHAINS,
    FIELD,
    HEADER_COUNTERS,
    INDEX_ENTRIES_AN_ORDER,
    INDEX_ENTRY,
    LADDER,
    LADDERS,
    LEVEL,
    LEVEL_TERMS,
    ORDER,
    ORDER_TERMS,
    WORD,
)
from matching.kernel.compiling import cache_folder, compile_sections
from matching.kernel.ids import index_orders
from matching.kernel.inspecting import PLACES, enter_orders, indicative, list_depth, list_orders, resumes_plainly
from matching.kernel.running import LACKS_EVENTS, LACKS_INDEX, LACKS_ORDERS, NOT_DONE, run, run_single, use_events

__all__ = [
    "BOOK",
    "CHAINS",
    "CHAIN_ENDS",
    "FIELD",
    "HEADER_COUNTERS",
    "INDEX_ENTRIES_AN_ORDER",
    "INDEX_ENTRY",
    "LACKS_EVENTS",
    "LACKS_INDEX",
    "LACKS_ORDERS",
    "LADDER",
    "LADDERS",
    "LEVEL",
    "LEVEL_TERMS",
    "NOT_DONE",
    "ORDER",
    "ORDER_TERMS",
    "PLACES",
    "WORD",
    "cache_folder",
    "compile_sections",
    "enter_orders",
    "index_orders",
    "indicative",
    "list_depth",
    "list_orders",
    "resumes_plainly",
    "run",
    "run_single",
    "use_events",
]
