"""The two matchers that every scenario runs against."""

import pytest

from matching import warm
from tests.matching.drawing import Matcher, open_matcher


@pytest.fixture(scope="session", autouse=True)
def warm_kernel() -> None:
    """Compile before the first test, so that no test's time limit pays for it."""
    warm()


@pytest.fixture(params=["reference", "kernel"])
def matcher(request: pytest.FixtureRequest) -> Matcher:
    """An empty book over the prices 1 to 200: once the reference, once the kernel."""
    return open_matcher(request.param)
