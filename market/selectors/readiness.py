"""Whether the exchange has what it needs to take orders on and to match them."""

from functools import cache

import redis
from django.db import Error, connection
from django.db.migrations.loader import MigrationLoader

from market import redis_connection
from market.records import Readiness

OLDEST_AGE = """
SELECT COALESCE(EXTRACT(EPOCH FROM clock_timestamp() - min(
         (SELECT c.accepted_at FROM market_inboxcommand c WHERE c.instrument_id = b.instrument_id ORDER BY c.id LIMIT 1)
       )), 0)
  FROM market_book b WHERE b.status = 'RUNNING'
"""
APPLIED = "SELECT count(*) FROM django_migrations WHERE (app, name) IN (SELECT * FROM unnest(%s::text[], %s::text[]))"

_known_to_be_migrated: set[str] = set()
"""Databases that have the newest tables: as migrations only go forward, they are asked until they do, and no longer."""


def probe() -> Readiness:
    """Look at everything once. It never raises: what cannot be reached is down, and what it would tell is unknown."""
    is_redis_up = _redis_answers()
    try:
        is_migrated = _is_migrated()
        return Readiness(True, is_migrated, is_redis_up, _oldest_age_s() if is_migrated else None)
    except Error:
        return Readiness(False, None, is_redis_up, None)


def _is_migrated() -> bool:
    name = str(connection.settings_dict["NAME"])
    if name in _known_to_be_migrated:
        return True
    wanted = _newest_migrations()
    apps, names = zip(*wanted, strict=True)
    with connection.cursor() as cursor:
        if "django_migrations" not in connection.introspection.table_names(cursor):
            return False
        cursor.execute(APPLIED, [list(apps), list(names)])
        is_migrated = bool(cursor.fetchone() == (len(wanted),))
    if is_migrated:
        _known_to_be_migrated.add(name)
    return is_migrated


@cache
def _newest_migrations() -> list[tuple[str, str]]:
    """The last migration of each application, as this version has them on disk."""
    return [(str(app), str(name)) for app, name in MigrationLoader(None).graph.leaf_nodes()]


def _oldest_age_s() -> float:
    with connection.cursor() as cursor:
        cursor.execute(OLDEST_AGE)
        return float(cursor.fetchone()[0])


def _redis_answers() -> bool:
    try:
        return bool(redis_connection.client().ping())
    except (redis.RedisError, OSError):
        return False
