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
    return Response(OrderSerializer(order).data, code, headers=headers)


def result(request: Request, answered: Receipt | MarketError, *, place: int) -> dict[str, Any]:
    """What became of one ticket of a batch: the status of its own, and its order or its problem or both."""
    if isinstance(answered, MarketError):
        status_code = problems.status_of(answered)
        faults = problems.faults_of(answered, "orders", str(place))
        said = problems.document(request, status=status_code, code=answered.code, detail=answered.detail, faults=faults)
        return {"status": int(status_code), "replayed": False, "order": None, "problem": said}
    order = None if answered.order is None else OrderSerializer(answered.order).data
    status_code, said = status.HTTP_200_OK if answered.replayed else status.HTTP_201_CREATED, None
    if not answered.is_accepted:
        status_code, detail = status.HTTP_422_UNPROCESSABLE_ENTITY, answered.reject_text or answered.reject.sentence
        said = problems.document(request, status=status_code, code=answered.reject.code, detail=detail)
    return {"status": int(status_code), "replayed": answered.replayed, "order": order, "problem": said}


def _rejected(
    request: Request, reason: RejectReason, *, text: str, order: OrderRecord | None, headers: dict[str, str]
) -> HttpResponseBase:
    return problems.problem(
        request,
        status=status.HTTP_422_UNPROCESSABLE_ENTITY,
        code=reason.code,
        detail=text or reason.sentence,
        headers=headers,
        order=None if order is None else OrderSerializer(order).data,
    )
