"""What staff do to an account's money, and the transfers of positions that come of it."""

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


class PositionTransfer(models.Model):
    """Quantity that went from one account to another at a price, other than by a trade. Append-only.

    The row is both legs: ``from_account`` gives ``quantity_lots`` and receives ``lot_price`` for each, ``to_account``
    the other way round. Written under the lock of the instrument's book, behind the trade ``after_trade_seq``, so that
    what positions have cost can be recomputed in order.
    """

    instrument = models.ForeignKey("market.Instrument", on_delete=models.PROTECT, db_constraint=False)
    kind = models.CharField(max_length=16, choices=MovementKind.choices)
    from_account = models.ForeignKey("market.Account", on_delete=models.PROTECT, related_name="+")
    to_account = models.ForeignKey("market.Account", on_delete=models.PROTECT, related_name="+")
    quantity_lots = models.BigIntegerField()
    lot_price = MoneyField()
    after_trade_seq = models.BigIntegerField()
    movement = models.ForeignKey(Movement, on_delete=models.PROTECT, null=True, related_name="transfers")
    posted_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="transfer_moves_something", condition=Q(quantity_lots__gt=0)),
        ]

    def __str__(self) -> str:
        return f"transfer {self.pk}"
