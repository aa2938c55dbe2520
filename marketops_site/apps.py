"""The Django application that puts the exchange together."""

from django.apps import AppConfig


class SiteConfig(AppConfig):
    """Settings, routes and the commands that set an installation up."""

    name = "marketops_site"
    verbose_name = "MarketOps"
