"""What each kind of process may do in the database: no more than its work takes.

The owner of the tables migrates; nothing else needs it. The roles are made by whoever runs the server (the embedded one
makes them itself); ``grant`` gives them their rights, after every migration. A process takes its role up by
``MARKETOPS_DATABASE_ROLE``, or by a login of its own that is a member of it.

Nobody but the owner changes tables or takes triggers off. What only grows nobody changes or empties; only the keeper,
who lets exported history go, deletes from what was exported.
"""

from collections.abc import Iterator, Mapping

from django.db import connection

WEB, MATCHER, KEEPER, READER = "marketops_web", "marketops_matcher", "marketops_keeper", "marketops_reader"
ROLES = (WEB, MATCHER, KEEPER, READER)

ALL, INSERT, UPDATE, NOTHING = "INSERT, UPDATE, DELETE", "INSERT", "UPDATE", ""
SECRETS = ("access_user", "access_apikey", "access_sshkey", "django_session")
"""What a reader of figures has no business with."""

JOURNAL = dict.fromkeys(("market_journalcommand", "market_journalterms", "market_journalevent", "market_batch"), INSERT)
OF_WEB: Mapping[str, str] = {
    **JOURNAL,  # a halt is journaled by the door that it comes in by
    "market_trade": NOTHING,
    "market_journalexport": NOTHING,
    "market_quarantine": NOTHING,
    "market_booksnapshot": NOTHING,
    "market_order": INSERT,
    "market_orderterms": INSERT,
    "market_position": "INSERT, UPDATE",
    "market_reservation": "INSERT, UPDATE",
    "market_clordiduse": "INSERT, UPDATE",
    "market_book": "INSERT, UPDATE",
    "access_audithead": "INSERT, UPDATE",
    "analytics_candle": NOTHING,
    "analytics_candlecursor": NOTHING,
    "analytics_quotesample": NOTHING,
    "django_migrations": NOTHING,
}
OF_MATCHER: Mapping[str, str] = {
    **JOURNAL,
    "market_trade": INSERT,
    "market_quarantine": INSERT,
    "access_auditentry": INSERT,
    "access_audithead": "INSERT, UPDATE",
    "market_order": UPDATE,
    "market_orderterms": UPDATE,
    "market_position": "INSERT, UPDATE",
    "market_reservation": "INSERT, UPDATE",
    "market_book": UPDATE,
    "market_booksnapshot": "INSERT, DELETE",
    "market_inboxcommand": ALL,
    "market_attempt": ALL,
    "market_tradingcalendar": UPDATE,
    "market_sessionlease": ALL,
}
OF_KEEPER: Mapping[str, str] = {
    **dict.fromkeys([*JOURNAL, "market_trade"], "INSERT, DELETE"),
    "market_order": "INSERT, UPDATE",
    "market_orderterms": "INSERT, UPDATE",
    "market_clordiduse": "INSERT, UPDATE",
    "access_audithead": "INSERT, UPDATE",
    "django_migrations": NOTHING,
}


def grant() -> bool:
    """Give the roles their rights on every table there is, and take all others; False where the roles do not exist."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_roles WHERE rolname = ANY(%s)", [list(ROLES)])
        if cursor.fetchone() != (len(ROLES),):
            return False
        tables = connection.introspection.table_names(cursor, include_views=False)
        cursor.execute("SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'only_grows'")
        growing = {row[0] for row in cursor.fetchall()}
        cursor.execute("; ".join(_statements(tables, growing=growing)))
    return True


def _statements(tables: list[str], *, growing: set[str]) -> Iterator[str]:
    everyone = ", ".join(ROLES)
    yield f"GRANT USAGE ON SCHEMA public TO {everyone}"
    yield f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {everyone}"
    yield f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {everyone}"
    yield f"REVOKE SELECT ON {', '.join(SECRETS)} FROM {READER}"
    yield f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {WEB}, {MATCHER}, {KEEPER}"
    for table in tables:
        by_default = INSERT if table in growing else ALL
        rights = {
            WEB: OF_WEB.get(table, by_default),
            MATCHER: OF_MATCHER.get(table, NOTHING),
            KEEPER: OF_KEEPER.get(table, by_default),
        }
        yield from (f"GRANT {right} ON {table} TO {role}" for role, right in rights.items() if right)
