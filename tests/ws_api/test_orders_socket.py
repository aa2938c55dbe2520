"""The orders socket: trading on it, and hearing what comes of it."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from channels.db import database_sync_to_async

from market.models import Account, JournalEvent, Order, SessionLease
from market.services import accounts, orders
from tests.market.feed.conftest import in_database
from tests.ws_api.conftest import ORDERS, Client, Connect
from vocabulary import limits
from vocabulary.orders import OrdStatus

GOOD = {"cl_ord_id": "my-1", "side": "BUY", "ord_type": "LIMIT", "order_qty": "100", "price": "10.00"}


def order(market, **changes: Any) -> dict[str, Any]:
    whole = {"account": market.account, "symbol": "ACME", **GOOD, **changes}
    return {name: value for name, value in whole.items() if value is not None}


async def trading(market, connect: Connect, actor=None) -> Client:
    """A connection that has signed in, as the trader unless somebody else is named."""
    key = await in_database(market.key_of, actor or market.trader)
    client = await connect(path=ORDERS, headers=[(b"authorization", f"Bearer {key}".encode())])
    assert (await client.hear())["type"] == "signed_in"
    return client


async def test_an_order_is_placed_replaced_and_canceled_and_each_is_reported(market, connect):
    client = await trading(market, connect)
    assert (await client.ask("subscribe", channels=["executions"]))["channels"] == ["executions"]
    assert (await client.hear_of("executions"))["reports"] == []

    placed = await client.ask("place", order=order(market))
    assert (placed["type"], placed["replayed"], placed["order"]["ord_status"]) == ("placed", False, "PENDING_NEW")
    order_id = placed["order"]["order_id"]
    await in_database(market.drain)
    change = {"cl_ord_id": "my-2", "order_qty": "80", "price": "10.00"}
    assert (await client.ask("replace", order_id=order_id, order=change))["type"] == "replaced"
    await in_database(market.drain)
    assert (await client.ask("cancel", order_id=order_id))["type"] == "canceling"
    await in_database(market.drain)

    stored = await in_database(lambda: list(JournalEvent.objects.order_by("event_seq").values_list("kind", flat=True)))
    reports: list[dict[str, Any]] = []
    again = await trading(market, connect)
    await again.ask("subscribe", channels=["executions"], since={"ACME": {"sequence": 0}})
    reports += (await again.hear_of("executions"))["reports"]
    assert [report["exec_type"] for report in reports] == ["NEW", "REPLACED", "CANCELED"]
    assert len(stored) == 3
    assert {report["cl_ord_id"] for report in reports} == {"my-1"}
    assert [report["leaves_qty"] for report in reports] == ["100", "80", "0"]


async def test_the_same_ticket_again_is_the_same_order(market, connect):
    client = await trading(market, connect)
    first = await client.ask("place", order=order(market))
    again = await client.ask("place", order=order(market))
    other = await client.ask("place", order=order(market, price="10.01"))
    assert (again["replayed"], again["order"]["order_id"]) == (True, first["order"]["order_id"])
    assert (other["type"], other["code"]) == ("rejected", "cl_ord_id_reused")
    assert await in_database(Order.objects.count) == 1


async def test_a_reject_has_the_code_of_every_door_and_is_recorded(market, connect):
    client = await trading(market, connect)
    told = await client.ask("place", order=order(market, price="10.005"))
    again = await client.ask("place", order=order(market, price="10.005"))
    assert (told["type"], told["code"], told["replayed"]) == ("rejected", "invalid_price_increment", False)
    assert (again["code"], again["replayed"]) == ("invalid_price_increment", True)
    assert told["order"]["ord_status"] == "REJECTED"
    await in_database(market.drain)
    placed = await client.ask("place", order=order(market, cl_ord_id="my-3"))
    await in_database(market.drain)
    await client.ask("cancel", order_id=placed["order"]["order_id"])
    await in_database(market.drain)
    late = await client.ask("cancel", order_id=placed["order"]["order_id"])
    assert (late["type"], late["code"], late["order"]) == ("rejected", "too_late_to_cancel", None)


async def test_an_order_can_be_canceled_by_ones_own_id_and_all_orders_together(market, connect):
    client = await trading(market, connect)
    for number in range(3):
        await client.ask("place", order=order(market, cl_ord_id=f"my-{number}"))
    assert (await client.ask("cancel", account=market.account, cl_ord_id="my-1"))["order"]["cl_ord_id"] == "my-1"
    await in_database(market.drain)
    assert (await client.ask("cancel_all", account=market.account, side="SELL"))["orders"] == 0
    assert (await client.ask("cancel_all", account=market.account, symbol="ACME"))["orders"] == 2
    await in_database(market.drain)
    statuses = await in_database(lambda: set(Order.objects.values_list("ord_status", flat=True)))
    assert statuses == {OrdStatus.CANCELED.value}


async def test_the_reports_go_on_behind_a_mass_cancel(market, connect):
    client = await trading(market, connect)
    await client.ask("subscribe", channels=["executions"])
    await client.ask("place", order=order(market))
    await in_database(market.drain)
    await client.ask("cancel_all", account=market.account)
    await in_database(market.drain)
    heard: list[str] = []
    while "CANCELED" not in heard:
        heard += [report["exec_type"] for report in (await client.hear_of("executions"))["reports"]]
    assert (await client.ask("ping"))["type"] == "pong"


async def test_positions_and_balances_come_whole_and_then_when_they_change(market, connect):
    client = await trading(market, connect)
    await client.ask("subscribe", channels=["positions", "balances"])
    assert (await client.hear_of("positions"))["positions"] == []
    (before,) = (await client.hear_of("balances"))["balances"]
    await in_database(market.trade, 10, "10.00")
    (position,) = (await client.hear_of("positions"))["positions"]
    (after,) = (await client.hear_of("balances"))["balances"]
    assert (position["symbol"], position["quantity"], Decimal(position["cost"])) == ("ACME", "10", 100)
    assert (Decimal(before["cash"]), Decimal(after["cash"])) == (100_000, 99_900)


async def test_a_deposit_is_heard_without_any_order(market, connect, monkeypatch):
    monkeypatch.setattr(limits, "STREAM_CHECKED_EVERY_S", 0.1)
    client = await trading(market, connect)
    await client.ask("subscribe", channels=["balances"])
    await client.hear_of("balances")
    deposit = database_sync_to_async(accounts.deposit)
    await deposit(market.account, amount=Decimal(7), note="a gift", actor=market.operator)
    assert Decimal((await client.hear_of("balances"))["balances"][0]["deposits"]) == 100_007


async def test_whoever_comes_back_with_a_cursor_has_missed_nothing_and_hears_nothing_twice(market, connect):
    heard: list[str] = []
    cursor: dict[str, Any] = {"ACME": {"sequence": 0}}
    for visit in range(4):
        client = await trading(market, connect)
        await client.ask("subscribe", channels=["executions"], since=cursor)
        for number in range(3):
            await in_database(market.house_places, "SELL", 5, "10.00")
            await in_database(market.place, "BUY", 5, "10.00", cl_ord_id=f"v{visit}-{number}")
            await in_database(market.drain)
        while True:
            told = await client.hear_of("executions")
            heard += [report["exec_id"] for report in told["reports"]]
            cursor |= told["cursor"]
            if told["reports"] or visit == 3:
                break
        await client.leave()
        await in_database(market.trade, 5, "10.00")
    last = await trading(market, connect)
    await last.ask("subscribe", channels=["executions"], since=cursor)
    heard += [report["exec_id"] for report in (await last.hear_of("executions"))["reports"]]

    def own() -> list[str]:
        account_id = Account.objects.get(number=market.account).pk
        events = JournalEvent.objects.filter(account_id=account_id).order_by("event_seq")
        return [f"ACME-{sequence}" for sequence in events.values_list("event_seq", flat=True)]

    assert heard == await in_database(own)


BAD_CURSORS: list[tuple[Any, str]] = [
    ({"NOPE": {"sequence": 0}}, "unknown_symbol"),
    ({"ACME": {"sequence": 99}}, "unknown_sequence"),
    ({"ACME": {"sequence": 0, "epoch": "00000000-0000-0000-0000-000000000007"}}, "other_epoch"),
    ({"ACME": {"sequence": -1}}, "not_a_whole_number"),
    ({"ACME": {"sequence": "1"}}, "not_a_whole_number"),
    ({"ACME": 1}, "required"),
    (["ACME"], "malformed"),
]


async def test_a_cursor_that_cannot_be_followed_is_refused_by_name(market, connect):
    client = await trading(market, connect)
    for since, code in BAD_CURSORS:
        told = await client.ask("subscribe", channels=["executions"], since=since)
        assert (told["type"], told["code"], told["field"].partition(".")[0]) == ("error", code, "since")
    assert (await client.ask("subscribe", channels=["executions"]))["type"] == "subscribed"


async def test_reports_are_never_merged_however_slowly_they_are_read(market, connect):
    client = await trading(market, connect)
    await client.ask("subscribe", channels=["executions"], since={"ACME": {"sequence": 0}})
    tickets = [market.ticket("BUY", 1, "9.00", cl_ord_id=f"slow-{number}") for number in range(250)]
    await in_database(orders.place_many, tickets, actor=market.trader)
    await in_database(market.drain)
    reports: list[dict[str, Any]] = []
    while len(reports) < 250:
        told = await client.hear_of("executions")
        assert len(told["reports"]) <= 100
        reports += told["reports"]
    assert [report["cl_ord_id"] for report in reports] == [f"slow-{number}" for number in range(250)]


async def test_nobody_hears_of_anybody_elses_orders(market, connect):
    stranger, account = await in_database(market.newcomer)
    client = await trading(market, connect, actor=stranger)
    await client.ask("subscribe", channels=["executions", "positions", "balances"], since={"ACME": {"sequence": 0}})
    assert (await client.hear_of("executions"))["reports"] == []
    await in_database(market.trade, 10, "10.00")
    own = await client.ask("place", order=order(market, account=account, cl_ord_id="own"))
    await in_database(market.drain)
    told = await client.hear_of("executions")
    assert [report["order_id"] for report in told["reports"]] == [own["order"]["order_id"]]
    assert told["reports"][0]["account"] == account


MISTAKES: dict[str, tuple[dict[str, Any], str, str]] = {
    "no such op": ({"op": "buy"}, "unknown_op", "op"),
    "a field too many": ({"op": "place", "order": {}, "price": "1"}, "invalid_request", "price"),
    "no order": ({"op": "place"}, "required", "order"),
    "an order that is none": ({"op": "place", "order": ["x"]}, "required", "order"),
    "an unknown field": ({"op": "place", "order": {"user_id": 1}}, "unknown_field", "order.user_id"),
    "a number for a price": ({"op": "place", "order": {"price": 10.0}}, "not_a_decimal_string", "order.price"),
    "no number": ({"op": "place", "order": {"order_qty": "NaN"}}, "not_a_decimal_string", "order.order_qty"),
    "a side that there is not": ({"op": "place", "order": {"side": "HOLD"}}, "unknown_word", "order.side"),
    "a limit order without price": ({"op": "place", "order": {"price": None}}, "required", "order.price"),
    "an empty text": ({"op": "place", "order": {"cl_ord_id": ""}}, "required", "order.cl_ord_id"),
    "a malformed id": ({"op": "place", "order": {"cl_ord_id": "a/b"}}, "malformed", "order.cl_ord_id"),
    "words that are none": ({"op": "place", "order": {"exec_inst": ["X"]}}, "unknown_word", "order.exec_inst"),
    "a time without offset": (
        {"op": "place", "order": {"time_in_force": "GTD", "expire_time": "2026-01-01T00:00:00"}},
        "not_a_time",
        "order.expire_time",
    ),
    "nothing to cancel": ({"op": "cancel"}, "required", "order_id"),
    "a number for an id": ({"op": "cancel", "order_id": 1}, "not_a_string", "order_id"),
    "an absent order": ({"op": "cancel", "order_id": "9" * 30}, "not_found", "order_id"),
    "a replacement without content": ({"op": "replace", "order_id": "1"}, "required", "order"),
    "a foreign account": ({"op": "cancel_all", "account": "HOUSE"}, "not_found", "account"),
    "no channel": ({"op": "subscribe", "channels": []}, "required", "channels"),
    "a public channel": ({"op": "subscribe", "channels": ["depth"]}, "unknown_channel", "channels"),
    "a promise for ever": (
        {"op": "cancel_on_disconnect", "account": "A", "timeout_s": 10**9},
        "not_a_whole_number",
        "timeout_s",
    ),
}


async def test_a_mistake_has_its_code_and_its_field_and_nothing_is_recorded(market, connect):
    client = await trading(market, connect)
    for mistake, (said, code, field) in MISTAKES.items():
        whole = dict(said)
        if isinstance(said.get("order"), dict):
            whole["order"] = {"account": market.account, "symbol": "ACME", **GOOD, **said["order"]}
        await client.say({"id": "7", **whole})
        told = await client.hear()
        assert (told["type"], told["code"], told["field"], told["id"]) == ("error", code, field, "7"), mistake
    assert await in_database(Order.objects.count) == 0
    assert (await client.ask("place", order=order(market)))["type"] == "placed"


async def test_orders_go_when_the_connection_of_a_promise_is_lost(market, connect):
    client = await trading(market, connect)
    promised = await client.ask("cancel_on_disconnect", account=market.account, timeout_s=30)
    assert promised["session"] == "websocket"
    await client.ask("place", order=order(market, exec_inst=["CANCEL_ON_DISCONNECT"]))
    await client.ask("place", order=order(market, cl_ord_id="stays"))
    await in_database(market.drain)
    await client.leave()
    await in_database(market.drain)
    assert await in_database(open_orders) == ["stays"]


async def test_orders_stay_when_the_promise_was_ended_first(market, connect):
    client = await trading(market, connect)
    await client.ask("cancel_on_disconnect", account=market.account, timeout_s=30)
    await client.ask("place", order=order(market, exec_inst=["CANCEL_ON_DISCONNECT"]))
    await client.ask("cancel_on_disconnect", account=market.account, timeout_s=0)
    await client.leave()
    await in_database(market.drain)
    assert await in_database(open_orders) == ["my-1"]


async def test_another_connection_of_the_same_session_takes_the_promise_over(market, connect):
    first = await trading(market, connect)
    await first.ask("cancel_on_disconnect", account=market.account, timeout_s=1)
    second = await trading(market, connect)
    await second.ask("cancel_on_disconnect", account=market.account, timeout_s=30)
    await second.ask("place", order=order(market, exec_inst=["CANCEL_ON_DISCONNECT"]))
    await in_database(market.drain)
    await first.leave()
    await in_database(market.drain)
    assert await in_database(open_orders) == ["my-1"]


async def test_a_session_lives_on_while_its_client_is_heard(market, connect, monkeypatch):
    monkeypatch.setattr("ws_api.promises.RENEWED_AFTER", 0)
    client = await trading(market, connect)
    await client.ask("cancel_on_disconnect", account=market.account, timeout_s=30)
    before = await in_database(expiry)
    assert await in_database(expiry) == before
    assert (await client.ask("ping"))["type"] == "pong"
    await client.ask("ping")
    assert await in_database(expiry) > before


async def test_whoever_lost_a_session_is_told(market, connect, monkeypatch):
    monkeypatch.setattr("ws_api.promises.RENEWED_AFTER", 0)
    first, second = await trading(market, connect), await trading(market, connect)
    await first.ask("cancel_on_disconnect", account=market.account, timeout_s=30)
    await second.ask("cancel_on_disconnect", account=market.account, timeout_s=30)
    await first.say({"op": "ping"})
    assert (await first.hear_of("error"))["code"] == "session_lost"


async def test_the_socket_speaks_messagepack(market, connect):
    key = await in_database(market.key_of, market.trader)
    subprotocols = ["marketops.msgpack", f"marketops.bearer.{key}"]
    client = await connect(path=ORDERS, subprotocols=subprotocols)
    assert client.subprotocol == "marketops.msgpack"
    assert (await client.hear())["username"] == "tim"


def open_orders() -> list[str]:
    return list(Order.objects.filter(is_open=True).values_list("cl_ord_id", flat=True))


def expiry() -> datetime:
    return SessionLease.objects.get().expires_at
