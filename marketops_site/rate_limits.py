"""Reading how often callers may ask from a setting such as ``reads=200:2000,orders=100:500``."""

from django.core.exceptions import ImproperlyConfigured

from access.budgets import Budget

DEFAULT = "reads=200:2000,orders=200:2000,cancels=200:4000,failures=0.5:30,sign_ins=0.5:30"
OFF = "off"


def parse(text: str) -> dict[str, tuple[float, int]]:
    """How much of each budget comes back each second, and how much it holds; budgets that are not named have no limit.

    Raises ImproperlyConfigured for what names no budget or no numbers.
    """
    if text.strip() == OFF:
        return {}
    return dict(_budget(part.strip()) for part in text.split(","))


def _budget(part: str) -> tuple[str, tuple[float, int]]:
    name, _, numbers = part.partition("=")
    per_s, _, holds = numbers.partition(":")
    try:
        limit = float(per_s), int(holds)
    except ValueError:
        limit = 0.0, 0
    if name not in {budget.value for budget in Budget} or not limit[0] > 0 or not limit[1] > 0:
        raise ImproperlyConfigured(
            f"MARKETOPS_RATE_LIMITS must be 'off' or name budgets ({', '.join(Budget)}) as NAME=PER_SECOND:HOLDS, "
            f"both above zero; {part!r} does not."
        )
    return name, limit
