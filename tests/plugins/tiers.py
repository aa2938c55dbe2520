"""Which tests belong to this run: the long forms only by night, and what could not run is named in the last line."""

import os
from collections.abc import Generator

import pytest

SKIPPED_FOR = "skipped_for"
CATEGORIES = {"browser": "browser tests skipped", "recorded_data": "recorded-data tests skipped"}
"""Marker of a test that needs something from outside: what the last line calls those that had to do without."""


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known whose tests need MARKETOPS_RECORDED_DATA."""
    config.addinivalue_line("markers", "recorded_data: needs the recorded market data of MARKETOPS_RECORDED_DATA")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the long forms to `script/test --nightly`."""
    if os.environ.get("MARKETOPS_NIGHTLY"):
        return
    by_night = [item for item in items if item.get_closest_marker("nightly")]
    if by_night:
        config.hook.pytest_deselected(items=by_night)
        items[:] = [item for item in items if not item.get_closest_marker("nightly")]


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip what needs recorded data where there is none."""
    if item.get_closest_marker("recorded_data") and not os.environ.get("MARKETOPS_RECORDED_DATA"):
        pytest.skip("MARKETOPS_RECORDED_DATA is not set")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Note on a skip what it was for; where a browser is required, its absence is a failure."""
    report = yield
    if not report.skipped or hasattr(report, "wasxfail"):
        return report
    for marker in CATEGORIES:
        if item.get_closest_marker(marker):
            report.user_properties.append((SKIPPED_FOR, marker))
            if marker == "browser" and os.environ.get("MARKETOPS_REQUIRE_BROWSER"):
                report.outcome = "failed"
                report.longrepr = f"A browser is required here, yet the test was skipped: {report.longrepr}"
    return report


@pytest.hookimpl(tryfirst=True)
def pytest_report_teststatus(report: pytest.TestReport | pytest.CollectReport) -> tuple[str, str, str] | None:
    """Count such a skip under its own name, which pytest then puts into its last line."""
    if report.skipped and isinstance(report, pytest.TestReport):
        for name, marker in report.user_properties:
            if name == SKIPPED_FOR:
                return CATEGORIES[str(marker)], "s", "SKIPPED"
    return None
