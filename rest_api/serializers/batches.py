"""Batches of orders and what became of each."""

from typing import Any

from rest_framework import serializers

from rest_api.serializers.orders import OrderSerializer, OrderTicketSerializer
from rest_api.serializers.problems import ProblemSerializer
from rest_api.serializers.strict import StrictSerializer
from vocabulary import limits

SIZE = f"Must hold 1 to {limits.REST_BATCH_MAX} orders."
SIZES: dict[str, Any] = {"min_length": SIZE, "max_length": SIZE, "not_a_list": "Must be a list of orders."}


class BatchSerializer(StrictSerializer):
    """Orders that are placed in one commit, each for itself."""

    orders: serializers.ListSerializer[Any] = serializers.ListSerializer(
        child=OrderTicketSerializer(), min_length=1, max_length=limits.REST_BATCH_MAX, error_messages=SIZES
    )


class BatchResultSerializer(serializers.Serializer[Any]):
    """What became of one order of a batch."""

    status = serializers.IntegerField(help_text="The status that the order would have been answered with alone.")
    replayed = serializers.BooleanField(help_text="Whether this very order was taken on before.")
    order = OrderSerializer(allow_null=True, help_text="The order; null when nothing was recorded.")
    problem = ProblemSerializer(allow_null=True, help_text="Why it was refused; null when it was taken on.")


class BatchResultsSerializer(serializers.Serializer[Any]):
    """What became of the orders of a batch, in their order."""

    results = BatchResultSerializer(many=True)
