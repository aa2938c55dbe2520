"""Orders over one stream: each is answered as a call of its own would be, and what comes together shares a commit."""

import queue
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import grpc
import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from access.models import ApiKey
from market.errors import Unavailable
from market.models import InboxCommand, JournalCommand, Order, SessionLease
from market.services import orders
from marketops.v1 import market_service_pb2 as market_pb2
from marketops.v1 import orders_pb2
from tests.grpc_api.conftest import PATIENCE_S, Caller, Door, refusal_in
from tests.running_system import wait_until
from vocabulary import limits
from vocabulary.commands import CommandKind
from vocabulary.orders import OrdStatus

FLAGGED = orders_pb2.OrderTerms(exec_inst=[orders_pb2.EXEC_INST_CANCEL_ON_DISCONNECT])


class Stream:
    """One stream of a caller: what it sends, and what it hears."""

    def __init__(self, caller: Caller) -> None:
        self._asked: queue.Queue[Any] = queue.Queue()
        self.call = caller.market.OrderEntry(iter(self._asked.get, None), **caller.how)
        self._number = 0

    def ask(self, **request: Any) -> int:
        """Send a request; its number."""
        self._number += 1
        self._asked.put(market_pb2.OrderEntryRequest(request_id=self._number, **request))
        return self._number

    def hear(self) -> Any:
        """The next answer."""
        return next(self.call)

    def answer(self, **request: Any) -> Any:
        """Send a request and hear its answer."""
        number = self.ask(**request)
        answer = self.hear()
        assert answer.request_id == number
        return answer

    def end(self) -> None:
        """Have nothing more to ask."""
        self._asked.put(None)


@contextmanager
def stream_of(caller: Caller) -> Iterator[Stream]:
    """A stream that is ended in good order, unless the test has ended it otherwise."""
    stream = Stream(caller)
    yield stream
    stream.end()
    with pytest.raises(StopIteration):
        stream.hear()


def open_orders() -> list[int]:
    return list(Order.objects.filter(is_open=True).order_by("pk").values_list("pk", flat=True))


def test_an_order_is_placed_changed_and_canceled_over_one_stream(door: Door):
    with stream_of(door.trader) as stream:
        placed = stream.answer(place=door.ticket()).placed
        door.place.drain()
        change = market_pb2.ReplaceOrderRequest(
            order_id=placed.order.order_id, cl_ord_id="my-2", order_qty="80", price="10.05"
        )
        assert stream.answer(replace=change).replaced.order.order_id == placed.order.order_id
        cancel = market_pb2.CancelOrderRequest(order_id=placed.order.order_id)
        assert stream.answer(cancel=cancel).canceling.order.order_id == placed.order.order_id
    door.place.drain()
    order = Order.objects.get()
    assert (order.ord_status, order.order_qty_lots) == (OrdStatus.CANCELED, 80)


def test_orders_that_come_together_share_a_commit_and_each_is_answered(door: Door, monkeypatch: pytest.MonkeyPatch):
    batches: list[int] = []
    place_many = orders.place_many

    def counted(tickets: Any, **how: Any) -> Any:
        batches.append(len(tickets))
        return place_many(tickets, **how)

    monkeypatch.setattr(orders, "place_many", counted)
    with stream_of(door.trader) as stream:
        for number in range(200):
            stream.ask(place=door.ticket(cl_ord_id=f"n-{number}", order_qty="1"))
        answers = [stream.hear() for _ in range(200)]
    assert {answer.request_id for answer in answers} == set(range(1, 201))
    assert {answer.WhichOneof("answer") for answer in answers} == {"placed"}
    assert sum(batches) == 200
    assert len(batches) < 100
    assert max(batches) <= limits.ORDER_REQUESTS_IN_FLIGHT_MAX


def test_cancels_that_come_together_share_a_commit_and_each_is_answered(door: Door, monkeypatch: pytest.MonkeyPatch):
    batches: list[int] = []
    cancel_many = orders.cancel_many

    def counted(order_ids: Any, **how: Any) -> Any:
        batches.append(len(order_ids))
        return cancel_many(order_ids, **how)

    placed = [door.place.place("BUY", 1, "9.00").order.order_id for _ in range(40)]
    door.place.drain()
    monkeypatch.setattr(orders, "cancel_many", counted)
    with stream_of(door.trader) as stream:
        wanted = [*placed, placed[-1] + 1_000]
        asked = [stream.ask(cancel=market_pb2.CancelOrderRequest(order_id=order_id)) for order_id in wanted]
        answers = {answer.request_id: answer for answer in (stream.hear() for _ in asked)}
    assert [answers[number].canceling.order.order_id for number in asked[:-1]] == placed
    assert answers[asked[-1]].WhichOneof("answer") == "refusal"
    assert sum(batches) == len(wanted)
    assert len(batches) < 20
    door.place.drain()
    assert set(Order.objects.values_list("ord_status", flat=True)) == {OrdStatus.CANCELED}


