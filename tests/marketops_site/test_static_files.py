"""Static files as browsers get them: ours alone, under names that tell their content."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from marketops_site.static_storage import HashedModulesStorage

HASHED = re.compile(r"\.[0-9a-f]{12}\.(js|css|svg)$")
IMPORTED = re.compile(r"""from\s*["'](?P<path>[./][^"']+)["']""")


@pytest.fixture(scope="module")
def collected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The static files of our own as an installation collects them."""
    root = tmp_path_factory.mktemp("static")
    storage = HashedModulesStorage(location=str(root), base_url="/static/")
    ours = Path(settings.STATICFILES_DIRS[0])
    found = {}
    for file in sorted(one for one in ours.rglob("*") if one.is_file()):
        name = str(file.relative_to(ours))
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(file.read_bytes())
        found[name] = (storage, name)
    for _, _, processed in storage.post_process(found):
        assert not isinstance(processed, Exception), processed
    return root


def test_scripts_import_each_other_by_names_that_tell_their_content(collected: Path):
    scripts = [file for file in (collected / "js").glob("*.js") if HASHED.search(file.name)]
    imported = [(file, path) for file in scripts for path in IMPORTED.findall(file.read_text())]

    assert imported
    for file, path in imported:
        assert HASHED.search(path), (file.name, path)
        assert (collected / "js" / Path(path).name).is_file(), path


def test_scripts_and_styles_are_there_compressed(collected: Path):
    assert list((collected / "css").glob("*.css.gz"))
    assert list((collected / "js").glob("instrument.*.js.gz"))
