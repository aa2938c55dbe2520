"""The deeds by their names, and how one is done in a process of its own."""

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.db import connections

from market import failpoints
from tests.faults import planted
from vocabulary import limits

SMALL_LIMITS = {"MATCH_BATCH_MAX": 4, "SNAPSHOT_EVERY_COMMANDS": 40}

Deed = Callable[..., Any]
DEEDS: dict[str, Deed] = {}


def deed(function: Deed) -> Deed:
    """Make a function known as a deed, by its name."""
    DEEDS[function.__name__] = function
    return function


def do(
    wanted: str,
    /,
    *,
    database: str = "",
    port: int = 0,
    limit: dict[str, int] | None = None,
    plan: str = "",
    landed: str = "",
    bug: str = "",
    **arguments: Any,
) -> Any:
    """Do a deed in this process. ``plan`` arms failpoints, ``port`` leads through a proxy, ``bug`` is planted first."""
    connections["default"].settings_dict.update({"NAME": database} if database else {})
    connections["default"].settings_dict.update({"PORT": port} if port else {})
    for limit_name, value in {**SMALL_LIMITS, **(limit or {})}.items():
        setattr(limits, limit_name, value)
    planted.plant(bug)
    function = DEEDS[wanted]
    words = inspect.signature(function).parameters
    given = {**arguments, "plan": plan, "landed": landed}
    if "plan" not in words:
        failpoints.arm(plan, landed=Path(landed))
    return function(**{word: value for word, value in given.items() if word in words})
