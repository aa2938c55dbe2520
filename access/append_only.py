"""Tables that only grow, held by the database: a trigger refuses UPDATE, DELETE and TRUNCATE whoever asks."""

from django.db.migrations import RunSQL

CREATE_FUNCTION = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% only grows: % is refused', TG_TABLE_NAME, TG_OP USING ERRCODE = 'restrict_violation';
END $$
"""
DROP_FUNCTION = "DROP FUNCTION refuse_change()"


def append_only(table: str) -> RunSQL:
    """The migration step that makes a table append-only. The function must have been created by access's migrations."""
    return RunSQL(
        f"CREATE TRIGGER only_grows BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()",
        f"DROP TRIGGER only_grows ON {table}",
    )
