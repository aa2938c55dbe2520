"""Calling the exchange's services and selectors from the event loop, each call on a thread of its own."""

from collections.abc import Callable
from typing import ParamSpec, TypeVar

from channels.db import database_sync_to_async
from django.db import InterfaceError, OperationalError

from market.errors import Unavailable

DATABASE_AWAY = (OperationalError, InterfaceError)

Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


async def in_database(
    function: Callable[Parameters, Result], *args: Parameters.args, **kwargs: Parameters.kwargs
) -> Result:
    """What the function returns. Raises Unavailable while the database is away, and whatever the function raises."""
    try:
        result: Result = await database_sync_to_async(function, thread_sensitive=False)(*args, **kwargs)
    except DATABASE_AWAY as error:
        raise Unavailable("The exchange's database is away; nothing was recorded. Ask again in a moment.") from error
    return result
