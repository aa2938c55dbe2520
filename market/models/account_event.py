"""What has befallen accounts."""

from django.db import models


class AccountEventKind(models.TextChoices):
    """What befell an account."""

    KILLED = "KILLED", "Kill switch on"
    UNKILLED = "UNKILLED", "Kill switch off"
    MARGIN_CALL = "MARGIN_CALL", "Equity below the maintenance margin"
    LIQUIDATION_STARTED = "LIQUIDATION_STARTED", "Liquidation started"
    LIQUIDATION_ORDER = "LIQUIDATION_ORDER", "Liquidation order"
    MARGIN_RESTORED = "MARGIN_RESTORED", "Equity covers the maintenance margin again"


class AccountEvent(models.Model):
    """One thing that befell an account, with its figures as texts. Append-only, held by the database."""

    account = models.ForeignKey("market.Account", on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=24, choices=AccountEventKind.choices)
    detail = models.JSONField(default=dict)
    happened_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["account", "-id"], name="events_of_account")]
