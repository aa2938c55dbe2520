"""Whatever the protocol can carry is answered by a status that says what is wrong, at every method."""

import os
from collections.abc import Iterable
from typing import Any
from uuid import UUID

import grpc
import pytest
from google.protobuf.descriptor import Descriptor, FieldDescriptor, MethodDescriptor
from google.protobuf.message_factory import GetMessageClass
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from marketops.v1 import admin_service_pb2, analytics_service_pb2, market_service_pb2
from tests.grpc_api.conftest import Caller, Door, refusal_in

BY_NIGHT = bool(os.environ.get("MARKETOPS_NIGHTLY"))
CALLS = 10_000 if BY_NIGHT else 150
SETTINGS: dict[str, Any] = {
    "deadline": None,
    "database": None,
    "derandomize": not BY_NIGHT,
    "suppress_health_check": list(HealthCheck),
    "phases": [Phase.generate],
}
METHODS: list[MethodDescriptor] = [
    method
    for file in (market_service_pb2, analytics_service_pb2, admin_service_pb2)
    for service in file.DESCRIPTOR.services_by_name.values()
    for method in service.methods
]
NEVER_SAID = {"INTERNAL", "UNKNOWN"}
"""A mistake of the exchange, and one that nobody caught."""
DEPTH_MAX = 2
"""How deep messages within messages go before they are left out."""

WORDS = [
    "", " ", "ACME", "acme", "NOPE", "HOUSE", "tim", "stella", "1", "10", "10.05", "0", "-0", "-1", "1.5", "NaN", "1e9",
    "Infinity", "0.000000001", "9" * 19, "9" * 40, "1" * 41, "10,05", "\N{ARABIC-INDIC DIGIT ONE}", "\x00", "a\x00b",
    "a\nb", "x" * 65, "x" * 5_000, "\N{RIGHT-TO-LEFT OVERRIDE}", "\N{ROCKET}", "' OR 1=1 --", "../..", "%s{}", "my-1",
    "class-1", "leverage_max", str(UUID(int=7)), "Europe/Berlin", "Mars/Olympus", "2026-02-30", "25:61", "09:00",
]  # fmt: skip
LIKELY = {
    "symbol": "ACME",
    "price": "10.05",
    "order_qty": "10",
    "amount": "10",
    "username": "tim",
    "timezone": "Europe/Berlin",
}
"""What a field of this name would hold more often than anything else."""
NUMBERS = [0, 1, -1, 2, 7, 60, 1_000, 1_001, 2**31 - 1, -(2**31), 2**32 - 1, 2**53, 2**63 - 1, -(2**63), 2**64 - 1]
RANGES = {
    FieldDescriptor.CPPTYPE_INT32: (-(2**31), 2**31 - 1),
    FieldDescriptor.CPPTYPE_INT64: (-(2**63), 2**63 - 1),
    FieldDescriptor.CPPTYPE_UINT32: (0, 2**32 - 1),
    FieldDescriptor.CPPTYPE_UINT64: (0, 2**64 - 1),
    FieldDescriptor.CPPTYPE_ENUM: (-(2**31), 2**31 - 1),
}


def values_of(field: FieldDescriptor, *, account: str, depth: int) -> st.SearchStrategy[Any]:
    """Good and bad values of one kind."""
    if field.cpp_type == FieldDescriptor.CPPTYPE_STRING:
        return (
            st.sampled_from([account, *WORDS]) if field.type == FieldDescriptor.TYPE_STRING else st.binary(max_size=9)
        )
    if field.cpp_type == FieldDescriptor.CPPTYPE_BOOL:
        return st.booleans()
    if field.cpp_type == FieldDescriptor.CPPTYPE_MESSAGE:
        return messages_of(field.message_type, account=account, depth=depth + 1)
    low, high = RANGES[field.cpp_type]
    known = field.enum_type.values_by_number if field.enum_type else ()
    return st.sampled_from([number for number in [*known, *NUMBERS] if low <= number <= high])


def messages_of(descriptor: Descriptor, *, account: str, depth: int = 0) -> st.SearchStrategy[dict[str, Any]]:
    """Fields by name, each there or not."""
    fields: Iterable[FieldDescriptor] = descriptor.fields if depth <= DEPTH_MAX else ()
    drawn: dict[str, st.SearchStrategy[Any]] = {}
    for field in fields:
        if field.message_type is not None and field.message_type.GetOptions().map_entry:
            key, value = (field.message_type.fields_by_name[name] for name in ("key", "value"))
            drawn[field.name] = st.dictionaries(
                values_of(key, account=account, depth=depth), values_of(value, account=account, depth=depth), max_size=2
            )
            continue
        value_or_values = values_of(field, account=account, depth=depth)
        drawn[field.name] = st.lists(value_or_values, max_size=2) if field.is_repeated else value_or_values
    return st.fixed_dictionaries({}, optional=drawn)


def answer_to(caller: Caller, method: MethodDescriptor, data: bytes) -> str:
    """The status of a call; of a stream, or of a request within one, that of the first answer."""
    path = f"/{method.containing_service.full_name}/{method.name}"
    channel, how = caller.channel, caller.how
    try:
        if method.client_streaming:
            first = next(channel.stream_stream(path)(iter([data]), **how), b"")
            refusal = market_service_pb2.OrderEntryResponse.FromString(first).refusal
            return {status.value[0]: str(status.name) for status in grpc.StatusCode}[refusal.status]
        if method.server_streaming:
            stream = channel.unary_stream(path)(data, **how)
            next(stream, None)
            stream.cancel()
        else:
            channel.unary_unary(path)(data, **how)
    except grpc.RpcError as error:
        told = refusal_in(error)
        assert told.reason, (method.name, told)
        assert "Traceback" not in told.detail
        return told.status
    return "OK"


def test_no_request_that_the_protocol_allows_makes_the_server_stumble(door: Door):
    account = door.place.account

    @settings(max_examples=CALLS, **SETTINGS)
    @given(data=st.data())
    def call(data: st.DataObject) -> None:
        method, caller = data.draw(st.sampled_from(METHODS)), data.draw(st.sampled_from([door.trader, door.staff]))
        fields = data.draw(messages_of(method.input_type, account=account))
        request = GetMessageClass(method.input_type)(**fields)
        assert answer_to(caller, method, request.SerializeToString()) not in NEVER_SAID, (method.name, fields)

    call()


@pytest.mark.parametrize("data", [b"\x0a", b"\x0a\xff\xff\xff\xff\x0f", b"\xff" * 64, b"\xa2\x06\x01x"])
def test_bytes_that_are_no_request_are_refused_by_every_method(door: Door, data: bytes):
    with door.nothing_recorded():
        answers = {method.name: answer_to(door.staff, method, data) for method in METHODS}
    assert answers == dict.fromkeys(answers, "INVALID_ARGUMENT")
