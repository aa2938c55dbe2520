"""What a batch that changes the trading phase writes to the book's row: why, and when the auction ends."""

from datetime import datetime

import numpy as np
from django.db import connection

import matching
from market.models import Instrument
from vocabulary.commands import CommandKind, EventKind
from vocabulary.phases import TradingPhase

INTERRUPTED = "A trade at {price} would have been outside the price band."

ENDS_AT = "SELECT clock_timestamp() + make_interval(secs => volatility_auction_s) FROM market_instrument WHERE id = %s"


def settle(
    *, instrument_id: int, events: matching.Records, commands: matching.Records, reasons: dict[int, str]
) -> dict[str, object]:
    """The columns of the book's row that the batch's last change of phase decides; none when the phase stayed."""
    places = np.flatnonzero(events["kind"] == EventKind.PHASE_CHANGED)
    if len(places) == 0:
        return {}
    event = events[places[-1]]
    place = int(event["command_seq"] - events["command_seq"][0])
    is_commanded = commands["kind"][place] in (CommandKind.CHANGE_PHASE, CommandKind.RESUME, CommandKind.HALT)
    reason = reasons.get(place, "") if is_commanded else _interruption(instrument_id, int(event["price_ticks"]))
    is_interrupted = event["phase"] == TradingPhase.VOLATILITY_AUCTION
    return {"phase_reason": reason, "auction_ends_at": _end(instrument_id) if is_interrupted else None}


def _interruption(instrument_id: int, price_ticks: int) -> str:
    price = Instrument.objects.get(pk=instrument_id).units.to_price(price_ticks)
    return INTERRUPTED.format(price=f"{price:f}")


def _end(instrument_id: int) -> datetime:
    """When a volatility auction that begins now is to end, by the database's clock."""
    with connection.cursor() as cursor:
        cursor.execute(ENDS_AT, [instrument_id])
        ends_at: datetime = cursor.fetchone()[0]
        return ends_at
