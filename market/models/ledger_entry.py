"""The ledger of what enters and leaves accounts other than by trading."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from market.models.money import MoneyField


class LedgerEntryKind(models.TextChoices):
    """Why money or quantity moved."""

    DEPOSIT = "DEPOSIT", "Deposit"
    WITHDRAWAL = "WITHDRAWAL", "Withdrawal"
    ENDOWMENT = "ENDOWMENT", "Endowment"
    RESET = "RESET", "Reset"


class LedgerEntry(models.Model):
    """One movement between an account and the outside world, of money or of an instrument's quantity.

    What the account gains the outside loses: one row is both legs. Trades have their own rows; the view
    ``market_ledger`` writes all movements out leg by leg, and each currency and instrument in it sums to zero.
    ``digest`` chains the rows, so that none can be changed, left out or put in between unnoticed. Append-only.
    """

    account = models.ForeignKey("market.Account", on_delete=models.PROTECT, related_name="ledger_entries")
    kind = models.CharField(max_length=16, choices=LedgerEntryKind.choices)
    amount = MoneyField()
    instrument = models.ForeignKey("market.Instrument", on_delete=models.PROTECT, null=True, db_constraint=False)
    quantity_lots = models.BigIntegerField(db_default=0)
    note = models.CharField(max_length=200, blank=True)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    posted_at = models.DateTimeField(default=timezone.now)
    digest = models.BinaryField(max_length=32, null=True)

    class Meta:
        verbose_name_plural = "ledger entries"
        constraints = [
            models.CheckConstraint(name="ledger_entry_moves_something", condition=~Q(amount=0) | ~Q(quantity_lots=0)),
            models.CheckConstraint(
                name="ledger_quantity_has_instrument",
                condition=Q(instrument__isnull=True, quantity_lots=0) | Q(instrument__isnull=False),
            ),
        ]

    @property
    def chained_values(self) -> list[object]:
        """What the row's digest covers: everything it says."""
        return [
            self.account_id,
            self.kind,
            self.amount,
            self.instrument_id,
            self.quantity_lots,
            self.note,
            self.actor_id,
            self.posted_at,
        ]
