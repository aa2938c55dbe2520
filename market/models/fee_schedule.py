"""What trading an instrument costs."""

from django.db import models
from django.db.models import F, Q

from market.models.money import MoneyField
from vocabulary.fees import FeeRates
from vocabulary.units import plain


class RateField(models.DecimalField):
    """Basis points with four decimal places; below zero for a rebate."""

    def __init__(self, **options: object) -> None:
        options.setdefault("max_digits", 9)
        options.setdefault("decimal_places", 4)
        options.setdefault("default", 0)
        super().__init__(**options)  # type: ignore[arg-type]


class FeeSchedule(models.Model):
    """The fees of an instrument's trades after ``from_trade_seq``, until the next schedule. Append-only.

    The book's row names the one in force. Amounts for a lot are in the instrument's currency, to its micro-unit.
    """

    instrument = models.ForeignKey("market.Instrument", on_delete=models.PROTECT, db_constraint=False)
    from_trade_seq = models.BigIntegerField()
    maker_bps = RateField()
    taker_bps = RateField()
    maker_per_lot = MoneyField(default=0)
    taker_per_lot = MoneyField(default=0)
    decided_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["instrument", "id"], name="fee_schedules_of_book")]
        constraints = [
            models.CheckConstraint(
                name="fees_cover_rebates",
                condition=Q(maker_bps__gte=0 - F("taker_bps"), maker_per_lot__gte=0 - F("taker_per_lot")),
            )
        ]

    @property
    def rates(self) -> FeeRates:
        """The schedule as the rates that fees are computed with."""
        return FeeRates(
            maker_bps=plain(self.maker_bps),
            taker_bps=plain(self.taker_bps),
            maker_per_lot=plain(self.maker_per_lot),
            taker_per_lot=plain(self.taker_per_lot),
        )
