"""The orders of all calls and streams of this process: those of one caller that come together share a commit."""

from grpc_api.database import in_database
from market.gathering import GatheredOrders

orders = GatheredOrders(in_database)
