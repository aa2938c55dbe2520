"""What a corporate action makes of one position: exact, in whole lots and whole steps of money. Pure.

Shares are nobody's gift here: over all accounts quantity sums to zero, so what those who are long receive, those who
are short give. A dividend pays for each lot and is no part of the cost. A split changes the quantity and not the cost;
lots round towards zero, and the fraction that is cut off is sold at the price of the day, its money rounded towards
zero to money's last place (1e-8). A payout takes every lot at one price, as a trade without a fee would.
"""

from typing import NamedTuple

from market.average_cost import Holding, after_fill


class Entitlement(NamedTuple):
    """What one account is given: lots and steps of money, both below zero for what it gives; and its position then."""

    lots: int
    money_steps: int
    held: Holding


def of_dividend(held: Holding, *, lot_steps: int) -> Entitlement:
    """So much money for each lot; who is short pays it."""
    return Entitlement(0, held.lots * lot_steps, held)


def of_split(held: Holding, *, new: int, old: int, lot_price_steps: int) -> Entitlement:
    """``new`` lots for ``old``; what is left of a lot is sold at its price, or bought back if it was short."""
    sign = 1 if held.lots >= 0 else -1
    whole, rest = divmod(abs(held.lots) * new, old)
    # The same position counted in parts of a lot, of which the rest is sold: so the cost goes with the quantity.
    parts = after_fill(Holding(held.lots * new, held.cost_steps), signed_lots=-sign * rest, lot_price_steps=0)
    money = sign * (lot_price_steps * rest // old)
    return Entitlement(sign * whole - held.lots, money, Holding(sign * whole, parts.cost_steps))


def of_payout(held: Holding, *, lot_price_steps: int) -> Entitlement:
    """Every lot is taken at a price; who is short buys it back."""
    return Entitlement(-held.lots, held.lots * lot_price_steps, Holding())


def after_split_of_exchange(held: Holding, *, new: int, old: int, lot_price_steps: int, lots: int) -> Holding:
    """The exchange's own position: split like any other, and then ``lots``, by what the others' fractions come to."""
    split = of_split(held, new=new, old=old, lot_price_steps=lot_price_steps).held
    return after_fill(split, signed_lots=lots - split.lots, lot_price_steps=lot_price_steps)
