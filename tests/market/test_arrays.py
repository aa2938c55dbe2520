"""What goes to the database as the text of an array comes back as it was."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from market import arrays

TEXTS = st.lists(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8), max_size=6)
NUMBERS = st.lists(st.one_of(st.none(), st.integers(-(2**63), 2**63 - 1)), max_size=6)
in_one_database = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def read_back(array: str, type_name: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT %s::{type_name}[]", [array])
        return list(cursor.fetchone()[0])


@given(texts=TEXTS)
@example(texts=[""])
@example(texts=['"', "\\", "\\x00", ",", "{}", "NULL"])
@in_one_database
@pytest.mark.django_db
def test_texts_come_back_whatever_they_hold(texts):
    assert read_back(arrays.of_texts(texts), "text") == texts


@given(numbers=NUMBERS)
@in_one_database
@pytest.mark.django_db
def test_numbers_come_back_and_none_as_null(numbers):
    assert read_back(arrays.of_numbers(numbers), "bigint") == numbers


@pytest.mark.django_db
def test_decimals_and_bytes_come_back():
    assert read_back(arrays.of_numbers([Decimal("1.50"), None, Decimal("1E-8")]), "numeric") == [
        Decimal("1.50"),
        None,
        Decimal("1E-8"),
    ]
    assert [bytes(value) for value in read_back(arrays.of_bytes([b"", b"\x00\xff"]), "bytea")] == [b"", b"\x00\xff"]
