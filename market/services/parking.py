"""Entering an order where it cannot trade yet, so that others can be tied to it first.

An order is linked to one that is open. The entry of a bracket may trade whole as it enters; the orders that are to end
what it begins would then find nothing to be held for. So it enters at the far edge of the price band, the others
follow, and a replacement takes it to where its ticket wants it: commands that follow one another in the inbox.
"""

from typing import NamedTuple

from market.command_terms import CommandTerms
from market.intake import InboxRow, NewOrderRow
from market.records import OrderTicket
from market.rows import ListedInstrument
from vocabulary.commands import CommandKind
from vocabulary.orders import ExecInst, OrdType, Side
from vocabulary.rejects import RejectReason


class Park(NamedTuple):
    """An order as it enters, and the command that takes it to where it belongs."""

    row: NewOrderRow
    way_out: InboxRow


def of(row: NewOrderRow, *, ticket: OrderTicket, instrument: ListedInstrument) -> Park | None:
    """How to park an accepted order; None for one that never trades as it enters, and for a rejected one."""
    if row.reject_reason != RejectReason.NONE or ExecInst.POST_ONLY in ticket.exec_inst:
        return None
    is_buy, is_stop = ticket.side is Side.BUY, ticket.ord_type.is_stop
    low, high = instrument.low_limit_ticks, instrument.high_limit_ticks
    if is_stop:
        assert row.terms is not None, "a stop has terms"
        stop_ticks = row.terms.command.stop_px_ticks
        far_stop = row.terms.command._replace(stop_px_ticks=high if is_buy else low)
        parked = row._replace(terms=row.terms._replace(command=far_stop))
    else:
        stop_ticks = 0
        parked = row._replace(protection_ticks=low if is_buy else high)
    if is_buy and not is_stop:
        parked = parked._replace(reserved_amount=instrument.units.to_money(low * row.order_qty_lots))
    way_out = InboxRow(
        CommandKind.REPLACE,
        row.instrument_id,
        row.order_id,
        row.account_id,
        ord_type=ticket.ord_type if is_stop else 0,
        price_ticks=row.protection_ticks,
        order_qty_lots=row.order_qty_lots,
        # The order itself holds back what it costs where it is parked; the rest waits with the way out.
        reserved_amount=row.reserved_amount - parked.reserved_amount,
        terms=CommandTerms(stop_px_ticks=stop_ticks),
    )
    return Park(parked, way_out)


def can_be_parked(ticket: OrderTicket) -> bool:
    """Whether an order can begin a bracket: its type names a price or a stop price that a replacement can change."""
    return ticket.ord_type in (OrdType.LIMIT, OrdType.STOP_LIMIT, OrdType.STOP) and ticket.min_qty is None
