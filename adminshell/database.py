"""Using the database from threads that live long: a connection is taken for one piece of work and given back."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import close_old_connections


@contextmanager
def borrowed_connection() -> Iterator[None]:
    """Whatever connection is used inside is a working one, and is given back at the end."""
    close_old_connections()
    try:
        yield
    finally:
        close_old_connections()
