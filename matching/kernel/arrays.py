"""What a book is made of: flat arrays of records, and the record that knows where they lie.

A price is found on a *ladder*: one for the bids, one for the offers, one each for the stops that wait below and above
the market. A level of a ladder is named by its rank: 1 holds orders at no price, 2 is the best price that a ladder can
ever have, the last rank the worst, so that all four run the same code and the best level is the lowest rank. Rank 0 is
no level and slot 0 no order, so that 0 leads nowhere and fresh arrays of zeros are an empty book.
"""

import numpy as np

from matching.layout import EVENT

BIDS, OFFERS, SELL_STOPS, BUY_STOPS = 0, 1, 2, 3
LADDERS = 4
NOWHERE = -1
AT_NO_PRICE = 1
BEST_RANK = 2

# What is not plain about an order; an order without flags has no terms.
HAS_TERMS = 1
ICEBERG = 2
LINKED = 4
PEG = 8
TRAILING = 16
HELD = 32
QUEUED = 64
ACTIVATED = 128
HAS_TRIGGERED = 256
CALL_ONLY = 512
FOR_THE_CLOSE = 1024
SPECIAL_MAKER = ICEBERG | LINKED | PEG | CALL_ONLY
"""What the plain loop of trades cannot do for a maker."""

NO_CHAIN, PEGS, TRAILING_STOPS, CLOSE_ORDERS, HELD_ORDERS = 0, 1, 2, 3, 4
CHAINS = 5

BOOK = np.dtype(
    [
        (name, "<i8")
        for name in (
            # the snapshot's header, in its order
            "base_ticks",
            "levels",
            "phase",
            "command_seq",
            "event_seq",
            "trade_seq",
            "open_orders",
            "last_px_ticks",
            "reference_ticks",
            "static_band_bps",
            "dynamic_band_bps",
            "allocation",
            "peg_bid_ticks",
            "peg_offer_ticks",
            # what follows from the orders
            "stops",
            "linked",
            "icebergs",
            "call_orders",
            # memory
            "slots_used",
            "free_slot",
            # where the arrays lie and how long they are
            "orders_at",
            "terms_at",
            "slots",
            "ladders_at",
            "levels_at",
            "level_terms_at",
            "ranks",
            "occupied_at",
            "words",
            "occupied_words_at",
            "groups",
            "index_at",
            "index_size",
            "index_shift",
            "chains_at",
            "single_at",
            "events_at",
            "event_rows",
            # the command at hand
            "reached",
            "lacking",
            "rows_needed",
            "torn",
            "touched",
            "uncross_px_ticks",
            "uncross_qty_lots",
            "uncross_imbalance_lots",
            "written",
            "closed_slot",
            "acting_first",
            "acting_last",
        )
    ],
    align=True,
)
HEADER_COUNTERS = (BOOK.names or ())[:14]
FIELD = {name: number for number, name in enumerate(BOOK.names or ())}
"""The place of each number in a book's record, which is an array of 64-bit integers as well."""

WORD = np.dtype([("bits", "<u8")], align=True)

ORDER = np.dtype(
    [
        ("order_id", "<i8"),
        ("account_id", "<i8"),
        ("order_qty_lots", "<i8"),
        ("leaves_qty_lots", "<i8"),
        ("shown_qty_lots", "<i4"),
        ("namesake", "<i4"),
        ("price_ticks", "<i4"),
        ("later", "<i4"),
        ("earlier", "<i4"),
        ("rank", "<i4"),
        ("side", "i1"),
        ("ladder", "i1"),
        ("ord_type", "i1"),
        ("time_in_force", "i1"),
        ("flags", "<i4"),
    ],
    align=True,
)
"""What trading touches: one cache line. ``shown_qty_lots`` counts for icebergs only, ``namesake`` is of the index."""

ORDER_TERMS = np.dtype(
    [
        ("stop_px_ticks", "<i8"),
        ("peg_offset", "<i8"),
        ("limit_price_ticks", "<i8"),
        ("display_qty_lots", "<i8"),
        ("min_qty_lots", "<i8"),
        ("expire_time_ns", "<i8"),
        ("entered_seq", "<i8"),
        ("linked_order_id", "<i8"),
        ("second_linked_order_id", "<i8"),
        ("counted_at", "<i8"),
        ("listed_slot", "<i8"),
        ("exec_inst", "<i2"),
        ("self_trade_prevention", "<i2"),
        ("peg_price_type", "<i2"),
        ("peg_offset_type", "<i2"),
        ("contingency_type", "<i4"),
        ("chain_later", "<i4"),
        ("chain_earlier", "<i4"),
        ("chain", "<i4"),
    ],
    align=True,
)
"""The rest of an order, in the same slot of another array; read only for orders with flags."""

HEAD_SHIFTS = 0, 16, 32, 48, 56
EVENT_IN_WORDS = np.dtype(
    [("head", "<i8"), *((name, EVENT[name]) for name in (EVENT.names or ())[len(HEAD_SHIFTS) :])], align=True
)
"""An event as it is written: ``head`` is its kind, reason, side, liquidity and phase, each at its shift."""
assert EVENT_IN_WORDS.itemsize == EVENT.itemsize

LEVEL = np.dtype(
    [
        ("first", "<i4"),
        ("last", "<i4"),
        ("order_count", "<i8"),
        ("qty_lots", "<i8"),
    ],
    align=True,
)
"""A queue of orders. ``qty_lots`` is the sum of their leaves, hidden ones included."""

LEVEL_TERMS = np.dtype([("hidden_qty_lots", "<i8"), ("pegged_count", "<i8")], align=True)
"""The part of a level that only icebergs and pegged orders touch."""

LADDER = np.dtype([("best", "<i8")], align=True)
"""The best rank that is occupied, 0 when none is."""

INDEX_ENTRIES_AN_ORDER = 4
"""The index has at least so many."""

INDEX_ENTRY = np.dtype([("slot", "<i4")], align=True)
"""The last order entered among those whose ids belong here; each leads to the one before it, its namesake."""

CHAIN_ENDS = np.dtype([("first", "<i8"), ("last", "<i8"), ("count", "<i8")], align=True)
