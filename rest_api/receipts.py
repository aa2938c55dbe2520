"""From the exchange's receipt to this door's answer."""

from typing import Any

from django.http import HttpResponseBase
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from market.errors import MarketError
from market.records import OrderRecord, Receipt
from rest_api import problems
from rest_api.permissions import actor_of
from rest_api.preferences import Wait, wait_if_preferred
from rest_api.serializers.orders import OrderSerializer
from vocabulary.orders import OrdStatus
from vocabulary.rejects import RejectReason

IN_WORDS = OrderSerializer().to_representation
"""An order as REST writes it, by a serializer that is made once: to copy its fields takes longer than to use them."""


def answer(
    request: Request, receipt: Receipt, *, fresh_status: int, wait_until: Wait | None = None
) -> HttpResponseBase:
    """The answer to a ticket, after the wait that the client prefers where there is one.

    ``fresh_status`` for one taken on now, 200 for one taken on before, 422 for a reject, the matcher's included.
    """
    headers = {"Idempotent-Replayed": "true"} if receipt.replayed else {}
    order = receipt.order
    if not receipt.is_accepted:
        return _rejected(request, receipt.reject, text=receipt.reject_text, order=order, headers=headers)
    assert order is not None, "an accepted ticket has an order"
    if wait_until is not None:
        order, applied = wait_if_preferred(request, order, wait_until=wait_until, actor=actor_of(request))
        headers |= applied
    if order.ord_status is OrdStatus.REJECTED:
        return _rejected(request, order.reject_reason, text=order.reject_text, order=order, headers=headers)
    code = status.HTTP_200_OK if receipt.replayed else fresh_status
    return Response(IN_WORDS(order), code, headers=headers)


def result(request: Request, answered: Receipt | MarketError, *, place: int) -> dict[str, Any]:
    """What became of one ticket of a batch: the status of its own, and its order or its problem or both."""
    if isinstance(answered, MarketError):
        return {"replayed": False, **_refused_result(request, answered, place=place)}
    order = None if answered.order is None else IN_WORDS(answered.order)
    code: int = status.HTTP_200_OK if answered.replayed else status.HTTP_201_CREATED
    problem: dict[str, Any] | None = None
    if not answered.is_accepted:
        code, detail = status.HTTP_422_UNPROCESSABLE_ENTITY, answered.reject_text or answered.reject.sentence
        problem = problems.document(request, status=code, code=answered.reject.code, detail=detail)
    return {"status": int(code), "replayed": answered.replayed, "order": order, "problem": problem}


def cancel_result(request: Request, answered: OrderRecord | MarketError, *, place: int) -> dict[str, Any]:
    """What became of one cancel of a batch: the status of its own, and the order or the problem."""
    if isinstance(answered, MarketError):
        return _refused_result(request, answered, place=place)
    return {"status": int(status.HTTP_202_ACCEPTED), "order": IN_WORDS(answered), "problem": None}


def _refused_result(request: Request, error: MarketError, *, place: int) -> dict[str, Any]:
    code, faults = problems.status_of(error), problems.faults_of(error, "orders", str(place))
    problem = problems.document(request, status=code, code=error.code, detail=error.detail, faults=faults)
    return {"status": int(code), "order": None, "problem": problem}


def _rejected(
    request: Request, reason: RejectReason, *, text: str, order: OrderRecord | None, headers: dict[str, str]
) -> HttpResponseBase:
    return problems.problem(
        request,
        status=status.HTTP_422_UNPROCESSABLE_ENTITY,
        code=reason.code,
        detail=text or reason.sentence,
        headers=headers,
        order=None if order is None else IN_WORDS(order),
    )
