"""What each method costs its caller."""

from collections.abc import Mapping

from access.budgets import Budget, Cost
from grpc_api import budgets
from grpc_api.methods import Access

_USUAL: Mapping[Access, Cost] = {
    Access.EVERYBODY: budgets.READING,
    Access.TRADERS: budgets.READING,
    Access.OPERATORS: budgets.OPERATING,
    Access.STAFF: budgets.OPERATING,
}
_OF_METHOD: Mapping[str, Cost] = {
    "PlaceOrder": budgets.TRADING,
    "ReplaceOrder": budgets.TRADING,
    "PlaceOneCancelsOther": Cost(Budget.ORDERS, 2),
    "PlaceBracket": Cost(Budget.ORDERS, 3),
    "CancelOrder": budgets.CANCELING,
    "CancelOrders": budgets.CANCELING,
    "CancelAllAfter": budgets.CANCELING,
    "QueryOrderBook": Cost(Budget.READS, 2),
    "QueryFullDepth": Cost(Budget.READS, 10),
    "ListCandles": Cost(Budget.READS, 2),
    "ListOrders": Cost(Budget.READS, 2),
    "Replay": Cost(Budget.READS, 5),
}


def cost_of(method: str, *, access: Access) -> Cost:
    """What a call of a method costs, named as gRPC does; of a stream, to begin it."""
    return _OF_METHOD.get(method.rpartition("/")[2], _USUAL[access])
