"""What books quoted, every few seconds."""

from django.db import models
from django.db.models import F, Q


class QuoteSample(models.Model):
    """The best prices of a book in continuous trading at one moment, and the quantity of its first levels.

    A side on which nobody quotes has no price. Kept for a bounded time.
    """

    id = models.BigAutoField(primary_key=True)
    instrument_id = models.BigIntegerField()
    sampled_at = models.DateTimeField()
    bid_ticks = models.BigIntegerField(null=True)
    offer_ticks = models.BigIntegerField(null=True)
    bid_depth_lots = models.BigIntegerField()
    offer_depth_lots = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="quotes_sampled_once", fields=["instrument_id", "sampled_at"]),
            models.CheckConstraint(
                name="quotes_uncrossed",
                condition=Q(bid_ticks=None) | Q(offer_ticks=None) | Q(bid_ticks__lt=F("offer_ticks")),
            ),
            models.CheckConstraint(
                name="quotes_not_negative", condition=Q(bid_depth_lots__gte=0, offer_depth_lots__gte=0)
            ),
        ]
        indexes = [models.Index(fields=["sampled_at"], name="quotes_by_age")]

    def __str__(self) -> str:
        return f"{self.instrument_id} {self.sampled_at:%Y-%m-%d %H:%M:%S}"
