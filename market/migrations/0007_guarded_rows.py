"""Which rows only their writers write, and when a row of the journal may go.

A transaction says who it is by ``marketops.writer``. The triggers look at that word once for each statement, in their
WHEN clauses, so that a writer's statement calls no function at all.

Journal, batches and trades only grow, but for this: what an export holds may be deleted. The database compares each
deleted row with the exports itself.
"""

from django.db import migrations

from access.append_only import append_only

WRITERS = {
    "market_order": ("intake", "matcher"),
    "market_orderterms": ("intake", "matcher"),
    "market_position": ("matcher",),
    "market_trade": ("matcher", "retention"),
    "market_journalcommand": ("matcher", "retention"),
    "market_journalterms": ("matcher", "retention"),
    "market_journalevent": ("matcher", "retention"),
    "market_batch": ("matcher", "retention"),
    "market_journalexport": ("retention",),
}
# By which column a row's place in its book's journal is known.
EXPORTED = {
    "market_journalcommand": "command_seq",
    "market_journalterms": "command_seq",
    "market_journalevent": "command_seq",
    "market_trade": "command_seq",
    "market_batch": "last_command_seq",
}

REFUSE_STRANGERS = """
CREATE FUNCTION refuse_stranger() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of % is refused: only % may do that', TG_OP, TG_TABLE_NAME, TG_ARGV[0]
        USING ERRCODE = 'restrict_violation',
              HINT = 'Use the services of the exchange; they say who they are by marketops.writer.';
END $$
"""
REFUSE_UNEXPORTED = """
CREATE FUNCTION refuse_unexported() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    is_missing boolean;
BEGIN
    EXECUTE format(
        'SELECT EXISTS (SELECT FROM gone WHERE %1$I > COALESCE((SELECT max(e.last_command_seq)
           FROM market_journalexport e WHERE e.instrument_id = gone.instrument_id), 0))', TG_ARGV[0])
       INTO is_missing;
    IF is_missing THEN
        RAISE EXCEPTION '% only grows: % is refused for what no export holds', TG_TABLE_NAME, TG_OP
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NULL;
END $$
"""


def guarded(table: str, writers: tuple[str, ...]) -> migrations.RunSQL:
    """Refuse statements of transactions that are none of the writers."""
    words = ", ".join(f"'{writer}'" for writer in writers)
    return migrations.RunSQL(
        f"CREATE TRIGGER by_its_writer BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table} FOR EACH STATEMENT"
        f" WHEN (COALESCE(current_setting('marketops.writer', true), '') NOT IN ({words}))"
        f" EXECUTE FUNCTION refuse_stranger('{' or '.join(writers)}')",
        f"DROP TRIGGER by_its_writer ON {table}",
    )


def exported_first(table: str, column: str) -> list[migrations.RunSQL]:
    """Let the table grow only, but for rows that an export holds."""
    events = "CREATE TRIGGER only_grows BEFORE {} ON {} FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    drop = f"DROP TRIGGER only_grows ON {table}"
    return [
        migrations.RunSQL(
            [drop, events.format("UPDATE OR TRUNCATE", table)],
            [drop, events.format("UPDATE OR DELETE OR TRUNCATE", table)],
        ),
        migrations.RunSQL(
            f"CREATE TRIGGER exported_first AFTER DELETE ON {table} REFERENCING OLD TABLE AS gone"
            f" FOR EACH STATEMENT EXECUTE FUNCTION refuse_unexported('{column}')",
            f"DROP TRIGGER exported_first ON {table}",
        ),
    ]


class Migration(migrations.Migration):
    dependencies = [("market", "0006_journal_verified")]
    operations = [
        migrations.RunSQL(REFUSE_STRANGERS, "DROP FUNCTION refuse_stranger()"),
        migrations.RunSQL(REFUSE_UNEXPORTED, "DROP FUNCTION refuse_unexported()"),
        append_only("market_journalexport"),
        *(guarded(table, writers) for table, writers in WRITERS.items()),
        *(step for table, column in EXPORTED.items() for step in exported_first(table, column)),
    ]
