"""The start refuses a database that would lose what it has acknowledged, and says what would be right."""

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import connection

from marketops_site.postgres import safety

SAFE = {
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "server_encoding": "UTF8",
    "default_transaction_isolation": "read committed",
    "default_transaction_read_only": "off",
}


def test_the_database_of_the_exchange_is_safe(clean_database: None):
    assert safety.check(None, databases=["default"]) == []


@pytest.mark.parametrize(
    ("name", "value", "right"),
    [
        ("fsync", "off", "on"),
        ("full_page_writes", "off", "on"),
        ("synchronous_commit", "off", "on"),
        ("server_encoding", "SQL_ASCII", "UTF8"),
        ("default_transaction_isolation", "serializable", "read committed"),
        ("default_transaction_read_only", "on", "off"),
    ],
)
def test_an_unsafe_setting_is_named_with_its_value_and_what_would_be_right(name: str, value: str, right: str):
    (fault,) = safety.faults_of({**SAFE, name: value}, sequences={})
    assert fault.msg.startswith(f"PostgreSQL's {name} is '{value}': ")
    assert fault.hint == f"Set {name} = {right}."


def test_a_server_that_cannot_end_a_whole_transaction_is_refused():
    (fault,) = safety.version_faults(16_0009)
    assert fault.msg.startswith("PostgreSQL is version 16: ")
    assert fault.hint == "Use PostgreSQL 17 or later."
    assert safety.version_faults(17_0000) == []


@pytest.mark.parametrize("value", ["local", "remote_write", "remote_apply"])
def test_every_kind_of_commit_that_waits_for_the_disk_is_safe(value: str):
    assert safety.faults_of({**SAFE, "synchronous_commit": value}, sequences={}) == []


def test_a_database_that_commits_before_it_writes_is_refused_by_the_start(clean_database: None):
    with connection.cursor() as cursor:
        cursor.execute("SET synchronous_commit = off")
        try:
            with pytest.raises(SystemCheckError) as refused:
                call_command("prepare", skip_static=True)
        finally:
            cursor.execute("RESET synchronous_commit")
    assert "synchronous_commit is 'off'" in str(refused.value)
    assert "Set synchronous_commit = on." in str(refused.value)


def test_a_sequence_that_hands_numbers_out_in_blocks_is_refused(clean_database: None):
    with connection.cursor() as cursor:
        cursor.execute("ALTER SEQUENCE market_inboxcommand_id_seq CACHE 20")
        try:
            (fault,) = safety.check(None, databases=["default"])
        finally:
            cursor.execute("ALTER SEQUENCE market_inboxcommand_id_seq CACHE 1")
    assert "market_inboxcommand_id_seq hands its numbers out in blocks of 20" in fault.msg
    assert fault.hint == "ALTER SEQUENCE market_inboxcommand_id_seq CACHE 1."
