"""Management commands from a shell: without a database, or without its tables, they end in a sentence."""

import sys
from collections.abc import Sequence

import psycopg
from django.core.management import execute_from_command_line
from django.db import OperationalError, ProgrammingError, connection
from psycopg import errors

OUT_OF_REACH = (
    "No PostgreSQL answers at {HOST}:{PORT}, database {NAME}. `script/manage COMMAND` runs a command beside the "
    "servers of the data folder; DATABASE_URL names another server."
)
WITHOUT_TABLES = (
    "The database {NAME} at {HOST}:{PORT} has not the tables of this version. `script/manage migrate` makes them."
)


def run(arguments: Sequence[str]) -> None:
    """Run a management command as Django does; exit with status 1 and a sentence where the database is not there."""
    try:
        execute_from_command_line(list(arguments))
    except (OperationalError, ProgrammingError) as error:
        sentence = _sentence(error.__cause__)
        if sentence is None or "--traceback" in arguments:
            raise
        sys.exit(sentence.format_map(connection.settings_dict))


def _sentence(cause: BaseException | None) -> str | None:
    if isinstance(cause, errors.UndefinedTable | errors.UndefinedColumn):
        return WITHOUT_TABLES
    # What a server refuses has a state; a connection that was never made has none.
    if isinstance(cause, psycopg.OperationalError) and cause.sqlstate is None:
        return OUT_OF_REACH
    return None
