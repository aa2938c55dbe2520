"""Third-party scripts come from installed packages, byte for byte the ones that were looked at."""

import hashlib
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.core.exceptions import ImproperlyConfigured

from marketops_site.packaged_scripts import PACKAGED_SCRIPTS

CHART_SHA256 = "756b0ba9f58930226d6b8b9d47ad310448ab85d799ea1f7c2c02304777c10b52"


def test_the_chart_script_is_the_one_that_was_looked_at():
    found = finders.find("vendor/lightweight-charts.js")

    assert isinstance(found, str)
    assert hashlib.sha256(Path(found).read_bytes()).hexdigest() == CHART_SHA256


def test_every_packaged_script_is_collected_under_vendor():
    finder = finders.get_finder("marketops_site.packaged_scripts.PackagedScriptFinder")

    collected = {f"{storage.prefix}/{path}" for path, storage in finder.list([])}

    assert collected == {"vendor/lightweight-charts.js"}


def test_a_script_with_other_bytes_is_refused():
    changed = PACKAGED_SCRIPTS["lightweight-charts.js"]._replace(sha256="0" * 64)

    with pytest.raises(ImproperlyConfigured, match="SHA-256"):
        _ = changed.file


def test_a_script_of_a_missing_package_is_refused():
    with pytest.raises(ImproperlyConfigured, match="not installed"):
        _ = PACKAGED_SCRIPTS["lightweight-charts.js"]._replace(package="no_such_package").file


def test_a_path_that_is_none_of_ours_is_not_found():
    assert finders.find("vendor/other.js") is None
