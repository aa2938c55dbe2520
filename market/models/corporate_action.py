"""What becomes of all positions in an instrument at once, because of what its issuer does."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from market.models.money import MoneyField


class CorporateActionKind(models.TextChoices):
    """What an issuer may do to whoever holds its instrument."""

    DIVIDEND = "DIVIDEND", "Cash dividend"
    SPLIT = "SPLIT", "Split"
    DELISTING = "DELISTING", "Delisting at a price"
    EXPIRY = "EXPIRY", "Expiry of an option"


class CorporateActionStatus(models.TextChoices):
    """Where a corporate action stands. One that is under way is decided, and goes on whatever fails meanwhile."""

    WAITING = "WAITING", "Waits for a second person"
    UNDERWAY = "UNDERWAY", "Positions are being paid out"
    DONE = "DONE", "Done"
    DECLINED = "DECLINED", "Declined"


class CorporateAction(models.Model):
    """A corporate action that staff asked for, known by ``reference`` for ever: asked for again, it is not done again.

    ``amount`` is money for one unit of the instrument: what a dividend pays, what a delisting pays out; of a split the
    price at which fractions of a lot are paid, of an expiry what the option is worth, both known once somebody has
    decided. A split gives ``new_units`` for ``old_units``. An option that expires in its time is the exchange's own
    doing: nobody has proposed it.
    ``after_trade_seq`` and ``after_transfer_id`` say which trade and which transfer of the instrument it stands behind:
    the positions concerned are those that the book had then. Both are NULL until somebody has decided.
    """

    reference = models.CharField(max_length=64, unique=True)
    kind = models.CharField(max_length=16, choices=CorporateActionKind.choices)
    instrument = models.ForeignKey("market.Instrument", on_delete=models.PROTECT, related_name="corporate_actions")
    amount = MoneyField(null=True)
    new_units = models.IntegerField(null=True)
    old_units = models.IntegerField(null=True)
    note = models.CharField(max_length=200, blank=True)
    status = models.CharField(max_length=8, choices=CorporateActionStatus.choices)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    proposed_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    after_trade_seq = models.BigIntegerField(null=True)
    after_transfer_id = models.BigIntegerField(null=True)

    class Meta:
        indexes = [
            models.Index(
                fields=["id"],
                name="actions_not_done",
                condition=Q(status__in=[CorporateActionStatus.WAITING, CorporateActionStatus.UNDERWAY]),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="action_names_its_terms",
                condition=Q(kind=CorporateActionKind.SPLIT, new_units__gt=0, old_units__gt=0)
                | Q(new_units__isnull=True, old_units__isnull=True, amount__gte=0) & ~Q(kind=CorporateActionKind.SPLIT),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.reference}"
