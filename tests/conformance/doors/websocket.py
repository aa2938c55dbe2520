"""The orders socket, by ASGI itself."""

import asyncio
from typing import Any

from tests.conformance.doors.door import REPLAYED, TAKEN, Door
from tests.conformance.stage import Stage
from tests.conformance.words import Act, Answer, CancelOrder, Family, Halt, PlaceOrder, ReplaceOrder, Resume, Who
from tests.ws_api.conftest import ORDERS, Client

FLAGS = frozenset({"exec_inst"})


class WebsocketDoor(Door):
    """A client that speaks JSON, one connection for each request."""

    name = "ws"
    said = {
        Family.TAKEN: TAKEN,
        Family.REPLAYED: REPLAYED,
        Family.MALFORMED: "error",
        Family.UNAUTHENTICATED: "error",
        Family.NOT_FOUND: "error",
        Family.ID_REUSED: "rejected",
        Family.IN_PROGRESS: "error",
        Family.THROTTLED: "error",
        Family.REJECTED: "rejected",
        Family.HALTED: "rejected",
    }
    cannot = {Halt: "the socket is for trading", Resume: "the socket is for trading"}
    cannot_say = {}

    def answer(self, act: Act, *, who: Who, stage: Stage) -> Answer:
        """Connect, say it, and go."""
        return asyncio.run(_answered(_request(act, stage=stage), key=stage.keys.get(who)))


async def _answered(request: dict[str, Any], *, key: str | None) -> Answer:
    headers = [] if key is None else [(b"authorization", f"Bearer {key}".encode())]
    client = Client(path=ORDERS, headers=headers)
    assert await client.connect()
    told: dict[str, Any] = {"type": "signed_in"} if key is None else await client.hear()
    if told["type"] == "signed_in":
        await client.say({"id": "1", **request})
        told = await client.hear()
    await client.leave()
    order = told.get("order")
    order_id = None if order is None else int(order["order_id"])
    if told["type"] in ("error", "rejected"):
        field = told.get("field", "").removeprefix("order.")
        # Elsewhere the order's id is no field but a part of the address.
        return Answer(told["type"], told["code"], "" if field == "order_id" else field, order_id)
    return Answer(REPLAYED if told.get("replayed") else TAKEN, order_id=order_id)


def _request(act: Act, *, stage: Stage) -> dict[str, Any]:
    match act:
        case PlaceOrder():
            ticket = stage.ticket(act.changes)
            flags = {name: [ticket[name]] for name in FLAGS & ticket.keys()}
            return {"op": "place", "order": {**ticket, **flags}}
        case ReplaceOrder():
            change = stage.change(act.changes)
            return {"op": "replace", "order_id": stage.order_named(act.order_id), "order": change}
        case CancelOrder():
            return {"op": "cancel", "order_id": stage.order_named(act.order_id)}
        case _:
            raise AssertionError("the socket is for trading")
