"""The orders of all sockets of this process: those of one caller that come together share a commit."""

from market.gathering import GatheredOrders
from ws_api.database import in_database

orders = GatheredOrders(in_database)