def test_a_cancel_by_ones_own_id_never_overtakes_its_own_order(door: Door):
    mine = market_pb2.ClOrdIdOfAccount(account=door.place.account, cl_ord_id="my-1")
    with stream_of(door.trader) as stream:
        stream.ask(place=door.ticket())
        stream.ask(cancel_cl_ord_id=mine)
        assert [stream.hear().WhichOneof("answer") for _ in range(2)] == ["placed", "canceling"]
    kinds = InboxCommand.objects.order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == [CommandKind.NEW_ORDER, CommandKind.CANCEL]


def test_a_request_that_is_refused_is_told_as_a_call_would_be_and_harms_no_other(door: Door):
    with stream_of(door.trader) as stream:
        tickets = [
            door.ticket(cl_ord_id="good-1"),
            door.ticket(cl_ord_id="off-tick", price="10.055"),
            door.ticket(cl_ord_id="a b"),
            door.ticket(cl_ord_id="good-2"),
        ]
        for ticket in tickets:
            stream.ask(place=ticket)
        answers = {answer.request_id: answer for answer in (stream.hear() for _ in tickets)}
        empty = stream.answer()
    assert [answers[number].WhichOneof("answer") for number in (1, 2, 3, 4)] == [
        "placed",
        "refusal",
        "refusal",
        "placed",
    ]
    rejected, malformed = answers[2].refusal, answers[3].refusal
    assert (rejected.status, rejected.reason) == (9, "invalid_price_increment")
    assert rejected.order_id == Order.objects.get(cl_ord_id="off-tick").pk
    assert (malformed.status, malformed.reason, list(malformed.fields)) == (3, "malformed", ["place.cl_ord_id"])
    assert (empty.refusal.status, list(empty.refusal.fields)) == (3, ["request"])


def test_the_same_request_again_is_replayed_over_whichever_way_it_comes(door: Door):
    door.trader.call("PlaceOrder", door.ticket())
    with stream_of(door.trader) as stream:
        assert stream.answer(place=door.ticket()).placed.replayed
        other = stream.answer(place=door.ticket(order_qty="99")).refusal
    assert (other.status, other.reason) == (6, "cl_ord_id_reused")


def test_while_the_database_is_away_each_request_is_told_to_ask_again_and_the_stream_goes_on(
    door: Door, monkeypatch: pytest.MonkeyPatch
):
    place_many = orders.place_many

    def away(*_: Any, **__: Any) -> Any:
        raise Unavailable("away")

    with stream_of(door.trader) as stream:
        monkeypatch.setattr(orders, "place_many", away)
        refusal = stream.answer(place=door.ticket()).refusal
        assert (refusal.status, refusal.reason, refusal.retry_after_ms) == (14, "unavailable", 1000)
        monkeypatch.setattr(orders, "place_many", place_many)
        assert stream.answer(place=door.ticket()).WhichOneof("answer") == "placed"


def promise(door: Door, timeout_s: int) -> market_pb2.CancelOnDisconnect:
    return market_pb2.CancelOnDisconnect(account=door.place.account, timeout_s=timeout_s)


def test_when_a_stream_is_lost_the_orders_that_depend_on_it_go_and_the_others_stay(door: Door):
    stream = Stream(door.trader)
    assert stream.answer(cancel_on_disconnect=promise(door, 60)).promised.timeout_s == 60
    stays = stream.answer(place=door.ticket(cl_ord_id="stays")).placed.order.order_id
    stream.answer(place=door.ticket(cl_ord_id="goes", terms=FLAGGED))
    door.place.drain()
    stream.call.cancel()
    wait_until(lambda: not SessionLease.objects.exists(), within_s=PATIENCE_S)
    door.place.drain()
    assert open_orders() == [stays]


def test_a_client_that_ends_its_requests_leaves_its_orders_behind(door: Door):
    with stream_of(door.trader) as stream:
        stream.answer(cancel_on_disconnect=promise(door, 60))
        order_id = stream.answer(place=door.ticket(terms=FLAGGED)).placed.order.order_id
    door.place.drain()
    assert open_orders() == [order_id]
    assert not SessionLease.objects.exists()


