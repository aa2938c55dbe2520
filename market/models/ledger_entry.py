"""The ledger of money that enters and leaves accounts other than by trading."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from market.models.money import MoneyField


class LedgerEntryKind(models.TextChoices):
    """Why money moved."""

    DEPOSIT = "DEPOSIT", "Deposit"
    WITHDRAWAL = "WITHDRAWAL", "Withdrawal"
    RESET = "RESET", "Reset to an amount"


class LedgerEntry(models.Model):
    """One movement of money between the outside world and an account's deposits. Append-only, held by the database.

    What the account gains the outside loses: the row is both legs; ``amount`` is below zero where money leaves.
    ``movement`` is what staff asked for; NULL for what the exchange gives of itself, such as a starting deposit.
    Trades and transfers have their own rows; the view ``market_ledger`` writes all movements out leg by leg, and each
    currency and instrument in it sums to zero.
    """

    account = models.ForeignKey("market.Account", on_delete=models.PROTECT, related_name="ledger_entries")
    kind = models.CharField(max_length=16, choices=LedgerEntryKind.choices)
    amount = MoneyField()
    note = models.CharField(max_length=200, blank=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    movement = models.OneToOneField("market.Movement", on_delete=models.PROTECT, null=True, related_name="entry")
    posted_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name_plural = "ledger entries"
        constraints = [models.CheckConstraint(name="ledger_amount_not_zero", condition=~Q(amount=0))]
