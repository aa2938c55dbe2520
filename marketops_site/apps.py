"""The Django application that puts the exchange together."""

from django.apps import AppConfig
from django.core import checks

from marketops_site.postgres import safety


class SiteConfig(AppConfig):
    """Settings, routes and the commands that set an installation up."""

    name = "marketops_site"
    verbose_name = "MarketOps"

    def ready(self) -> None:
        """Have the database looked at wherever Django checks one: ``migrate``, ``check --database``, ``prepare``."""
        checks.register(safety.check, checks.Tags.database)
