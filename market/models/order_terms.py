"""The terms of orders that name more than side, type, quantity, price and time in force."""

from django.db import models

from vocabulary.orders import (
    ContingencyType,
    PegOffsetType,
    PegPriceType,
    SelfTradePrevention,
)


class OrderTerms(models.Model):
    """What an order names beyond what every order names, in the words of the core. A plain order has no such row.

    Intake inserts the row with its order; afterwards only a replacement changes the stop price, or a pegged order's
    limit. A stop price that trails the market stands here as it was named: where it is now, the book's snapshot tells.
    """

    order = models.OneToOneField(
        "market.Order",
        on_delete=models.PROTECT,
        primary_key=True,
        db_constraint=False,
        related_name="terms",
    )
    exec_inst = models.BigIntegerField(default=0)
    self_trade_prevention = models.BigIntegerField(
        choices=[(mode.value, mode.name) for mode in SelfTradePrevention], default=SelfTradePrevention.NONE
    )
    peg_price_type = models.BigIntegerField(
        choices=[(kind.value, kind.name) for kind in PegPriceType], default=PegPriceType.NONE
    )
    peg_offset_type = models.BigIntegerField(
        choices=[(kind.value, kind.name) for kind in PegOffsetType], default=PegOffsetType.TICKS
    )
    peg_offset = models.BigIntegerField(default=0)
    stop_px_ticks = models.BigIntegerField(default=0)
    display_qty_lots = models.BigIntegerField(default=0)
    min_qty_lots = models.BigIntegerField(default=0)
    expire_time_ns = models.BigIntegerField(default=0)
    linked_order_id = models.BigIntegerField(default=0)
    contingency_type = models.BigIntegerField(
        choices=[(kind.value, kind.name) for kind in ContingencyType], default=ContingencyType.NONE
    )
    limit_price_ticks = models.BigIntegerField(null=True)
    protection_px_ticks = models.BigIntegerField(null=True)

    class Meta:
        verbose_name_plural = "order terms"

    def __str__(self) -> str:
        return f"terms of order {self.order_id}"
