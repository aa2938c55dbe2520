"""Serving third-party scripts out of the Python packages that carry them, so that nothing comes from elsewhere."""

import hashlib
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from django.contrib.staticfiles.finders import BaseFinder
from django.contrib.staticfiles.utils import matches_patterns
from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import FileSystemStorage

FOLDER = "vendor"


class PackagedScript(NamedTuple):
    """One script inside an installed package, and the SHA-256 of the bytes that we mean."""

    package: str
    path: str
    sha256: str

    @property
    def file(self) -> Path:
        """Where the script lies. Raises ImproperlyConfigured when it is missing or not the one we mean."""
        spec = find_spec(self.package)
        if spec is None or not spec.submodule_search_locations:
            raise ImproperlyConfigured(f"The package {self.package} is not installed.")
        file = Path(spec.submodule_search_locations[0], self.path)
        if not file.is_file():
            raise ImproperlyConfigured(f"The package {self.package} has no {self.path}.")
        if hashlib.sha256(file.read_bytes()).hexdigest() != self.sha256:
            raise ImproperlyConfigured(f"{self.path} of {self.package} is not the file whose SHA-256 is pinned.")
        return file


PACKAGED_SCRIPTS = {
    "lightweight-charts.js": PackagedScript(
        package="litecharts",
        path="js/lightweight-charts.js",
        sha256="756b0ba9f58930226d6b8b9d47ad310448ab85d799ea1f7c2c02304777c10b52",
    ),
}


class PackagedScriptFinder(BaseFinder):
    """Finds each packaged script under ``vendor/``."""

    def find(self, path: str, find_all: bool = False, **kwargs: Any) -> Any:
        """The file behind a static path; an empty list when it is none of ours."""
        folder, _, name = path.replace("\\", "/").partition("/")
        script = PACKAGED_SCRIPTS.get(name) if folder == FOLDER else None
        if script is None:
            return []
        return [str(script.file)] if find_all else str(script.file)

    def check(self, **kwargs: Any) -> list[Any]:
        """Nothing to check beyond what finding checks."""
        return []

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, FileSystemStorage]]:
        """Every packaged script with the storage that holds it."""
        for name, script in PACKAGED_SCRIPTS.items():
            if matches_patterns(name, ignore_patterns or ()):
                continue
            storage = FileSystemStorage(location=script.file.parent)
            storage.prefix = FOLDER  # type: ignore[attr-defined]
            yield script.file.name, storage
