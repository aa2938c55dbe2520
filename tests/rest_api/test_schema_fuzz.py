"""The REST door keeps to its own schema: called with all that the schema allows, and with what it does not.

Every check of Schemathesis is made of every answer but one: not all that the schema cannot rule out is taken on. A
limit order needs a price, and a symbol must be listed; no schema says so, and such requests are a 400 or 422.

It is called each operation for itself, and on walks: what one answer names, an order or a market, is asked for next.
"""

import os
from collections import Counter
from collections.abc import Iterator
from itertools import count
from random import SystemRandom
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, assume, given, seed, settings
from hypothesis.errors import FlakyStrategyDefinition, Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.core.parameters import ParameterLocation
from schemathesis.specs.openapi.checks import positive_data_acceptance

from access.models import ApiKey

CALLS = 1_000
CALLS_BY_NIGHT = 100_000
WALKED_CALLS = 1_000
WALKED_CALLS_BY_NIGHT = 20_000
WALKS, STEPS = 20, 10
REVOKING = "DELETE /api/v1/keys/{key_id}/"
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


def is_query_bad(case: Any) -> bool:
    """Whether the query is against the schema; in a case that is, it need not be."""
    query = case.meta.components.get(ParameterLocation.QUERY)
    return query is not None and query.mode is GenerationMode.NEGATIVE


def make_telling(case: Any) -> None:
    """See to it that the schema can tell whether the answer to a case is right."""
    query = case.query or {}
    if is_query_bad(case):
        # A parameter without a value is not sent, and so cannot be what is wrong with a query.
        assume(not any(value is None or value in ([], {}) for value in query.values()))
    else:
        # Which fields an answer has when some are asked for is more than a schema can say.
        case.query = {name: value for name, value in query.items() if name != "fields"}


def _call(operation: Any, *, mode: GenerationMode, headers: dict[str, str], calls: int) -> int:
    made = 0

    @settings(max_examples=calls, **SETTINGS)
    @given(case=operation.as_strategy(generation_mode=mode))
    def call(case: Any) -> None:
        nonlocal made
        make_telling(case)
        made += 1
        case.call_and_validate(headers=headers, excluded_checks=[positive_data_acceptance])

    try:
        call()
    except Unsatisfiable:
        assert mode is GenerationMode.NEGATIVE, "whatever takes anything can be called"
    return made


def test_every_operation_keeps_to_the_schema(committed_exchange, schema):
    made = call_everything(committed_exchange, schema, calls=CALLS)
    assert all(made.values())


@pytest.mark.nightly
@pytest.mark.timeout(4 * 3600)
def test_every_operation_keeps_to_the_schema_however_often_it_is_called(committed_exchange, schema):
    call_everything(committed_exchange, schema, calls=CALLS_BY_NIGHT)


def walk(exchange: Any, schema: Any, *, calls: int, first_seed: int) -> Counter[str]:
    """Walk from answer to request until so many were made. How often each operation was called by what an answer named.

    What a walk finds depends on those before it, as it does for people; so nothing is drawn twice and nothing shrunk.
    """
    headers = {**exchange.operator.headers, "Accept-Encoding": "identity"}
    own_key = ApiKey.objects.get(user=exchange.place.operator.user_id).pk
    # With credentials of its own making nearly every walk would end at its first step.
    schema.config.generation.update(with_security_parameters=False)
    schema.config.checks.update(excluded_check_names=[positive_data_acceptance.__name__])
    made: Counter[str] = Counter()
    named: Counter[str] = Counter()

    class Walk(schema.as_state_machine()):  # type: ignore[misc]
        """An operator's walk."""

        def before_call(self, case: Any) -> None:
            make_telling(case)
            assume(case.operation.label != REVOKING or str(case.path_parameters["key_id"]) != str(own_key))

        def step(self, input: Any) -> Any:
            made[input.case.operation.label] += 1
            named[input.case.operation.label] += input.transition is not None
            return super().step(input)

        def call(self, case: Any) -> Any:
            return case.call(headers=headers)

        def validate_response(self, response: Any, case: Any, additional_checks: Any = None) -> None:
            case.validate_response(
                response,
                additional_checks=additional_checks,
                headers=headers,
                transport_kwargs={"headers": headers},
                recorder=self.recorder,
            )

    for number in count(first_seed):
        try:
            seed(number)(Walk).run(settings=settings(max_examples=WALKS, stateful_step_count=STEPS, **SETTINGS))
        except FlakyStrategyDefinition:
            pass  # a walk came upon what an earlier one had left behind: the next goes on from there
        except Exception as error:
            error.add_note(f"The walks of seed {number}.")
            raise
        if made.total() >= calls:
            return named
    raise AssertionError("there is always another seed")


def test_what_an_answer_names_can_be_asked_for_and_keeps_to_the_schema(committed_exchange, schema):
    with committed_exchange.matching():
        named = walk(committed_exchange, schema, calls=WALKED_CALLS, first_seed=0)
    assert len(+named) > 20


@pytest.mark.nightly
@pytest.mark.timeout(4 * 3600)
def test_what_an_answer_names_can_be_asked_for_however_long_the_walk(committed_exchange, schema):
    any_seed = SystemRandom().randrange(10**6)
    with committed_exchange.matching():
        named = walk(committed_exchange, schema, calls=WALKED_CALLS_BY_NIGHT, first_seed=any_seed)
    assert len(+named) > 30
