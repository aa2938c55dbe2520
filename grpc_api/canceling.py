"""Canceling orders of one actor together: cancels that come while others are written down share the next commit."""

from collections.abc import Sequence

from access.records import Actor
from grpc_api.together import Together
from market.errors import MarketError
from market.records import OrderRecord
from market.services import orders


def _write(order_ids: Sequence[int], actor: Actor) -> list[OrderRecord | MarketError]:
    return orders.cancel_many(order_ids, actor=actor)


_together: Together[int, OrderRecord] = Together(_write, apart=lambda order_id: order_id)


async def cancel(order_id: int, *, actor: Actor) -> OrderRecord:
    """Ask for an order to be canceled as ``orders.cancel`` does, with the same answers and errors."""
    return await _together.do(order_id, actor=actor)


async def finish() -> None:
    """Wait until all that was begun is written down, also for those who have stopped waiting."""
    await _together.finish()
