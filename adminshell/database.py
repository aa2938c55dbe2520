"""Using the database from threads that live long: a connection is taken for one piece of work and given back."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import InterfaceError, OperationalError, close_old_connections

from access.selectors import ssh_keys

DATABASE_AWAY = (OperationalError, InterfaceError)


@contextmanager
def borrowed_connection() -> Iterator[None]:
    """Whatever connection is used inside is a working one, and is given back at the end."""
    close_old_connections()
    try:
        yield
    finally:
        close_old_connections()


def is_away() -> bool:
    """Whether nobody's key can be looked up."""
    try:
        with borrowed_connection():
            ssh_keys.are_there_any()
    except DATABASE_AWAY:
        return True
    return False
