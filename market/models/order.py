"""Orders."""

from django.db import models
from django.db.models import F, Q

from market.models.money import MoneyField
from vocabulary.orders import ContingencyType, OrdStatus, OrdType, Side, TimeInForce
from vocabulary.rejects import RejectReason


class Order(models.Model):
    """An order as people and queries see it. Rejected ones are rows too.

    ``price_ticks`` is where the order stands: its limit, a pegged order's present price, the protection of a market
    order or of a stop, NULL for no price. ``hidden_qty_lots`` is the part of its leaves that no depth shows.
    ``contingency_type`` is what its ticket named, so that reservations find linked orders without looking for them.
    ``is_liquidation`` marks the orders by which the exchange closes a position.

    Intake inserts the row; from then on only the settlement of its book's batches changes it. The truth of the book is
    the journal: the audit compares these rows with it.
    """

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey("market.Account", on_delete=models.PROTECT, db_constraint=False, db_index=False)
    instrument = models.ForeignKey("market.Instrument", on_delete=models.PROTECT, db_constraint=False, db_index=False)
    cl_ord_id = models.CharField(max_length=64)
    side = models.SmallIntegerField(choices=[(side.value, side.name) for side in Side])
    ord_type = models.SmallIntegerField(choices=[(kind.value, kind.name) for kind in OrdType])
    time_in_force = models.SmallIntegerField(choices=[(tif.value, tif.name) for tif in TimeInForce])
    price_ticks = models.BigIntegerField(null=True)
    order_qty_lots = models.BigIntegerField()
    cum_qty_lots = models.BigIntegerField(default=0)
    leaves_qty_lots = models.BigIntegerField()
    cum_tick_lots = models.DecimalField(max_digits=28, decimal_places=0, default=0)
    ord_status = models.SmallIntegerField(choices=[(status.value, status.name) for status in OrdStatus])
    is_open = models.BooleanField()
    hidden_qty_lots = models.BigIntegerField(db_default=0)
    contingency_type = models.SmallIntegerField(
        choices=[(kind.value, kind.name) for kind in ContingencyType], db_default=ContingencyType.NONE
    )
    reserved_amount = MoneyField(default=0)
    reject_reason = models.SmallIntegerField(
        choices=[(reason.value, reason.name) for reason in RejectReason], default=RejectReason.NONE
    )
    reject_text = models.CharField(max_length=200, blank=True)
    is_liquidation = models.BooleanField(db_default=False)
    created_at = models.DateTimeField()
    transact_time = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["account", "-id"], name="order_newest_of_account"),
            models.Index(fields=["account", "instrument"], name="order_open_of_account", condition=Q(is_open=True)),
            models.Index(fields=["instrument"], name="order_open_of_book", condition=Q(is_open=True)),
            models.Index(
                fields=["account", "instrument"],
                name="order_linked_of_account",
                condition=Q(is_open=True, contingency_type__gt=0),
            ),
            models.Index(
                fields=["instrument"],
                name="order_open_till_a_date",
                condition=Q(is_open=True, time_in_force=TimeInForce.GTD),
            ),
        ]
        constraints = [
            models.CheckConstraint(
                name="order_quantities_add_up",
                condition=Q(cum_qty_lots__gte=0, leaves_qty_lots__gte=0)
                & Q(order_qty_lots__gte=F("cum_qty_lots") + F("leaves_qty_lots")),
            ),
            models.CheckConstraint(
                name="order_closed_leaves_nothing",
                condition=Q(is_open=True, leaves_qty_lots__gt=0)
                | Q(is_open=False, leaves_qty_lots=0, reserved_amount=0),
            ),
        ]

    def __str__(self) -> str:
        return f"order {self.pk}"
