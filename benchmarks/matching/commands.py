"""A plain command as a tuple, which is what pure Python likes best, and as the record that the core takes."""

import numpy as np

from matching import COMMAND, Records

FIELDS = ("kind", "side", "ord_type", "time_in_force", "order_id", "price_ticks", "order_qty_lots")
ACCOUNTS = 1_000

Command = tuple[int, int, int, int, int, int, int]
"""The FIELDS of a command, as Python's own integers."""


def commands_of(records: Records) -> list[Command]:
    """COMMAND records as tuples."""
    return list(zip(*(records[name].tolist() for name in FIELDS), strict=True))


def records_of(commands: list[Command]) -> Records:
    """Tuples as COMMAND records, each order of one of ACCOUNTS accounts."""
    records = np.zeros(len(commands), dtype=COMMAND)
    for name, values in zip(FIELDS, zip(*commands, strict=True), strict=True):
        records[name] = values
    records["account_id"] = 1 + records["order_id"] % ACCOUNTS
    return records
