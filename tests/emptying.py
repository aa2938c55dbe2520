"""How the database is as after the migrations again once a test has really committed."""

from django.db import connection, transaction

KEPT_TABLES = ("django_migrations", "django_content_type", "auth_permission")
GUARDS = ("only_grows", "by_its_writer", "exported_first")
"""The triggers that refuse changes."""

TABLES = """
SELECT oid::regclass::text,
       EXISTS (SELECT FROM pg_constraint WHERE contype = 'f' AND confrelid = pg_class.oid)
  FROM pg_class
 WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> ALL (%s)
"""
COUNT_ANEW = """
SELECT setval(seqrelid::regclass, seqstart, false)
  FROM pg_sequence
  JOIN pg_depend ON objid = seqrelid AND classid = 'pg_class'::regclass AND deptype IN ('a', 'i')
 WHERE refobjid = ANY (%s::regclass[]) AND pg_sequence_last_value(seqrelid) IS NOT NULL
"""


def empty_every_table() -> None:
    """Empty all tables, once whoever still writes to them has ended; the guards look away for the moment.

    Only tables with rows in them are touched: one that is emptied gets new files, and so does each of its indexes.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        tables = _tables()
        cursor.execute(f"LOCK TABLE {', '.join(tables)} IN EXCLUSIVE MODE")
        full = _with_rows(list(tables))
        referenced = [name for name in full if tables[name]]
        if full:
            cursor.execute("; ".join(_statements(full, referenced=referenced)))
        cursor.execute(COUNT_ANEW, [list(tables)])
    if referenced:
        # So that the next rows are read in the order in which they are written, as after a truncation.
        connection.cursor().execute(f"VACUUM (INDEX_CLEANUP ON) {', '.join(referenced)}")


def guards_of_tables() -> list[tuple[str, str]]:
    """Each table with a trigger that refuses changes, and the trigger's name."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE tgname = ANY (%s) ORDER BY 1, 2",
            [list(GUARDS)],
        )
        return list(cursor.fetchall())


def _tables() -> dict[str, bool]:
    """Every table to be emptied, and whether others refer to its rows."""
    with connection.cursor() as cursor:
        cursor.execute(TABLES, [list(KEPT_TABLES)])
        return dict(cursor.fetchall())


def _with_rows(tables: list[str]) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f"(SELECT '{table}' FROM {table} LIMIT 1)" for table in tables))
        return [name for (name,) in cursor.fetchall()]


def _statements(tables: list[str], *, referenced: list[str]) -> list[str]:
    """Empty these tables; a referenced one can be truncated only with all that could refer to it, so it is deleted."""
    guards = [(table, guard) for table, guard in guards_of_tables() if table in tables]
    others = [table for table in tables if table not in referenced]
    return [
        *(f"ALTER TABLE {table} DISABLE TRIGGER {guard}" for table, guard in guards),
        *([f"TRUNCATE {', '.join(others)}"] if others else []),
        *(f"DELETE FROM {table}" for table in referenced),
        "SET CONSTRAINTS ALL IMMEDIATE",  # a trigger cannot be changed while rows wait to be checked
        *(f"ALTER TABLE {table} ENABLE TRIGGER {guard}" for table, guard in guards),
    ]
