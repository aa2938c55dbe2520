"""Orders of many requests at once: those of one actor that come together share a commit.

A door keeps ``GatheredOrders`` for all its calls and connections, and for each connection of which many requests may be
under way an ``UnderWay``.
"""

from market.gathering.gathered_orders import GatheredOrders
from market.gathering.under_way import UnderWay

__all__ = ["GatheredOrders", "UnderWay"]
