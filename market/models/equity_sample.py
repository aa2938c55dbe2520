"""What accounts were worth, minute by minute."""

from django.db import models

from market.models.money import MoneyField


class EquitySample(models.Model):
    """An account's equity at one moment: its cash and its positions at their marks. Kept for a bounded time."""

    account = models.ForeignKey("market.Account", on_delete=models.CASCADE, db_index=False, related_name="+")
    sampled_at = models.DateTimeField()
    cash = MoneyField()
    equity = MoneyField()
    unrealised_profit = MoneyField()
    maintenance_margin = MoneyField()

    class Meta:
        constraints = [models.UniqueConstraint(name="equity_sampled_once", fields=["account", "sampled_at"])]
        indexes = [models.Index(fields=["sampled_at"], name="equity_samples_by_age")]
