"""Instruments and trades to build candles from, written down as the matcher would have done."""

import itertools
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import NamedTuple

from django.db import transaction

from access.records import Actor
from market import writers
from market.models import Book, Trade
from market.records import InstrumentRecord
from market.services import instruments
from vocabulary.orders import Side
from vocabulary.roles import Role

OPERATOR = Actor(user_id=1, username="operator", role=Role.OPERATOR, door="test")
START = datetime(2026, 3, 2, 9, 29, 58, tzinfo=UTC)
_numbers = itertools.count(1)


class Print(NamedTuple):
    """One trade: seconds after START, price in ticks of 0.05, quantity in lots of 10."""

    after_s: float
    price_ticks: int
    lots: int


def list_instrument() -> InstrumentRecord:
    """A new instrument with ticks of 0.05, lots of 10 and no trades."""
    return instruments.add(
        symbol=f"TEST{next(_numbers)}",
        name="Test",
        kind="SHARE",
        currency="USD",
        tick_size=Decimal("0.05"),
        lot_size=Decimal(10),
        reference_price=Decimal(50),
        actor=OPERATOR,
    )


def print_trades(instrument: InstrumentRecord, prints: Iterable[Print], *, first_trade_id: int = 1) -> None:
    """Write trades down, in this order."""
    with transaction.atomic():
        writers.claim(writers.Writer.MATCHER)
        printed = Trade.objects.bulk_create(
            Trade(
                instrument_id=instrument.instrument_id,
                trade_seq=trade_id,
                command_seq=trade_id,
                event_seq=trade_id,
                price_ticks=price_ticks,
                quantity_lots=lots,
                aggressor_side=Side.BUY,
                buy_order_id=1,
                sell_order_id=2,
                buy_account_id=1,
                sell_account_id=2,
                executed_at=START + timedelta(seconds=after_s),
            )
            for trade_id, (after_s, price_ticks, lots) in enumerate(prints, first_trade_id)
        )
        if printed:
            Book.objects.filter(pk=instrument.instrument_id).update(trade_seq=printed[-1].trade_seq)
