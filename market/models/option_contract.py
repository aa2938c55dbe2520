"""Option contracts."""

from decimal import Decimal

from django.db import models
from django.db.models import Q

from vocabulary.options import PutOrCall, SettlementBasis


class OptionContract(models.Model):
    """What makes an instrument an option: the right to sell or buy its underlying at a strike price.

    It is exercised when it expires and at no other time, and settled in cash. Its price is a premium for one unit of
    the underlying, and its lot is one contract: the lot size is the contract's multiplier. Once it has expired,
    what it was settled by stands here: the underlying's price then, and which of its prices that was.
    """

    instrument = models.OneToOneField(
        "market.Instrument", on_delete=models.PROTECT, primary_key=True, related_name="option"
    )
    underlying = models.ForeignKey("market.Instrument", on_delete=models.PROTECT, related_name="options")
    put_or_call = models.SmallIntegerField(choices=[(right.value, right.name) for right in PutOrCall])
    strike_price = models.DecimalField(max_digits=20, decimal_places=8)
    expires_at = models.DateTimeField()
    settlement_price = models.DecimalField(max_digits=20, decimal_places=8, null=True)
    settlement_basis = models.CharField(
        max_length=16, choices=[(basis.value, basis.name) for basis in SettlementBasis], blank=True
    )

    class Meta:
        indexes = [
            models.Index(fields=["expires_at"], name="options_to_expire", condition=Q(settlement_price__isnull=True))
        ]
        constraints = [models.CheckConstraint(name="option_strike_positive", condition=Q(strike_price__gt=0))]

    def __str__(self) -> str:
        return f"option {self.instrument_id}"

    def intrinsic(self, price: Decimal) -> Decimal:
        """What the right to one unit is worth when the underlying stands at a price."""
        return PutOrCall(self.put_or_call).intrinsic(price=price, strike_price=self.strike_price)
