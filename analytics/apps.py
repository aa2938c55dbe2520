"""The Django application of analytics."""

from django.apps import AppConfig


class AnalyticsConfig(AppConfig):
    """Candles."""

    name = "analytics"
    verbose_name = "Analytics"
