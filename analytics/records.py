"""Frozen records that analytics hands out."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class CandleRecord:
    """The trades of the interval that begins at ``open_time``: first, highest, lowest, last price; quantity; number."""

    open_time: datetime
    open_px: Decimal
    high_px: Decimal
    low_px: Decimal
    close_px: Decimal
    volume: Decimal
    trade_count: int
