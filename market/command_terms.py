"""The terms of a command in the core's words and order, for those who may not import the core."""

from typing import NamedTuple


class CommandTerms(NamedTuple):
    """The core's TERMS, field by field: zero is what a plain order says in each of them."""

    exec_inst: int = 0
    self_trade_prevention: int = 0
    peg_price_type: int = 0
    peg_offset_type: int = 0
    peg_offset: int = 0
    stop_px_ticks: int = 0
    display_qty_lots: int = 0
    min_qty_lots: int = 0
    expire_time_ns: int = 0
    linked_order_id: int = 0
    contingency_type: int = 0
    phase: int = 0
    allocation: int = 0
    static_band_bps: int = 0
    dynamic_band_bps: int = 0


PLAIN = CommandTerms()
ORDER_FIELDS = CommandTerms._fields[: CommandTerms._fields.index("phase")]
"""Those of the fields that an order has; the others are of commands that change a book's phase or its rules."""


class WrittenTerms(NamedTuple):
    """An order's terms as intake writes them down: the core's, and what people named that the core is not told."""

    command: CommandTerms
    limit_price_ticks: int | None = None
    protection_px_ticks: int | None = None
