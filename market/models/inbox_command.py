"""What waits for the matcher."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from market.models.money import MoneyField


class InboxCommand(models.Model):
    """A command accepted and not yet sequenced. Inserted at intake, deleted by the matcher that sequences it.

    Its commit is the acknowledgement. A matcher finds it by its existence, never by a cursor over ids, because ids do
    not commit in order. ``terms`` are the core's TERMS in their order, NULL for a plain command; ``reason`` is why a
    phase is changed, for people.
    """

    id = models.BigAutoField(primary_key=True)
    instrument_id = models.BigIntegerField()
    kind = models.SmallIntegerField()
    order_id = models.BigIntegerField()
    account_id = models.BigIntegerField()
    side = models.SmallIntegerField(default=0)
    ord_type = models.SmallIntegerField(default=0)
    time_in_force = models.SmallIntegerField(default=0)
    price_ticks = models.BigIntegerField()
    order_qty_lots = models.BigIntegerField(default=0)
    reserved_amount = MoneyField(default=0)
    reserved_lots = models.BigIntegerField(default=0)
    terms = ArrayField(models.BigIntegerField(), null=True)
    reason = models.CharField(max_length=200, db_default="", blank=True)
    accepted_at = models.DateTimeField(auto_now_add=True)
    correlation_id = models.UUIDField()

    class Meta:
        indexes = [
            models.Index(fields=["instrument_id", "id"], name="inbox_oldest_of_book"),
            models.Index(
                fields=["account_id"],
                name="inbox_reservations",
                condition=Q(reserved_amount__gt=0) | Q(reserved_lots__gt=0),
            ),
        ]
