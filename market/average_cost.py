"""What a position has cost: average cost, in whole steps of money, exact and the same wherever it is computed.

Buying adds what was paid. Selling takes out the same part of the cost as of the quantity, rounded towards zero to
money's last place (1e-8); what rounding leaves stays with the lots that remain, and the last lot takes out all of it.
A short position is the same with the sign turned: its cost is below zero, the money that it was sold for. A fill that
crosses zero closes first and then opens at its own price. Fees are not part of the cost.
"""

from typing import NamedTuple


class Holding(NamedTuple):
    """Lots held and what they cost in steps of money; both below zero for a short position."""

    lots: int = 0
    cost_steps: int = 0


def after_fill(held: Holding, *, signed_lots: int, lot_price_steps: int) -> Holding:
    """The holding after a fill of ``signed_lots``, above zero for a purchase; the price is steps of money for a lot."""
    lots, cost = held
    if lots * signed_lots >= 0:
        return Holding(lots + signed_lots, cost + signed_lots * lot_price_steps)
    if abs(signed_lots) >= abs(lots):
        opened = lots + signed_lots
        return Holding(opened, opened * lot_price_steps)
    released = abs(cost) * abs(signed_lots) // abs(lots)
    return Holding(lots + signed_lots, cost - released if cost > 0 else cost + released)
