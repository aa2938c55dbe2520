"""Batches of orders and what became of each."""

from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from rest_api.fields import PatternField
from rest_api.serializers.orders import OrderSerializer, OrderTicketSerializer
from rest_api.serializers.problems import ProblemSerializer
from rest_api.serializers.strict import StrictSerializer
from vocabulary import limits
from vocabulary.identifiers import ACCOUNT_PATTERN, CL_ORD_ID_PATTERN

ORDER_ID_PATTERN = "[0-9]{1,18}"
SIZE = f"Must hold 1 to {limits.REST_BATCH_MAX} orders."
SIZES: dict[str, Any] = {"min_length": SIZE, "max_length": SIZE, "not_a_list": "Must be a list of orders."}


class BatchSerializer(StrictSerializer):
    """Orders that are placed in one commit, each for itself."""

    orders: serializers.ListSerializer[Any] = serializers.ListSerializer(
        child=OrderTicketSerializer(), min_length=1, max_length=limits.REST_BATCH_MAX, error_messages=SIZES
    )


class OrderNameSerializer(StrictSerializer):
    """Which order: by `order_id`, or by `account` and `cl_ord_id`."""

    order_id = PatternField(pattern=ORDER_ID_PATTERN, required=False, help_text="The exchange's id.")
    account = PatternField(pattern=ACCOUNT_PATTERN, required=False, help_text="The account of cl_ord_id.")
    cl_ord_id = PatternField(pattern=CL_ORD_ID_PATTERN, required=False, help_text="Your own id.")

    def validate(self, attrs: dict[str, str]) -> dict[str, Any]:
        """The order's ``name``. Raises ValidationError unless it has one name, and a whole one."""
        order_id = attrs.pop("order_id", None)
        if order_id is not None and attrs:
            detail = "Name the order by order_id, or by account and cl_ord_id, not by both."
            raise ValidationError({name: [ErrorDetail(detail, "contradictory")] for name in attrs})
        if order_id is not None:
            return {"name": int(order_id)}
        missing = [name for name in ("account", "cl_ord_id") if name not in attrs]
        if missing:
            detail = "Name the order by order_id, or by account and cl_ord_id."
            raise ValidationError({missing[0] if attrs else "order_id": [ErrorDetail(detail, "required")]})
        return {"name": (attrs["account"], attrs["cl_ord_id"])}


class BatchCancelSerializer(StrictSerializer):
    """Orders that are canceled in one commit, each for itself."""

    orders: serializers.ListSerializer[Any] = serializers.ListSerializer(
        child=OrderNameSerializer(), min_length=1, max_length=limits.REST_BATCH_MAX, error_messages=SIZES
    )


class CancelResultSerializer(serializers.Serializer[Any]):
    """What became of one cancel of a batch."""

    status = serializers.IntegerField(help_text="The status that the cancel would have been answered with alone.")
    order = OrderSerializer(allow_null=True, help_text="The order; null when nothing was asked for.")
    problem = ProblemSerializer(allow_null=True, help_text="Why it was refused; null when it was taken on.")


class CancelResultsSerializer(serializers.Serializer[Any]):
    """What became of the cancels of a batch, in their order."""

    results = CancelResultSerializer(many=True)


class BatchResultSerializer(serializers.Serializer[Any]):
    """What became of one order of a batch."""

    status = serializers.IntegerField(help_text="The status that the order would have been answered with alone.")
    replayed = serializers.BooleanField(help_text="Whether this very order was taken on before.")
    order = OrderSerializer(allow_null=True, help_text="The order; null when nothing was recorded.")
    problem = ProblemSerializer(allow_null=True, help_text="Why it was refused; null when it was taken on.")


class BatchResultsSerializer(serializers.Serializer[Any]):
    """What became of the orders of a batch, in their order."""

    results = BatchResultSerializer(many=True)
