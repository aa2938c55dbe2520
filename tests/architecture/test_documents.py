"""The documents say what is there: settings, dependencies, licences, decisions and links."""

import re
from pathlib import Path

import pytest

from tests.architecture.sources import ROOT, table_rows, texts

DOCS = ROOT / "docs"
SETTINGS = DOCS / "settings.md"
DEPENDENCIES = DOCS / "dependencies.md"
DECISIONS = DOCS / "decisions"
PICTURES = DOCS / "images"

PROGRAMS = frozenset({".py", ".bash", ""})
OWN_SETTING = re.compile(r"\bMARKETOPS_[A-Z][A-Z_]*[A-Z]\b")
SETTING_READ = re.compile(r"""\benv(?:iron)?(?:\.\w+\(|\[)\s*"([A-Z][A-Z_]+)\"""")
OTHER_PEOPLES_SETTINGS = frozenset({"PATH", "DJANGO_SETTINGS_MODULE", "PYTEST_XDIST_WORKER"})
NAME = re.compile(r"`([A-Za-z0-9_.-]+)`")
REQUIREMENT = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[a-z,]+\])?[=~]=", re.MULTILINE)
LINK = re.compile(r"\]\(([^)\s]+)\)")
ELSEWHERE = ("http://", "https://", "mailto:", "#")

MARKDOWN = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md"), *ROOT.glob("clients/*/*.md"), *ROOT.glob("examples/*.md")])


def first_cells(path: Path) -> set[str]:
    """What the tables of a document are about: the names in their first column."""
    return {name for row in table_rows(path) for name in NAME.findall(row[0])}


def programs() -> list[str]:
    """What every program of the repository says."""
    return [text for path, text in texts() if path.suffix in PROGRAMS]


def direct_dependencies() -> set[str]:
    """The packages that the two lists written by hand name."""
    lists = [ROOT / "requirements.in", ROOT / "requirements-dev.in"]
    return {name for path in lists for name in REQUIREMENT.findall(path.read_text())}


def test_every_setting_is_explained():
    known: set[str] = set()
    for program in programs():
        known.update(OWN_SETTING.findall(program), SETTING_READ.findall(program))
    assert sorted(known - OTHER_PEOPLES_SETTINGS - first_cells(SETTINGS)) == []


def test_every_setting_explained_exists():
    words = {word for program in programs() for word in re.findall(r"[A-Z][A-Z_]+", program)}
    assert sorted(first_cells(SETTINGS) - words) == []


def test_every_direct_dependency_is_justified():
    assert sorted(direct_dependencies() - first_cells(DEPENDENCIES)) == []


def test_every_dependency_justified_is_one():
    assert sorted(first_cells(DEPENDENCIES) - direct_dependencies()) == []


def test_every_package_that_is_installed_to_run_is_in_the_notice():
    named = set(re.findall(r"^  ([a-z0-9][a-z0-9.-]*) ", (ROOT / "NOTICE").read_text(), re.MULTILINE))
    assert sorted(set(REQUIREMENT.findall((ROOT / "requirements.txt").read_text())) - named) == []


def test_the_decisions_are_numbered_without_a_gap_and_listed():
    records = sorted(path for path in DECISIONS.glob("*.md") if path.name != "README.md")
    assert [path.name[:5] for path in records] == [f"{number:04d}-" for number in range(1, len(records) + 1)]
    index = (DECISIONS / "README.md").read_text()
    assert [path.name for path in records if f"({path.name})" not in index] == []


@pytest.mark.parametrize("path", MARKDOWN, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_somewhere(path):
    targets = [target for target in LINK.findall(path.read_text()) if not target.startswith(ELSEWHERE)]
    files = [(path.parent / target.partition("#")[0]).resolve() for target in targets]
    # The pictures are made by script/screenshots from the running exchange.
    assert [str(file) for file in files if not file.exists() and file.parent != PICTURES] == []
