"""What staff do to an account's money."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from market.models.money import MoneyField


class MovementKind(models.TextChoices):
    """What staff may do to an account's money."""

    DEPOSIT = "DEPOSIT", "Deposit"
    WITHDRAWAL = "WITHDRAWAL", "Withdrawal"
    RESET = "RESET", "Reset to an amount"


class MovementStatus(models.TextChoices):
    """Where a movement stands. Only DONE has moved anything."""

    WAITING = "WAITING", "Waits for a second person"
    DONE = "DONE", "Done"
    DECLINED = "DECLINED", "Declined"


class Movement(models.Model):
    """One movement that staff asked for, known by ``reference`` for ever: asked for again, it is not done again.

    ``amount`` is what goes in or out, of a RESET what the account is to start with. A movement that waits is done or
    declined by somebody else than ``proposed_by``.
    """

    reference = models.CharField(max_length=64, unique=True)
    kind = models.CharField(max_length=16, choices=MovementKind.choices)
    account = models.ForeignKey("market.Account", on_delete=models.PROTECT, related_name="movements")
    amount = MoneyField()
    note = models.CharField(max_length=200, blank=True)
    status = models.CharField(max_length=8, choices=MovementStatus.choices)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["id"], name="movements_that_wait", condition=Q(status=MovementStatus.WAITING)),
        ]
        constraints = [
            models.CheckConstraint(name="movement_amount_not_negative", condition=Q(amount__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.reference}"
