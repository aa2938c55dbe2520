"""The exchange's own settings, with one more route: the empty view that requests are measured against.

Budgets are counted for every request as ever, but hold more than any run spends.
"""

from access.budgets import Budget
from marketops_site.settings import *  # noqa: F403 - a settings module that changes a few lines of another

ROOT_URLCONF = "benchmarks.urls"
RATE_LIMITS = {budget.value: (1_000_000.0, 1_000_000_000) for budget in Budget}
