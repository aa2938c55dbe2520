"""The ledger of money that enters and leaves accounts other than by trading."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from market.models.money import MoneyField


class LedgerEntryKind(models.TextChoices):
    """Why money moved."""

    DEPOSIT = "DEPOSIT", "Deposit"


class LedgerEntry(models.Model):
    """One movement of an account's deposits. Append-only, held by the database."""

    account = models.ForeignKey("market.Account", on_delete=models.PROTECT, related_name="ledger_entries")
    kind = models.CharField(max_length=16, choices=LedgerEntryKind.choices)
    amount = MoneyField()
    note = models.CharField(max_length=200, blank=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    posted_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "ledger entries"
        constraints = [models.CheckConstraint(name="ledger_amount_not_zero", condition=~Q(amount=0))]
