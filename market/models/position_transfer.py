"""Quantity and money that go from account to account other than by trades."""

from django.db import models
from django.db.models import Q

from market.models.corporate_action import CorporateAction, CorporateActionKind
from market.models.money import MoneyField
from market.models.movement import Movement, MovementKind

TRANSFER_KINDS = [*MovementKind.choices, *CorporateActionKind.choices]


class PositionTransfer(models.Model):
    """What went from one account to another at a price, other than by a trade. Append-only.

    The row is both legs: ``from_account`` gives ``quantity_lots`` and receives ``lot_price`` for each, ``to_account``
    the other way round, and is given ``amount`` besides (below zero: it gives that). Written under the lock of the
    instrument's book, behind the trade ``after_trade_seq``, so that what positions have cost can be recomputed in
    order. It comes of a movement of staff's or of a corporate action; one of the two accounts is the exchange's own.
    """

    instrument = models.ForeignKey("market.Instrument", on_delete=models.PROTECT, db_constraint=False)
    kind = models.CharField(max_length=16, choices=TRANSFER_KINDS)
    from_account = models.ForeignKey("market.Account", on_delete=models.PROTECT, related_name="+")
    to_account = models.ForeignKey("market.Account", on_delete=models.PROTECT, related_name="+")
    quantity_lots = models.BigIntegerField()
    lot_price = MoneyField()
    amount = MoneyField(db_default=0)
    after_trade_seq = models.BigIntegerField()
    movement = models.ForeignKey(Movement, on_delete=models.PROTECT, null=True, related_name="transfers")
    corporate_action = models.ForeignKey(CorporateAction, on_delete=models.PROTECT, null=True, related_name="transfers")
    posted_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="transfer_moves_something", condition=Q(quantity_lots__gt=0) | Q(quantity_lots=0) & ~Q(amount=0)
            ),
            models.CheckConstraint(
                name="transfer_has_one_cause",
                condition=Q(movement__isnull=True, corporate_action__isnull=False)
                | Q(movement__isnull=False, corporate_action__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"transfer {self.pk}"
