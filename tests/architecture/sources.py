"""The files of the repository as the architecture's tests read them; what a start or a tool makes is left out."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[2]
MADE_BY_TOOLS = frozenset({"var", "staticfiles", "htmlcov", "__pycache__"})
HIDDEN_BUT_OURS = frozenset({".ci"})
READ_AS_TEXT = frozenset({".py", ".bash", ".html", ".js", ".css", ".md", ".toml", ".in", ".txt", ".yaml", ".yml", ""})


def texts() -> Iterator[tuple[Path, str]]:
    """Every text file and what it says."""
    for path in _files(ROOT):
        if path.suffix in READ_AS_TEXT:
            yield path, path.read_text()


def python_files(*rooms: str) -> list[Path]:
    """The Python files of some of the repository's top folders, migrations left out."""
    files = [path for room in rooms for path in sorted((ROOT / room).rglob("*.py"))]
    assert files, f"{rooms} hold no Python"
    return [path for path in files if "migrations" not in path.parts]


def tree_of(path: Path) -> ast.Module:
    """A file's syntax tree."""
    return ast.parse(path.read_text(), filename=str(path))


def place(path: Path, node: ast.AST) -> str:
    """Where to look, as editors understand it."""
    return f"{path.relative_to(ROOT)}:{getattr(node, 'lineno', 1)}"


class Table(NamedTuple):
    """A table of a Markdown file."""

    heading: list[str]
    rows: list[list[str]]


def tables(path: Path) -> list[Table]:
    """Every table of a Markdown file."""
    found: list[Table] = []
    is_inside = False
    for line in path.read_text().splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not line.startswith("|"):
            is_inside = False
        elif not is_inside:
            found.append(Table(cells, []))
            is_inside = True
        elif set(line) - set("|-: "):
            found[-1].rows.append(cells)
    return found


def table_rows(path: Path) -> list[list[str]]:
    """The cells of every row of a Markdown file's tables."""
    return [row for table in tables(path) for row in table.rows]


def _files(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.name in MADE_BY_TOOLS or (
            path.name.startswith(".") and path.is_dir() and path.name not in HIDDEN_BUT_OURS
        ):
            continue
        if path.is_dir():
            yield from _files(path)
        elif not path.is_symlink():
            yield path
