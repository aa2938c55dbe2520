"""The REST door, through the whole of Django."""

from typing import Any

from tests.conformance.doors.door import REPLAYED, TAKEN, Door
from tests.conformance.stage import Stage
from tests.conformance.words import Act, Answer, CancelOrder, Family, Halt, PlaceOrder, ReplaceOrder, Resume, Who
from tests.rest_api.conftest import Caller

FLAGS = frozenset({"exec_inst"})


class RestDoor(Door):
    """An HTTP client that reads JSON."""

    name = "rest"
    said = {
        Family.TAKEN: TAKEN,
        Family.REPLAYED: REPLAYED,
        Family.MALFORMED: "400",
        Family.UNAUTHENTICATED: "401",
        Family.FORBIDDEN: "403",
        Family.NOT_FOUND: "404",
        Family.ID_REUSED: "422",
        Family.IN_PROGRESS: "409",
        Family.THROTTLED: "429",
        Family.REJECTED: "422",
        Family.HALTED: "422",
    }
    cannot = {}
    cannot_say = {}

    def answer(self, act: Act, *, who: Who, stage: Stage) -> Answer:
        """Send the request."""
        response = _sent(Caller(stage.keys.get(who)), act, stage=stage)
        document = response.json()
        if response.status_code >= 400:
            return _problem(response.status_code, document)
        status = REPLAYED if response.headers.get("Idempotent-Replayed") == "true" else TAKEN
        order_id = document.get("order_id")
        return Answer(status, order_id=None if order_id is None else int(order_id))


def _sent(caller: Caller, act: Act, *, stage: Stage) -> Any:
    match act:
        case PlaceOrder():
            ticket = stage.ticket(act.changes)
            return caller.post("orders/", {**ticket, **{name: [ticket[name]] for name in FLAGS & ticket.keys()}})
        case ReplaceOrder():
            return caller.patch(f"orders/{stage.order_named(act.order_id)}/", stage.change(act.changes))
        case CancelOrder():
            return caller.delete(f"orders/{stage.order_named(act.order_id)}/")
        case Halt():
            return caller.post(f"instruments/{act.symbol or stage.symbol}/halt/", {"reason": act.reason})
        case Resume():
            return caller.post(f"instruments/{act.symbol or stage.symbol}/resume/")


def _problem(status: int, document: dict[str, Any]) -> Answer:
    assert document["status"] == status
    assert document["type"] == f"urn:marketops:problem:{document['code']}"
    fields = [fault["pointer"].lstrip("/") for fault in document["errors"]]
    order = document.get("order")
    return Answer(
        str(status), document["code"], fields[0] if fields else "", None if order is None else int(order["order_id"])
    )
