"""Positions."""

from django.db import models

from market.models.money import MoneyField


class Position(models.Model):
    """What an account holds of one instrument and the cash that trading it has moved.

    Written only by that instrument's matcher, so that two books never wait for each other over money.
    """

    account = models.ForeignKey("market.Account", on_delete=models.PROTECT, db_constraint=False)
    instrument = models.ForeignKey("market.Instrument", on_delete=models.PROTECT, db_constraint=False, db_index=False)
    quantity_lots = models.BigIntegerField(default=0)
    cash = MoneyField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(name="position_once", fields=["account", "instrument"])]
