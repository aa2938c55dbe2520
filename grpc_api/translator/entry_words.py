"""The stream of orders: from its requests to what is asked for, and from what became of it to its responses."""

from dataclasses import dataclass
from typing import Any

from google.protobuf.message import DecodeError

from grpc_api.malformed import MalformedRequest
from grpc_api.refusals import Refusal, retry_after_ms
from grpc_api.translator import replies, requests
from grpc_api.translator.fields import Fields, parse
from grpc_api.translator.requests import ClOrdIdOfAccount
from market.records import OrderRecord, OrderTicket, Receipt, ReplaceTicket
from marketops.v1 import market_service_pb2
from vocabulary.identifiers import ACCOUNT_PATTERN


@dataclass(frozen=True)
class OrderToCancel:
    """An order to cancel, by the exchange's id or by its owner's."""

    named: int | ClOrdIdOfAccount


@dataclass(frozen=True)
class Promise:
    """A promise to be heard of again within so many seconds; 0 takes it back."""

    account: str
    timeout_s: int


class SignOfLife:
    """Nothing but that the client is there."""


Act = OrderTicket | ReplaceTicket | OrderToCancel | Promise | SignOfLife


@dataclass(frozen=True)
class Asked:
    """One request by its number. One that could not be read holds what is wrong with it."""

    request_id: int
    act: Act | MalformedRequest


@dataclass(frozen=True)
class Answered:
    """What became of one request."""

    request_id: int
    outcome: Receipt | OrderRecord | Promise | SignOfLife | Refusal
    is_change: bool = False
    """Whether the receipt is that of a replacement."""


def asked(data: bytes) -> Asked:
    """One request of the stream. Raises MalformedRequest only for bytes of which not even the number can be read."""
    request_id = 0
    try:
        request_id = market_service_pb2.OrderEntryRequest.FromString(data).request_id
        return Asked(request_id, _act(parse(market_service_pb2.OrderEntryRequest, data)))
    except DecodeError:
        parse(market_service_pb2.OrderEntryRequest, data)
        raise
    except MalformedRequest as error:
        return Asked(request_id, error)


def _act(request: Any) -> Act:
    kind = request.WhichOneof("request")
    within = f"{kind}."
    match kind:
        case "place":
            return requests.order_ticket_of(request.place, within=within)
        case "replace":
            return requests.replace_ticket_of(request.replace, within=within)
        case "cancel":
            return OrderToCancel(request.cancel.order_id)
        case "cancel_cl_ord_id":
            return OrderToCancel(requests.cl_ord_id_of(request.cancel_cl_ord_id, within=within))
        case "cancel_on_disconnect":
            with Fields(request.cancel_on_disconnect, within=within) as fields:
                account = fields.identifier("account", ACCOUNT_PATTERN)
            return Promise(account, request.cancel_on_disconnect.timeout_s)
        case "heartbeat":
            return SignOfLife()
    with Fields(request) as fields:
        fields.fault("request", "required", "Say what is asked for: place, replace, cancel or another request.")
    raise AssertionError("a fault is raised")


def answered(answer: Answered) -> market_service_pb2.OrderEntryResponse:
    """The response that tells what became of a request."""
    response = market_service_pb2.OrderEntryResponse(request_id=answer.request_id)
    match answer.outcome:
        case Receipt() if answer.is_change:
            response.replaced.CopyFrom(replies.replaced(answer.outcome))
        case Receipt():
            response.placed.CopyFrom(replies.placed(answer.outcome))
        case OrderRecord():
            response.canceling.CopyFrom(replies.canceled(answer.outcome))
        case Promise():
            response.promised.account = answer.outcome.account
            response.promised.timeout_s = answer.outcome.timeout_s
        case SignOfLife():
            response.heartbeat.SetInParent()
        case Refusal():
            response.refusal.CopyFrom(_refused(answer.outcome))
    return response


def _refused(refusal: Refusal) -> market_service_pb2.Refusal:
    order_id = refusal.facts.get("order_id")
    return market_service_pb2.Refusal(
        status=refusal.status.value[0],
        reason=refusal.code,
        detail=refusal.detail,
        fields=[violation.field for violation in refusal.violations],
        order_id=None if order_id is None else int(order_id),
        replayed=refusal.facts.get("replayed") == "true",
        retry_after_ms=retry_after_ms(refusal),
    )
