"""Instruments."""

from django.db import models
from django.db.models import F, Q

from vocabulary import limits
from vocabulary.phases import AllocationRule
from vocabulary.units import TradingUnits, plain


class InstrumentKind(models.TextChoices):
    """What kind of thing an instrument is."""

    SHARE = "SHARE", "Share"
    FUND = "FUND", "Fund"
    CURRENCY_PAIR = "CURRENCY_PAIR", "Currency pair"
    OPTION = "OPTION", "Option"


class Instrument(models.Model):
    """The thing traded, with the rules of its trading: price step, quantity step, price band and largest order.

    The static and the dynamic band are what trades, not orders, must be inside of; 0 is no band. What stands here is
    what operators have asked for: the book takes it up when its matcher comes to the command. The margins are the parts
    of a position's value that a MARGIN account must cover to open and to keep it; NULL leaves those of the settings.
    An instrument with a ``delisted_at`` is closed for good.
    """

    symbol = models.CharField(max_length=16, unique=True)
    name = models.CharField(max_length=80)
    kind = models.CharField(max_length=16, choices=InstrumentKind.choices)
    currency = models.CharField(max_length=3)
    tick_size = models.DecimalField(max_digits=16, decimal_places=8)
    lot_size = models.DecimalField(max_digits=16, decimal_places=8)
    reference_price = models.DecimalField(max_digits=20, decimal_places=8)
    low_limit_ticks = models.BigIntegerField()
    high_limit_ticks = models.BigIntegerField()
    order_qty_lots_max = models.BigIntegerField()
    static_band_bps = models.IntegerField(db_default=0)
    dynamic_band_bps = models.IntegerField(db_default=0)
    volatility_auction_s = models.IntegerField(db_default=limits.VOLATILITY_AUCTION_S)
    allocation = models.SmallIntegerField(
        choices=[(rule.value, rule.name) for rule in AllocationRule], db_default=AllocationRule.PRICE_TIME
    )
    initial_margin_bps = models.IntegerField(null=True)
    maintenance_margin_bps = models.IntegerField(null=True)
    listed_at = models.DateTimeField(auto_now_add=True)
    delisted_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["symbol"]
        constraints = [
            models.CheckConstraint(name="instrument_tick_size_positive", condition=Q(tick_size__gt=0)),
            models.CheckConstraint(name="instrument_lot_size_positive", condition=Q(lot_size__gt=0)),
            models.CheckConstraint(
                name="instrument_band_ordered",
                condition=Q(low_limit_ticks__gt=0, high_limit_ticks__gt=F("low_limit_ticks")),
            ),
            models.CheckConstraint(
                name="instrument_margins_ordered",
                condition=Q(initial_margin_bps__isnull=True, maintenance_margin_bps__isnull=True)
                | Q(initial_margin_bps__isnull=False, maintenance_margin_bps__isnull=False)
                & Q(maintenance_margin_bps__gt=0, initial_margin_bps__gte=F("maintenance_margin_bps")),
            ),
        ]

    def __str__(self) -> str:
        return self.symbol

    @property
    def units(self) -> TradingUnits:
        """The instrument's price and quantity steps."""
        return TradingUnits(tick_size=plain(self.tick_size), lot_size=plain(self.lot_size))