def test_a_promise_that_is_over_is_said_with_the_next_request(door: Door, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("grpc_api.promises.RENEWED_AFTER", 0)
    with stream_of(door.trader) as stream:
        stream.answer(cancel_on_disconnect=promise(door, 60))
        assert stream.answer(heartbeat=market_pb2.SignOfLife()).WhichOneof("answer") == "heartbeat"
        SessionLease.objects.all().delete()
        assert stream.answer(heartbeat=market_pb2.SignOfLife()).refusal.reason == "session_lost"
        assert stream.answer(place=door.ticket()).WhichOneof("answer") == "placed"


def test_a_stream_ends_when_its_key_is_revoked(door: Door, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(limits, "STREAM_CHECKED_EVERY_S", 0.05)
    stream = Stream(door.trader)
    stream.answer(place=door.ticket())
    ApiKey.objects.update(revoked_at=timezone.now())
    with pytest.raises(grpc.RpcError) as ended:
        stream.hear()
    assert (refusal_in(ended.value).status, refusal_in(ended.value).reason) == ("UNAUTHENTICATED", "invalid_key")


def test_the_switch_is_armed_and_disarmed(door: Door):
    armed = door.trader.call(
        "CancelAllAfter", market_pb2.CancelAllAfterRequest(account=door.place.account, timeout_s=60)
    )
    assert armed.expires_at.ToDatetime() == SessionLease.objects.get().expires_at.replace(tzinfo=None)
    disarmed = door.trader.call("CancelAllAfter", market_pb2.CancelAllAfterRequest(account=door.place.account))
    assert not disarmed.HasField("expires_at")
    assert not SessionLease.objects.exists()


TICKETS = st.lists(
    st.fixed_dictionaries(
        {
            "cl_ord_id": st.sampled_from([f"h-{number}" for number in range(6)]),
            "price": st.sampled_from(["10.05", "10.06", "10.055", "20.00"]),
            "order_qty": st.sampled_from(["1", "2", "0", "5000000"]),
            "symbol": st.sampled_from(["ACME", "NOPE"]),
        }
    ),
    min_size=1,
    max_size=10,
)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(tickets=TICKETS)
def test_a_stream_says_of_each_order_what_single_calls_would_have_said(door: Door, tickets: list[dict[str, str]]):
    run = JournalCommand.objects.count() + Order.objects.count()
    alone = [said_alone(door, door.ticket(**named(ticket, f"alone-{run}"))) for ticket in tickets]
    with stream_of(door.trader) as stream:
        for ticket in tickets:
            stream.ask(place=door.ticket(**named(ticket, f"streamed-{run}")))
        heard = {answer.request_id: answer for answer in (stream.hear() for _ in tickets)}
    assert [said(heard[number + 1]) for number in range(len(tickets))] == alone


def named(ticket: dict[str, str], run: str) -> dict[str, str]:
    return {**ticket, "cl_ord_id": f"{run}-{ticket['cl_ord_id']}"}


def said_alone(door: Door, ticket: Any) -> tuple[Any, ...]:
    try:
        answer = door.trader.call("PlaceOrder", ticket)
    except grpc.RpcError as error:
        told = refusal_in(error)
        return told.status, told.reason
    return "OK", answer.replayed, answer.order.price, answer.order.order_qty


def said(answer: Any) -> tuple[Any, ...]:
    if answer.WhichOneof("answer") == "refusal":
        status = next(status for status in grpc.StatusCode if status.value[0] == answer.refusal.status)
        return status.name, answer.refusal.reason
    placed = answer.placed
    return "OK", placed.replayed, placed.order.price, placed.order.order_qty


def test_changes_that_come_together_share_a_commit_and_none_overtakes_another(
    door: Door, monkeypatch: pytest.MonkeyPatch
):
    batches: list[int] = []
    replace_many = orders.replace_many

    def counted(tickets: Any, **how: Any) -> Any:
        batches.append(len(tickets))
        return replace_many(tickets, **how)

    # A promise that is due is renewed before each request, which must not change their order.
    monkeypatch.setattr("grpc_api.promises.RENEWED_AFTER", 0)
    order_ids = [door.place.place("BUY", 1_000, "9.00").order.order_id for _ in range(2)]
    door.place.drain()
    monkeypatch.setattr(orders, "replace_many", counted)
    wanted = [(order_ids[number % 2], 999 - number) for number in range(60)]
    with stream_of(door.trader) as stream:
        stream.answer(cancel_on_disconnect=promise(door, 60))
        asked = [stream.ask(replace=change_of(order_id, quantity)) for order_id, quantity in [*wanted, (2**40, 1)]]
        answers = {answer.request_id: answer for answer in (stream.hear() for _ in asked)}
    assert [answers[number].replaced.order.order_id for number in asked[:-1]] == [order_id for order_id, _ in wanted]
    assert answers[asked[-1]].refusal.reason == "not_found"
    assert sum(batches) == len(asked)
    assert len(batches) < 30
    waiting = InboxCommand.objects.filter(kind=CommandKind.REPLACE).order_by("pk")
    assert list(waiting.values_list("order_id", "order_qty_lots")) == wanted
    door.place.drain()
    assert list(Order.objects.order_by("pk").values_list("order_qty_lots", flat=True)) == [941, 940]


def change_of(order_id: int, quantity: int) -> market_pb2.ReplaceOrderRequest:
    return market_pb2.ReplaceOrderRequest(
        order_id=order_id, cl_ord_id=f"c-{order_id}-{quantity}", order_qty=str(quantity), price="9.00"
    )
