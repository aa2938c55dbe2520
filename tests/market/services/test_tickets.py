"""What a ticket says is kept with its ClOrdID for ever: every version of the exchange has to read it alike."""

import dataclasses
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from market.records import OrderTicket
from market.services import tickets
from vocabulary.orders import ExecInst, OrdType, Side, TimeInForce

PLAIN = OrderTicket("one", "A1", "ACME", Side.BUY, OrdType.LIMIT, Decimal("10.00"), Decimal("9.5"))
WITH_TERMS = OrderTicket(
    "one",
    "A1",
    "ACME",
    Side.SELL,
    OrdType.STOP_LIMIT,
    Decimal("1E+2"),
    Decimal("9.5"),
    TimeInForce.GTD,
    stop_px=Decimal("9.60"),
    exec_inst=ExecInst.POST_ONLY,
    expire_time=datetime(2026, 3, 1, 9, tzinfo=UTC),
)


@pytest.mark.parametrize(
    ("ticket", "kept"),
    [(PLAIN, "3195d084560caca02c32c0896034ae2f"), (WITH_TERMS, "b2593987bd2b16694121586101b2a5e5")],
)
def test_a_ticket_that_was_kept_by_an_earlier_version_is_the_same_ticket_today(ticket, kept):
    assert tickets.place_hash(ticket).hex() == kept


@pytest.mark.parametrize("quantity", ["10", "10.0", "1E+1", "1.0E+1"])
def test_a_quantity_written_otherwise_is_the_same_ticket(quantity):
    assert tickets.place_hash(dataclasses.replace(PLAIN, order_qty=Decimal(quantity))) == tickets.place_hash(PLAIN)
