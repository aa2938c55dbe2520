"""The shape of a problem document, for the schema: ``rest_api.problems`` writes them."""

from typing import Any

from rest_framework import serializers

from rest_api.serializers.orders import OrderSerializer


class FaultSerializer(serializers.Serializer[Any]):
    """One fault of a request."""

    pointer = serializers.CharField(required=False, help_text="The place in the body, as a JSON pointer.")
    parameter = serializers.CharField(required=False, help_text="The parameter of the query string.")
    code = serializers.CharField()
    detail = serializers.CharField()


class ProblemSerializer(serializers.Serializer[Any]):
    """Why the request was refused (RFC 9457)."""

    type = serializers.CharField(help_text="urn:marketops:problem: and the code.")
    title = serializers.CharField(help_text="What kind of problem it is.")
    status = serializers.IntegerField()
    detail = serializers.CharField(help_text="What is wrong this time, in a sentence.")
    instance = serializers.CharField(help_text="The address asked.")
    code = serializers.CharField(help_text="Stable; for programs. With several faults, the first one's.")
    errors = FaultSerializer(many=True, help_text="Every fault that was found.")  # type: ignore[assignment]
    correlation_id = serializers.CharField(help_text="Quote it when asking the operator.")


class RejectSerializer(ProblemSerializer):
    """A business reject. It is recorded: the same request gets the same answer for ever."""

    order = OrderSerializer(required=False, allow_null=True, help_text="The rejected order, if it was written down.")
