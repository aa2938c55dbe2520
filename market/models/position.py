"""Positions."""

from decimal import Decimal

from django.db import models

from market.models.money import MoneyField


class Position(models.Model):
    """What an account holds of one instrument and the money that trading it has moved.

    ``cash`` is what its fills paid and received, less ``fees`` (below zero where rebates outweigh them). ``cost`` is
    what the quantity held has cost at average cost; below zero for a short position. Written only under the lock of
    that instrument's book, by its matcher, so that two books never wait for each other over money.
    """

    account = models.ForeignKey("market.Account", on_delete=models.PROTECT, db_constraint=False)
    instrument = models.ForeignKey("market.Instrument", on_delete=models.PROTECT, db_constraint=False, db_index=False)
    quantity_lots = models.BigIntegerField(default=0)
    cash = MoneyField(default=0)
    fees = MoneyField(db_default=0)
    cost = MoneyField(db_default=0)

    class Meta:
        constraints = [models.UniqueConstraint(name="position_once", fields=["account", "instrument"])]

    @property
    def realised_profit(self) -> Decimal:
        """What closed quantity has earned before fees: what came in, and what still stands as cost."""
        return self.cash + self.fees + self.cost
