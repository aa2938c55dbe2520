"""The limits that staff have set for an account."""

from django.db import models

from market.models.money import MoneyField


class LimitsOfAccount(models.Model):
    """The columns of an account's own limits; NULL leaves the one that its kind has by the settings.

    They are part of the account's row, so that an order which waited for its lock is held to the newest ones.
    """

    position_qty_max = MoneyField(null=True)
    order_qty_max = MoneyField(null=True)
    order_value_max = MoneyField(null=True)
    unexecuted_value_max = MoneyField(null=True)
    leverage_max = MoneyField(null=True)
    open_orders_max = models.IntegerField(null=True)
    messages_per_s_max = models.IntegerField(null=True)

    class Meta:
        abstract = True
