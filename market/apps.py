"""The Django application of the exchange."""

from django.apps import AppConfig


class MarketConfig(AppConfig):
    """Instruments, accounts, orders and the matching service."""

    name = "market"
    verbose_name = "Market"
