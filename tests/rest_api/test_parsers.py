"""Reading JSON strictly, at the speed of its length."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.exceptions import ParseError

from rest_api.parsers import object_in
from vocabulary import limits

DEPTH = limits.JSON_DEPTH_MAX


def is_object_or_refused(body: bytes) -> bool:
    """Whether reading the body ends in an object or in a refusal, and in nothing else."""
    try:
        return isinstance(object_in(body), dict)
    except ParseError as error:
        return bool(str(error.detail))


@given(st.binary(max_size=200))
def test_any_bytes_are_an_object_or_a_clear_refusal(body):
    assert is_object_or_refused(body)


@given(st.text(alphabet='{}[]",:\\u0dD8eE+-.1aNnul ', max_size=60))
def test_anything_like_json_is_an_object_or_a_clear_refusal(text):
    assert is_object_or_refused(text.encode())


def test_the_deepest_nesting_that_is_allowed_is_read():
    assert object_in(b'{"a":' * DEPTH + b"1" + b"}" * DEPTH)


@pytest.mark.parametrize(
    "body",
    [b'"' + b'\\"' * (limits.BODY_BYTES_MAX // 2), b"[]" * (limits.BODY_BYTES_MAX // 2), b'{"a":"' * 40_000],
    ids=["escaped quotes without an end", "brackets", "open strings"],
)
def test_hostile_bodies_cost_no_more_than_their_length(body):
    begun = time.process_time()
    with pytest.raises(ParseError):
        object_in(body)
    assert time.process_time() - begun < 1
