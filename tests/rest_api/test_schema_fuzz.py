"""The REST door keeps to its own schema: called with all that the schema allows, and with what it does not.

Every check of Schemathesis is made of every answer but two. Not all that the schema cannot rule out is taken on: a
limit order needs a price, and a symbol must be listed; no schema says so, and such requests are a 400 or 422. And what
was deleted can still be read: a canceled order stays in the books with its reports.
"""

import os
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance, use_after_free

from tests.rest_api.conftest import Caller

CALLS = 1_000
CALLS_BY_NIGHT = 100_000
CHAINS = 12
CHAINS_BY_NIGHT = 2_000
CHAIN_LENGTH = 8
SETTINGS: dict[str, Any] = {
    "deadline": None,
    "database": None,
    "derandomize": not os.environ.get("MARKETOPS_NIGHTLY"),
    "suppress_health_check": list(HealthCheck),
    "phases": [Phase.generate],
}


@pytest.fixture
def schema(committed_exchange) -> Iterator[Any]:
    """The schema as the door serves it, with the door behind it in this process, over one kept connection."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield schemathesis.openapi.from_wsgi("/api/v1/schema/", get_wsgi_application())
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def call_everything(exchange: Any, schema: Any, *, calls: int) -> Counter[str]:
    """Call every operation about equally often, half of it against the schema. How often each was called."""
    headers = {**exchange.operator.headers, "Accept-Encoding": "identity"}
    operations = [found.ok() for found in schema.get_all_operations()]
    made: Counter[str] = Counter()
    failed: list[Exception] = []
    for operation in operations:
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            try:
                made[operation.label] += _call(
                    operation, mode=mode, headers=headers, calls=calls // len(operations) // 2
                )
            except* Exception as failures:
                failed.append(failures)
    if failed:
        raise ExceptionGroup("The door did not keep to its schema.", failed)
    assert set(made) == {operation.label for operation in operations}
    return made


def _call(operation: Any, *, mode: GenerationMode, headers: dict[str, str], calls: int) -> int:
    made = 0

    @settings(max_examples=calls, **SETTINGS)
    @given(case=operation.as_strategy(generation_mode=mode))
    def call(case: Any) -> None:
        nonlocal made
        made += 1
        if mode is GenerationMode.POSITIVE:
            _ask_for_every_field(case)
        case.call_and_validate(headers=headers, excluded_checks=[positive_data_acceptance])

    try:
        call()
    except Unsatisfiable:
        assert mode is GenerationMode.NEGATIVE, "whatever takes anything can be called"
    return made


def chain_operations(caller: Caller, schema: Any, *, chains: int) -> Counter[str]:
    """Call operations with what answers before them held, and return how often each was found by that.

    Which answer leads where is read off the names that the schema uses: an ``order_id`` that was given is asked for.
    """
    headers = {**caller.headers, "Accept-Encoding": "identity"}
    found: Counter[str] = Counter()

    class Chain(schema.as_state_machine()):  # type: ignore[misc]
        def get_call_kwargs(self, case: Any) -> dict[str, Any]:
            return {"headers": headers}

        def before_call(self, case: Any) -> None:
            _ask_for_every_field(case)

        def validate_response(self, response: Any, case: Any, **sent: Any) -> None:
            case.validate_response(
                response,
                headers=headers,
                excluded_checks=[positive_data_acceptance, use_after_free],
                transport_kwargs=sent,
                recorder=self.recorder,
            )

        def step(self, input: Any) -> Any:
            output = super().step(input)
            if input.is_applied and output.response.status_code < 400:
                found[input.case.operation.label] += 1
            return output

    Chain.run(settings=settings(max_examples=chains, stateful_step_count=CHAIN_LENGTH, **SETTINGS))
    return found


def _ask_for_every_field(case: Any) -> None:
    """Which fields an answer has when some are asked for is more than a schema can say."""
    case.query = {name: value for name, value in (case.query or {}).items() if name != "fields"}


def test_every_operation_keeps_to_the_schema(committed_exchange, schema):
    made = call_everything(committed_exchange, schema, calls=CALLS)
    assert all(made.values())


def test_what_an_answer_names_can_be_asked_for(committed_exchange, schema):
    assert chain_operations(committed_exchange.operator, schema, chains=CHAINS)


def test_an_order_that_was_listed_can_be_read_changed_and_canceled(committed_exchange, schema):
    for number in range(5):
        committed_exchange.trader.post("orders/", committed_exchange.ticket(cl_ord_id=f"my-{number}"))
    committed_exchange.drain()
    assert chain_operations(committed_exchange.trader, schema.include(path_regex="/orders/"), chains=CHAINS)


@pytest.mark.nightly
@pytest.mark.timeout(4 * 3600)
@pytest.mark.parametrize("who", ["operator", "trader"])
def test_what_answers_name_can_be_asked_for_in_any_order(committed_exchange, schema, who):
    committed_exchange.trader.post("orders/", committed_exchange.ticket())
    assert chain_operations(getattr(committed_exchange, who), schema, chains=CHAINS_BY_NIGHT)


@pytest.mark.nightly
@pytest.mark.timeout(4 * 3600)
def test_every_operation_keeps_to_the_schema_however_often_it_is_called(committed_exchange, schema):
    call_everything(committed_exchange, schema, calls=CALLS_BY_NIGHT)
