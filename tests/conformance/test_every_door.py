"""The same request, through whichever door it comes, has the same outcome and leaves the same behind."""

from itertools import permutations
from typing import NamedTuple

import pytest

from market.models import Order
from tests.conformance.conftest import Exchange
from tests.conformance.corpus import CASES
from tests.conformance.doors.door import Door
from tests.conformance.sayable import doors_of
from tests.conformance.stage import Stage, Trace, added, on_record
from tests.conformance.words import (
    Act,
    Answer,
    CancelOrder,
    Case,
    End,
    Family,
    Halt,
    PlaceOrder,
    ReplaceOrder,
    Resume,
    Who,
)
from vocabulary.orders import OrdStatus
from vocabulary.rejects import RejectReason

LEAVES: dict[tuple[type[Act], bool], dict[str, int]] = {
    (PlaceOrder, True): {"order": 1, "cl_ord_id": 1, "inbox": 1},
    (PlaceOrder, False): {"order": 1, "cl_ord_id": 1},
    (ReplaceOrder, True): {"cl_ord_id": 1, "inbox": 1},
    (ReplaceOrder, False): {"cl_ord_id": 1},
    (CancelOrder, True): {"inbox": 1},
    (Halt, True): {"journal command": 1, "journal event": 1, "audit": 1},
    (Resume, True): {"journal command": 1, "journal event": 1, "audit": 1},
}
"""The rows that an act leaves behind, by whether it was taken on or rejected."""
PLACING_DOORS = ("rest", "ws", "grpc", "web", "terminal")
AUDITED_AT = ("ssh", CancelOrder)
"""An operator's cancel of somebody's order is in the audit log; a trader's cancel of their own is not."""


class Outcome(NamedTuple):
    """What came of a case at one door: what it said, what was recorded then, and where it ended."""

    answer: Answer
    left: dict[str, int]
    at_once: Trace
    in_the_end: Trace
    end: End | None


@pytest.mark.parametrize("case", CASES, ids=str)
def test_every_door_says_the_same_and_leaves_the_same_behind(exchange: Exchange, case: Case):
    expected = case.expected
    outcomes = _outcomes(case, exchange=exchange)

    for name, outcome in outcomes.items():
        said = exchange.doors[name].said[expected.family]
        assert outcome.answer[:3] == (said, expected.code, _field_told(outcome, case)), name
        assert outcome.left == _leaves(case, door=name), name
        assert outcome.end == expected.end, name
    first, *others = outcomes
    for name in others:
        assert outcomes[name].at_once == outcomes[first].at_once, (first, name)
        assert outcomes[name].in_the_end == outcomes[first].in_the_end, (first, name)


@pytest.mark.parametrize(("first", "second"), list(permutations(PLACING_DOORS, 2)))
def test_an_order_is_the_same_order_at_every_other_door(exchange: Exchange, first: str, second: str):
    stage = exchange.stage()
    for act in (PlaceOrder(), PlaceOrder({"cl_ord_id": "my-2", "price": "10.055"})):
        exchange.doors[first].answer(act, who=Who.TRADER, stage=stage)
    before = on_record()
    door = exchange.doors[second]

    again = door.answer(PlaceOrder({"price": "10.050"}), who=Who.TRADER, stage=stage)
    other = door.answer(PlaceOrder({"price": "10.06"}), who=Who.TRADER, stage=stage)
    turned_down = door.answer(PlaceOrder({"cl_ord_id": "my-2", "price": "10.055"}), who=Who.TRADER, stage=stage)

    assert again.status == door.said[Family.REPLAYED]
    assert other[:2] == (door.said[Family.ID_REUSED], RejectReason.CL_ORD_ID_REUSED.code)
    assert turned_down[:2] == (door.said[Family.REJECTED], RejectReason.INVALID_PRICE_INCREMENT.code)
    assert added(before) == {}


def _outcomes(case: Case, *, exchange: Exchange) -> dict[str, Outcome]:
    doors = {name: exchange.doors[name] for name in doors_of(case)}
    if case.expected.is_fresh:
        return {name: _played(case, door, stage=exchange.stage()) for name, door in doors.items()}
    # Where nothing is to be left behind, the next door finds the stage as the first one did.
    stage = exchange.stage()
    with case.setting(stage):
        before = stage.trace()
        outcomes = {name: _asked(case, door, stage=stage) for name, door in doors.items()}
    assert {name: outcome.at_once == before for name, outcome in outcomes.items()} == dict.fromkeys(doors, True)
    return outcomes


def _asked(case: Case, door: Door, *, stage: Stage) -> Outcome:
    before = on_record()
    answer = door.answer(case.act, who=case.who, stage=stage)
    concerned = _order_of(case, stage=stage)
    if answer.order_id is not None and concerned is not None:
        assert answer.order_id == concerned.pk
    trace = stage.trace()
    return Outcome(answer, added(before), trace, trace, None)


def _played(case: Case, door: Door, *, stage: Stage) -> Outcome:
    with case.setting(stage):
        outcome = _asked(case, door, stage=stage)
    if case.then is not None:
        case.then(stage)
    stage.place.drain()
    concerned = _order_of(case, stage=stage)
    end = _end_of(concerned) if case.expected.end is not None and concerned is not None else None
    return outcome._replace(in_the_end=stage.trace(), end=end)


def _order_of(case: Case, *, stage: Stage) -> Order | None:
    if isinstance(case.act, PlaceOrder):
        cl_ord_id = stage.ticket(case.act.changes).get("cl_ord_id", "")
        return Order.objects.filter(account__number=stage.account, cl_ord_id=cl_ord_id).first()
    return Order.objects.filter(pk=stage.order_id).first()


def _end_of(order: Order) -> End:
    # A lot of every stage is 1.
    return End(OrdStatus(order.ord_status), str(order.cum_qty_lots), RejectReason(order.reject_reason))


def _leaves(case: Case, *, door: str) -> dict[str, int]:
    if not case.expected.is_fresh:
        return {}
    left = LEAVES[type(case.act), case.expected.family is Family.TAKEN]
    return {**left, "audit": 1} if (door, type(case.act)) == AUDITED_AT else left


def _field_told(outcome: Outcome, case: Case) -> str:
    """The field that a refusal must name. A reject may name one, to write it beside."""
    is_reject = case.expected.family in (Family.REJECTED, Family.HALTED, Family.ID_REUSED)
    return outcome.answer.field if is_reject else case.expected.field
