"""Calling services and selectors, which wait for the database, from the event loop, which must not wait."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import ParamSpec, TypeVar

from channels.db import database_sync_to_async

from vocabulary import limits

P = ParamSpec("P")
R = TypeVar("R")

# So many at once and no more: what is beyond waits here, instead of for a connection.
_threads = ThreadPoolExecutor(limits.GRPC_DATABASE_THREADS, thread_name_prefix="grpc-database")


async def in_database(work: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Do the work in one of the threads that may hold a database connection, and give the connection back."""
    found: R = await database_sync_to_async(work, thread_sensitive=False, executor=_threads)(*args, **kwargs)
    return found
