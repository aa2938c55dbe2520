"""Trades."""

from django.db import models

from vocabulary.orders import Side

NO_AGGRESSOR = 0


class Trade(models.Model):
    """One match of two orders, at the resting order's price or the auction's. Append-only, held by the database.

    ``aggressor_side`` is NO_AGGRESSOR for a trade of an auction, in which nobody crossed the spread. Fees are in
    micro-units of the currency, below zero for a rebate. The row is both legs of the movement, as the view
    ``market_ledger`` writes them out.
    """

    id = models.BigAutoField(primary_key=True)
    instrument = models.ForeignKey("market.Instrument", on_delete=models.PROTECT, db_constraint=False, db_index=False)
    trade_seq = models.BigIntegerField()
    command_seq = models.BigIntegerField()
    event_seq = models.BigIntegerField()
    price_ticks = models.BigIntegerField()
    quantity_lots = models.BigIntegerField()
    aggressor_side = models.BigIntegerField(
        choices=[(NO_AGGRESSOR, "none"), *((side.value, side.name) for side in Side)]
    )
    buy_order_id = models.BigIntegerField()
    sell_order_id = models.BigIntegerField()
    buy_account_id = models.BigIntegerField()
    sell_account_id = models.BigIntegerField()
    buy_fee_micros = models.BigIntegerField(db_default=0)
    sell_fee_micros = models.BigIntegerField(db_default=0)
    executed_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(name="trade_once", fields=["instrument", "trade_seq"])]
        indexes = [
            models.Index(
                fields=["instrument", "executed_at"], include=["price_ticks", "quantity_lots"], name="trade_by_time"
            ),
            models.Index(fields=["buy_account_id", "-id"], name="trade_newest_of_buyer"),
            models.Index(fields=["sell_account_id", "-id"], name="trade_newest_of_seller"),
        ]
