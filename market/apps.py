"""The Django application of the exchange."""

from django.apps import AppConfig
from django.conf import settings

from market import failpoints


class MarketConfig(AppConfig):
    """Instruments, accounts, orders and the matching service."""

    name = "market"
    verbose_name = "Market"

    def ready(self) -> None:
        """Arm the places that a test of this copy has named; the settings refuse any elsewhere."""
        failpoints.arm(settings.FAILPOINTS)
