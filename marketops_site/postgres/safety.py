"""Whether the database keeps what it says it has kept: a check of Django's, and so of every ``migrate`` and start."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from django.core.checks import CheckMessage, Critical
from django.db import connections

SEQUENCES = """
SELECT sequencename, cache_size FROM pg_sequences
 WHERE schemaname = ANY(current_schemas(false)) AND cache_size > 1 ORDER BY sequencename
"""


OLDEST = 17
"""The first PostgreSQL that ends a whole transaction after a time."""


class Rule(NamedTuple):
    """What a setting of PostgreSQL has to be, and what happens otherwise."""

    name: str
    right: tuple[str, ...]
    otherwise: str


RULES = (
    Rule("fsync", ("on",), "an order that was acknowledged may be gone after a power cut"),
    Rule("full_page_writes", ("on",), "a page that was half written at a power cut cannot be repaired"),
    Rule(
        "synchronous_commit",
        ("on", "local", "remote_write", "remote_apply"),
        "an order is acknowledged before it is on the disk, and a crash of the server loses it",
    ),
    Rule("server_encoding", ("UTF8",), "what people write cannot be kept as they wrote it"),
    Rule(
        "default_transaction_isolation", ("read committed",), "an intake that waited would not see what it waited for"
    ),
    Rule("default_transaction_read_only", ("off",), "no order can be written down"),
)


def check(app_configs: Any, databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """What is unsafe about the databases that are asked about, each with what would be right."""
    return [fault for alias in databases or () for fault in _faults(alias)]


def _faults(alias: str) -> list[CheckMessage]:
    with connections[alias].cursor() as cursor:
        names = [rule.name for rule in RULES]
        cursor.execute("SELECT name, setting FROM pg_settings WHERE name = ANY(%s)", [names])
        found = dict(cursor.fetchall())
        cursor.execute(SEQUENCES)
        faults = faults_of(found, sequences=dict(cursor.fetchall()))
        cursor.execute("SELECT current_setting('server_version_num')::int")
        return faults + version_faults(cursor.fetchone()[0])


def version_faults(version: int) -> list[CheckMessage]:
    """What is wrong with a server of this version, 170004 for 17.4."""
    major = version // 10_000
    if major >= OLDEST:
        return []
    return [
        Critical(
            f"PostgreSQL is version {major}: a worker that stands still in a transaction would hold its book, and a "
            "door its account, for as long as it does.",
            hint=f"Use PostgreSQL {OLDEST} or later.",
            id="marketops.postgres_version",
        )
    ]


def faults_of(settings: Mapping[str, str], *, sequences: Mapping[str, int]) -> list[CheckMessage]:
    """What is wrong with these settings, and with sequences that hand their numbers out in blocks."""
    faults: list[CheckMessage] = [
        Critical(
            f"PostgreSQL's {rule.name} is {settings[rule.name]!r}: {rule.otherwise}.",
            hint=f"Set {rule.name} = {rule.right[0]}.",
            id=f"marketops.{rule.name}",
        )
        for rule in RULES
        if settings[rule.name] not in rule.right
    ]
    faults += [
        Critical(
            f"The sequence {name} hands its numbers out in blocks of {size}: an order that comes later may stand "
            "before one that was acknowledged earlier.",
            hint=f"ALTER SEQUENCE {name} CACHE 1.",
            id="marketops.sequence_cache",
        )
        for name, size in sequences.items()
    ]
    return faults
