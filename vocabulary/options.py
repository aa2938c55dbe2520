"""Option contracts: what they give the right to, and what they are worth when they expire."""

from decimal import Decimal
from enum import IntEnum, StrEnum


class PutOrCall(IntEnum):
    """What an option gives the right to at its strike price (FIX PutOrCall, 201)."""

    PUT = 0
    CALL = 1

    def intrinsic(self, *, price: Decimal, strike_price: Decimal) -> Decimal:
        """What the right to one unit is worth when the underlying stands at a price; never below zero."""
        gained = price - strike_price if self is PutOrCall.CALL else strike_price - price
        return max(Decimal(0), gained)


class SettlementBasis(StrEnum):
    """Which price of the underlying an expired option was settled by: the first of these that there is."""

    CLOSING_AUCTION = "CLOSING_AUCTION"
    LAST_TRADE = "LAST_TRADE"
    MIDPOINT = "MIDPOINT"
    REFERENCE_PRICE = "REFERENCE_PRICE"
