"""A bug planted on purpose in the process of a pytest that is started for it, named by MARKETOPS_PLANTED_BUG."""

import os

NAMED_BY = "MARKETOPS_PLANTED_BUG"


def pytest_configure() -> None:
    """Plant it once Django is set up, and before any test is imported."""
    from tests.faults import planted

    planted.plant(os.environ.get(NAMED_BY, ""))
