"""Reservations."""

from django.db import models

from market.models.money import MoneyField

SUM_DIGITS = 40


class Reservation(models.Model):
    """What the open orders of an account in one instrument hold back, as running sums of its orders' rows.

    There are two rows to add up: what intake has taken as it wrote orders down, and by how much the matcher has changed
    that since, mostly below zero. Each has one writer, so that neither ever waits for the other. ``amount`` is money,
    ``sell_lots`` what orders to sell that are linked to no other leave, ``order_count`` how many orders are open. As
    each row only adds up, it holds far more than an account ever holds back at once.
    """

    account = models.ForeignKey("market.Account", on_delete=models.PROTECT, db_constraint=False, db_index=False)
    instrument = models.ForeignKey("market.Instrument", on_delete=models.PROTECT, db_constraint=False, db_index=False)
    by_matcher = models.BooleanField()
    amount = MoneyField(max_digits=SUM_DIGITS, default=0)
    sell_lots = models.DecimalField(max_digits=SUM_DIGITS, decimal_places=0, default=0)
    order_count = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="reservation_once", fields=["account", "instrument", "by_matcher"]),
        ]
