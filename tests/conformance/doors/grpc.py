"""The gRPC door, through a real server and the generated client."""

from datetime import datetime
from typing import Any

import grpc

from marketops.v1 import admin_service_pb2, market_service_pb2, orders_pb2
from tests.conformance.doors.door import REPLAYED, TAKEN, Door
from tests.conformance.stage import Stage
from tests.conformance.words import Act, Answer, CancelOrder, Family, Halt, PlaceOrder, ReplaceOrder, Resume, Who
from tests.grpc_api.conftest import Caller, refusal_in

NO_WORD = 99
"""The number of a word that no enum of the protocol has."""
WORDS = {
    "side": orders_pb2.Side,
    "ord_type": orders_pb2.OrdType,
    "time_in_force": orders_pb2.TimeInForce,
    "self_trade_prevention": orders_pb2.SelfTradePrevention,
    "peg_price_type": orders_pb2.PegPriceType,
    "contingency_type": orders_pb2.ContingencyType,
    "exec_inst": orders_pb2.ExecInst,
}
TERMS = orders_pb2.OrderTerms.DESCRIPTOR.fields_by_name.keys()


class GrpcDoor(Door):
    """A client with the generated stubs."""

    name = "grpc"
    said = {
        Family.TAKEN: TAKEN,
        Family.REPLAYED: REPLAYED,
        Family.MALFORMED: "INVALID_ARGUMENT",
        Family.UNAUTHENTICATED: "UNAUTHENTICATED",
        Family.FORBIDDEN: "PERMISSION_DENIED",
        Family.NOT_FOUND: "NOT_FOUND",
        Family.ID_REUSED: "ALREADY_EXISTS",
        Family.IN_PROGRESS: "ABORTED",
        Family.THROTTLED: "RESOURCE_EXHAUSTED",
        Family.REJECTED: "FAILED_PRECONDITION",
        Family.HALTED: "FAILED_PRECONDITION",
    }
    cannot = {}
    cannot_say = {
        "a cancel of an id that no column holds": "an order_id has 64 bits",
        "an expiry that is no time": "a Timestamp is one",
    }

    def __init__(self, address: str) -> None:
        self.channel = grpc.insecure_channel(address)

    def answer(self, act: Act, *, who: Who, stage: Stage) -> Answer:
        """Make the call."""
        method, request = _call(act, stage=stage)
        try:
            reply = Caller(self.channel, stage.keys.get(who)).call(method, request)
        except grpc.RpcError as error:
            told = refusal_in(error)
            order_id = told.facts.get("order_id")
            return Answer(
                told.status,
                told.reason,
                told.fields[0].removeprefix("terms.") if told.fields else "",
                None if order_id is None else int(order_id),
            )
        is_of_order = isinstance(act, PlaceOrder | ReplaceOrder | CancelOrder)
        status = REPLAYED if getattr(reply, "replayed", False) else TAKEN
        return Answer(status, order_id=reply.order.order_id if is_of_order else None)


def _call(act: Act, *, stage: Stage) -> tuple[str, Any]:
    match act:
        case PlaceOrder():
            fields = {name: _value(name, text) for name, text in stage.ticket(act.changes).items()}
            terms = {name: fields.pop(name) for name in fields.keys() & TERMS}
            if terms:
                fields["terms"] = orders_pb2.OrderTerms(**terms)
            return "PlaceOrder", market_service_pb2.PlaceOrderRequest(**fields)
        case ReplaceOrder():
            order_id = int(stage.order_named(act.order_id))
            change = market_service_pb2.ReplaceOrderRequest(order_id=order_id, **stage.change(act.changes))
            return "ReplaceOrder", change
        case CancelOrder():
            return "CancelOrder", market_service_pb2.CancelOrderRequest(order_id=int(stage.order_named(act.order_id)))
        case Halt():
            return "Halt", admin_service_pb2.HaltRequest(symbol=act.symbol or stage.symbol, reason=act.reason)
        case Resume():
            return "Resume", admin_service_pb2.ResumeRequest(symbol=act.symbol or stage.symbol)


def _value(name: str, text: str) -> Any:
    if name == "expire_time":
        return datetime.fromisoformat(text)
    if name not in WORDS:
        return text
    number = dict(WORDS[name].items()).get(f"{name.upper()}_{text}", NO_WORD)
    return [number] if name == "exec_inst" else number
