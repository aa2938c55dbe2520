"""What a client may say on the orders socket, read strictly."""

from typing import Any

from market.records import BookPosition, OrderTicket, ReplaceTicket
from vocabulary import limits
from vocabulary.identifiers import ACCOUNT_PATTERN, CL_ORD_ID_PATTERN, EPOCH_PATTERN, SYMBOL_PATTERN
from vocabulary.orders import (
    PRICED_TYPES,
    UNPRICED_TYPES,
    ContingencyType,
    ExecInst,
    OrdType,
    PegOffsetType,
    PegPriceType,
    SelfTradePrevention,
    Side,
    TimeInForce,
)
from ws_api.fields import Field, decimal, flags, moment, order_id, pattern, read_fields, whole_number, word
from ws_api.requests import BadRequest

OPS: dict[str, set[str]] = {
    "sign_in": {"api_key"},
    "place": {"order"},
    "replace": {"order_id", "order"},
    "cancel": {"order_id", "account", "cl_ord_id"},
    "cancel_all": {"account", "symbol", "side"},
    "subscribe": {"channels", "since"},
    "cancel_on_disconnect": {"account", "timeout_s", "session"},
    "ping": set(),
}
"""Every request by its op, with the fields that it may have."""

CHANNELS = ("executions", "positions", "balances")
SESSION_NAME = "websocket"

TICKET = {
    "cl_ord_id": Field(pattern(CL_ORD_ID_PATTERN), is_required=True),
    "account": Field(pattern(ACCOUNT_PATTERN), is_required=True),
    "symbol": Field(pattern(SYMBOL_PATTERN), is_required=True),
    "side": Field(word(Side), is_required=True),
    "ord_type": Field(word(OrdType), is_required=True),
    "time_in_force": Field(word(TimeInForce)),
    "order_qty": Field(decimal, is_required=True),
    "price": Field(decimal),
    "stop_px": Field(decimal),
    "protection_px": Field(decimal),
    "display_qty": Field(decimal),
    "min_qty": Field(decimal),
    "exec_inst": Field(flags(ExecInst)),
    "self_trade_prevention": Field(word(SelfTradePrevention)),
    "peg_price_type": Field(word(PegPriceType)),
    "peg_offset_type": Field(word(PegOffsetType)),
    "peg_offset": Field(decimal),
    "expire_time": Field(moment),
    "linked_cl_ord_id": Field(pattern(CL_ORD_ID_PATTERN)),
    "contingency_type": Field(word(ContingencyType)),
}
CHANGE = {
    "cl_ord_id": Field(pattern(CL_ORD_ID_PATTERN), is_required=True),
    "order_qty": Field(decimal, is_required=True),
    "price": Field(decimal),
    "stop_px": Field(decimal),
}
CANCEL_ALL = {
    "account": Field(pattern(ACCOUNT_PATTERN), is_required=True),
    "symbol": Field(pattern(SYMBOL_PATTERN)),
    "side": Field(word(Side)),
}
PROMISE = {
    "account": Field(pattern(ACCOUNT_PATTERN), is_required=True),
    "timeout_s": Field(whole_number(0, limits.SESSION_TIMEOUT_S_MAX), is_required=True),
    "session": Field(pattern(CL_ORD_ID_PATTERN)),
}
POSITION = {"epoch": Field(pattern(EPOCH_PATTERN)), "sequence": Field(whole_number(0), is_required=True)}


def ticket_in(fields: dict[str, Any]) -> OrderTicket:
    """The order of a ``place``. Raises BadRequest, also when price and type of order do not go together."""
    values = read_fields(fields.get("order"), TICKET, path="order")
    kind: OrdType = values["ord_type"]
    if kind in PRICED_TYPES and "price" not in values:
        raise BadRequest("required", f"price: A {kind.name} order needs a price.", field="order.price")
    if kind in UNPRICED_TYPES and "price" in values:
        raise BadRequest("price_not_allowed", f"price: A {kind.name} order takes no price.", field="order.price")
    return OrderTicket(**values)


def change_in(fields: dict[str, Any]) -> ReplaceTicket:
    """The change of a ``replace``."""
    named = read_fields({"order_id": fields.get("order_id")}, {"order_id": Field(order_id, is_required=True)})
    return ReplaceTicket(**named, **read_fields(fields.get("order"), CHANGE, path="order"))


def order_to_cancel_in(fields: dict[str, Any]) -> int | tuple[str, str]:
    """The order of a ``cancel``: its id, or its account and cl_ord_id."""
    if "order_id" in fields:
        found = read_fields(_said(fields), {"order_id": Field(order_id, is_required=True)})
        return int(found["order_id"])
    named = {name: CHANGE["cl_ord_id"] if name == "cl_ord_id" else TICKET[name] for name in ("account", "cl_ord_id")}
    if fields.keys().isdisjoint(named):
        raise BadRequest("required", "order_id: Name the order by it, or by account and cl_ord_id.", field="order_id")
    found = read_fields(_said(fields), named)
    return found["account"], found["cl_ord_id"]


def orders_to_cancel_in(fields: dict[str, Any]) -> dict[str, Any]:
    """Which orders a ``cancel_all`` is about."""
    return read_fields(_said(fields), CANCEL_ALL)


def promise_in(fields: dict[str, Any]) -> dict[str, Any]:
    """What a ``cancel_on_disconnect`` promises: an account, a time-out, the name of the session."""
    return {"session": SESSION_NAME, **read_fields(_said(fields), PROMISE)}


def channels_in(fields: dict[str, Any]) -> tuple[str, ...]:
    """The channels of a ``subscribe``."""
    names = fields.get("channels")
    if not isinstance(names, list) or not names:
        raise BadRequest("required", "channels must be a list of at least one text.", field="channels")
    if not all(name in CHANNELS for name in names if isinstance(name, str)) or not all(
        isinstance(name, str) for name in names
    ):
        raise BadRequest("unknown_channel", f"channels may name {', '.join(CHANNELS)}.", field="channels")
    return tuple(dict.fromkeys(names))


def since_in(fields: dict[str, Any]) -> dict[str, BookPosition]:
    """The positions by symbol after which the reports of a ``subscribe`` begin."""
    said = fields.get("since")
    if said is None:
        return {}
    if not isinstance(said, dict):
        raise BadRequest("malformed", "since must be an object of symbols and positions.", field="since")
    found = {symbol: read_fields(position, POSITION, path=f"since.{symbol[:16]}") for symbol, position in said.items()}
    return {symbol: BookPosition(position.get("epoch", ""), position["sequence"]) for symbol, position in found.items()}


def _said(fields: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if name not in ("op", "id")}
