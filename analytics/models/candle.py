"""Candles."""

from django.db import models
from django.db.models import F, Q

KEPT_INTERVALS_S = (1, 60)
"""The intervals whose candles are rows; longer ones are summed up from these when they are read."""


class Candle(models.Model):
    """The trades of one instrument within one interval: first, highest, lowest and last price, and what was traded.

    An interval without a trade has no candle. ``tick_lots`` is the sum of price ticks times lots, ``tick_sum`` that of
    the price ticks alone: the average prices by quantity and by trade follow exactly.
    """

    id = models.BigAutoField(primary_key=True)
    instrument_id = models.BigIntegerField()
    interval_s = models.IntegerField()
    open_time = models.DateTimeField()
    open_ticks = models.BigIntegerField()
    high_ticks = models.BigIntegerField()
    low_ticks = models.BigIntegerField()
    close_ticks = models.BigIntegerField()
    volume_lots = models.BigIntegerField()
    tick_lots = models.DecimalField(max_digits=40, decimal_places=0)
    tick_sum = models.DecimalField(max_digits=40, decimal_places=0)
    trade_count = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="candle_once", fields=["instrument_id", "interval_s", "open_time"]),
            models.CheckConstraint(name="candle_interval_kept", condition=Q(interval_s__in=KEPT_INTERVALS_S)),
            models.CheckConstraint(name="candle_of_trades", condition=Q(trade_count__gt=0, volume_lots__gt=0)),
            models.CheckConstraint(
                name="candle_low_to_high",
                condition=Q(
                    open_ticks__gte=F("low_ticks"),
                    open_ticks__lte=F("high_ticks"),
                    close_ticks__gte=F("low_ticks"),
                    close_ticks__lte=F("high_ticks"),
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.instrument_id} {self.interval_s} s {self.open_time:%Y-%m-%d %H:%M:%S}"
