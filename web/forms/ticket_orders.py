"""From a filled-in ticket to the orders that it means."""

from dataclasses import replace
from decimal import Decimal
from typing import Any, NamedTuple

from market.records import OrderTicket
from vocabulary.orders import ExecInst, OrdType, PegOffsetType, PegPriceType, SelfTradePrevention, Side, TimeInForce
from web.forms.ticket_words import ORD_TYPE_OF


class TicketOrders(NamedTuple):
    """The order of a ticket, and the others of its package: those that end a bracket, or the one that cancels it."""

    first: OrderTicket
    others: tuple[OrderTicket, ...] = ()

    @property
    def is_bracket(self) -> bool:
        """Whether the others end what the first begins."""
        return len(self.others) == 2


def orders_of(fields: dict[str, Any], *, symbol: str) -> TicketOrders:
    """The orders that the fields of a valid ticket say."""
    match fields["ord_type"]:
        case "BRACKET":
            return _bracket(fields, symbol=symbol)
        case "ONE_CANCELS_THE_OTHER":
            return _one_cancels_the_other(fields, symbol=symbol)
        case _:
            return TicketOrders(_order(fields, symbol=symbol))


def _bracket(fields: dict[str, Any], *, symbol: str) -> TicketOrders:
    entry = replace(_order(fields, symbol=symbol), stop_px=None)
    ending = replace(entry, side=entry.side.opposite)
    take_profit = replace(ending, cl_ord_id=f"{entry.cl_ord_id}-profit", price=fields["take_profit_px"])
    stop_loss = _stop(ending, fields["stop_px"])
    return TicketOrders(entry, (take_profit, stop_loss))


def _one_cancels_the_other(fields: dict[str, Any], *, symbol: str) -> TicketOrders:
    limit = replace(_order(fields, symbol=symbol), stop_px=None)
    # The stop goes first: a limit order that trades as it enters then cancels it, and not the other way round.
    stop = _stop(limit, fields["stop_px"])
    return TicketOrders(stop, (limit,))


def _stop(beside: OrderTicket, stop_px: Decimal | None) -> OrderTicket:
    cl_ord_id = f"{beside.cl_ord_id}-stop"
    return replace(beside, cl_ord_id=cl_ord_id, ord_type=OrdType.STOP, price=None, stop_px=stop_px)


def _order(fields: dict[str, Any], *, symbol: str) -> OrderTicket:
    kind = fields["ord_type"]
    return OrderTicket(
        cl_ord_id=fields["cl_ord_id"],
        account=fields["account"],
        symbol=symbol,
        side=Side[fields["side"]],
        ord_type=ORD_TYPE_OF.get(kind) or OrdType[kind],
        order_qty=fields["order_qty"],
        price=fields["price"],
        time_in_force=TimeInForce[fields["time_in_force"]],
        stop_px=fields["stop_px"],
        protection_px=fields["protection_px"],
        display_qty=fields["display_qty"],
        min_qty=fields["min_qty"],
        exec_inst=_exec_inst(fields),
        expire_time=fields["expire_time"] if fields["time_in_force"] == "GTD" else None,
        self_trade_prevention=SelfTradePrevention[fields["self_trade_prevention"] or "NONE"],
        **_peg(fields),
    )


def _exec_inst(fields: dict[str, Any]) -> ExecInst:
    chosen = ExecInst.NONE
    if fields["post_only"] or fields["slide"]:
        chosen |= ExecInst.POST_ONLY
    if fields["slide"]:
        chosen |= ExecInst.SLIDE
    if fields["cancel_on_halt"]:
        chosen |= ExecInst.CANCEL_ON_HALT
    return chosen


def _peg(fields: dict[str, Any]) -> dict[str, Any]:
    match fields["ord_type"]:
        case "TRAILING_STOP":
            unit = PegOffsetType[fields["peg_offset_type"] or "TICKS"]
            return {
                "peg_price_type": PegPriceType.TRAILING_STOP, "peg_offset": fields["trail_by"], "peg_offset_type": unit,
            }  # fmt: skip
        case "PEGGED":
            followed = PegPriceType[fields["peg_price_type"] or "NONE"]
            return {"peg_price_type": followed, "peg_offset": fields["peg_offset"]}
        case _:
            return {}
