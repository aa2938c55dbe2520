"""The exchange's own settings, with one more route: the empty view that requests are measured against."""

from marketops_site.settings import *  # noqa: F403 - a settings module that changes one line of another

ROOT_URLCONF = "benchmarks.urls"
