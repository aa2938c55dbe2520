"""Who may do what over gRPC: every method against every kind of caller."""

import time
from typing import Any
from uuid import UUID

import grpc
import pytest
from django.utils import timezone

from access.models import ApiKey
from access.selectors import audit
from grpc_api.methods import Access
from grpc_api.server import SERVICES
from marketops.v1 import (
    admin_service_pb2,
    analytics_service_pb2,
    instruments_pb2,
    market_data_pb2,
    market_service_pb2,
    money_pb2,
)
from tests.grpc_api.conftest import Caller, Door, refusal_in, refused

OK = "OK"
ENDED = "ended at once"
NOBODY, FORBIDDEN, ABSENT, INVALID = "UNAUTHENTICATED", "PERMISSION_DENIED", "NOT_FOUND", "INVALID_ARGUMENT"
REJECTED = "FAILED_PRECONDITION"
ALL = (OK,) * 5
KEY_HOLDERS = (NOBODY, OK, OK, OK, OK)
OPERATORS = (NOBODY, FORBIDDEN, FORBIDDEN, OK, OK)
STAFF = (NOBODY, FORBIDDEN, FORBIDDEN, FORBIDDEN, OK)
OWNER_AND_OPERATORS = (NOBODY, ABSENT, OK, OK, OK)
OWNER = (NOBODY, ABSENT, OK, ABSENT, ABSENT)
STREAMS = ("StreamMarketData", "StreamExecutions", "OrderEntry")
NEW_INSTRUMENT = market_service_pb2.AddInstrumentRequest(
    symbol="NEW", name="New Corporation", kind=instruments_pb2.INSTRUMENT_KIND_SHARE, currency="USD",
    tick_size="0.01", lot_size="1", reference_price="10.00",
)  # fmt: skip

# method: request, and the answers to nobody, another trader, the trader, an operator and staff
GRID: dict[str, tuple[Any, tuple[str, ...]]] = {
    "AddInstrument": (NEW_INSTRUMENT, (NOBODY, FORBIDDEN, FORBIDDEN, OK, INVALID)),
    "ListInstruments": (market_service_pb2.ListInstrumentsRequest(), ALL),
    "GetInstrument": (market_service_pb2.GetInstrumentRequest(symbol="ACME"), ALL),
    "PlaceOrder": ("ticket", (NOBODY, INVALID, OK, INVALID, INVALID)),
    "ReplaceOrder": ("replacement", OWNER),
    "CancelOrder": (lambda order_id: market_service_pb2.CancelOrderRequest(order_id=order_id), OWNER),
    "CancelOrders": ("cancels", OWNER),
    "OrderEntry": (iter(()), (NOBODY, *(ENDED,) * 4)),
    "CancelAllAfter": ("switch", OWNER),
    "PlaceBracket": (market_service_pb2.PlaceBracketRequest(), (NOBODY, *(INVALID,) * 4)),
    "PlaceOneCancelsOther": (market_service_pb2.PlaceOneCancelsOtherRequest(), (NOBODY, *(INVALID,) * 4)),
    "GetOrder": (lambda order_id: market_service_pb2.GetOrderRequest(order_id=order_id), OWNER),
    "ListOrders": (market_service_pb2.ListOrdersRequest(), KEY_HOLDERS),
    "ListAccounts": (market_service_pb2.ListAccountsRequest(), KEY_HOLDERS),
    "ListPositions": (market_service_pb2.ListPositionsRequest(), KEY_HOLDERS),
    "GetEquity": ("equity", OWNER_AND_OPERATORS),
    "ListEquityCurve": ("curve", OWNER_AND_OPERATORS),
    "ListLedger": ("ledger", OWNER_AND_OPERATORS),
    "GetMargin": (market_service_pb2.GetMarginRequest(symbol="ACME"), ALL),
    "QueryOrderBook": (market_service_pb2.QueryOrderBookRequest(symbol="ACME"), ALL),
    "QueryFullDepth": (market_service_pb2.QueryFullDepthRequest(symbol="ACME"), ALL),
    "ListTrades": (market_service_pb2.ListTradesRequest(symbol="ACME"), ALL),
    "Replay": (
        market_service_pb2.ReplayRequest(symbol="ACME", epoch=str(UUID(int=7)), first_sequence=1),
        ("OUT_OF_RANGE",) * 5,
    ),
    "StreamMarketData": (
        market_service_pb2.StreamMarketDataRequest(symbols=["ACME"], channels=[market_data_pb2.CHANNEL_DEPTH]), ALL,
    ),
    "StreamExecutions": (market_service_pb2.StreamExecutionsRequest(), KEY_HOLDERS),
    "GetPriceSummary": (analytics_service_pb2.GetPriceSummaryRequest(symbol="ACME"), ALL),
    "GetVolumeTrends": (
        analytics_service_pb2.GetVolumeTrendsRequest(symbol="ACME", interval=analytics_service_pb2.INTERVAL_1H), ALL,
    ),
    "ListCandles": (analytics_service_pb2.ListCandlesRequest(symbol="ACME"), ALL),
    "Halt": (admin_service_pb2.HaltRequest(symbol="ACME", reason="news"), OPERATORS),
    "Resume": (admin_service_pb2.ResumeRequest(symbol="ACME"), OPERATORS),
    "ChangePhase": (
        admin_service_pb2.ChangePhaseRequest(symbol="ACME", phase=instruments_pb2.TRADING_PHASE_PRE_OPEN), OPERATORS,
    ),
    "Uncross": (
        admin_service_pb2.UncrossRequest(symbol="ACME"), (NOBODY, FORBIDDEN, FORBIDDEN, REJECTED, REJECTED),
    ),
    "SetBands": (admin_service_pb2.SetBandsRequest(symbol="ACME", dynamic_band_bps=200), OPERATORS),
    "SetReference": (admin_service_pb2.SetReferenceRequest(symbol="ACME", price="10.00"), OPERATORS),
    "SetAllocation": (
        admin_service_pb2.SetAllocationRequest(symbol="ACME", allocation=instruments_pb2.ALLOCATION_RULE_PRO_RATA),
        OPERATORS,
    ),
    "GetSchedule": (admin_service_pb2.GetScheduleRequest(symbol="ACME"), OPERATORS),
    "SetSchedule": (
        admin_service_pb2.SetScheduleRequest(
            symbol="ACME", schedule=instruments_pb2.Schedule(kind=instruments_pb2.CALENDAR_KIND_ALWAYS_OPEN)
        ),
        OPERATORS,
    ),
    "GetLimits": (admin_service_pb2.GetLimitsRequest(account="HOUSE"), OPERATORS),
    "SetLimits": (
        admin_service_pb2.SetLimitsRequest(
            account="HOUSE",
            limits=admin_service_pb2.AccountLimits(order_value_max="500000"),
            taken_back=["leverage_max"],
        ),
        OPERATORS,
    ),
    "KillAccount": (admin_service_pb2.KillAccountRequest(account="HOUSE", reason="runaway program"), OPERATORS),
    "UnkillAccount": (admin_service_pb2.UnkillAccountRequest(account="HOUSE"), OPERATORS),
    "SetMargin": (
        admin_service_pb2.SetMarginRequest(
            symbol="ACME", rates=money_pb2.MarginRates(initial_margin_bps=2000, maintenance_margin_bps=1000)
        ),
        OPERATORS,
    ),
    "MoveMoney": (
        admin_service_pb2.MoveMoneyRequest(
            kind=money_pb2.MOVEMENT_KIND_DEPOSIT, account="HOUSE", amount="10", reference="gift-1"
        ),
        STAFF,
    ),
    "ListMovements": (admin_service_pb2.ListMovementsRequest(), STAFF),
    "ApproveMovement": (admin_service_pb2.ApproveMovementRequest(reference="gift-1"), (*STAFF[:4], ABSENT)),
    "DeclineMovement": (admin_service_pb2.DeclineMovementRequest(reference="gift-1"), (*STAFF[:4], ABSENT)),
    "GrantAccount": (admin_service_pb2.GrantAccountRequest(account="HOUSE", username="tim"), STAFF),
    "RevokeAccount": (admin_service_pb2.RevokeAccountRequest(account="HOUSE", username="tim"), STAFF),
    "Status": (admin_service_pb2.StatusRequest(), OPERATORS),
}  # fmt: skip


OF_AN_ACCOUNT = {
    "switch": market_service_pb2.CancelAllAfterRequest,
    "cancels": market_service_pb2.CancelOrdersRequest,
    "equity": market_service_pb2.GetEquityRequest,
    "curve": market_service_pb2.ListEquityCurveRequest,
    "ledger": market_service_pb2.ListLedgerRequest,
}


def request_of(method: str, door: Door, order_id: int) -> Any:
    request = GRID[method][0]
    if request == "ticket":
        return door.ticket(cl_ord_id="my-3")
    if isinstance(request, str) and request in OF_AN_ACCOUNT:
        return OF_AN_ACCOUNT[request](account=door.ticket().account)
    if request == "replacement":
        return market_service_pb2.ReplaceOrderRequest(
            order_id=order_id, cl_ord_id="my-2", order_qty="80", price="10.06"
        )
    return request(order_id) if callable(request) else request


def answer_of(caller: Caller, method: str, request: Any) -> str:
    try:
        (caller.first_of if method in STREAMS else caller.call)(method, request)
    except grpc.RpcError as error:
        return refusal_in(error).status
    except StopIteration:
        return ENDED
    return OK


def test_every_method_of_the_protocol_has_its_row_in_the_grid_and_its_entry_in_the_map():
    described = {
        f"/{service.full_name}/{method.name}"
        for file in (market_service_pb2, analytics_service_pb2, admin_service_pb2)
        for service in file.DESCRIPTOR.services_by_name.values()
        for method in service.methods
    }
    assert described == {name for service in SERVICES.values() for name in service.accesses()}
    assert {name.rpartition("/")[2] for name in described} == set(GRID)


@pytest.mark.parametrize("method", GRID)
def test_each_caller_gets_the_answer_that_is_theirs_and_a_refusal_changes_nothing(door, method):
    order_id = door.trader.call("PlaceOrder", door.ticket()).order.order_id
    door.place.drain()
    callers = (door.anonymous, door.other, door.trader, door.operator, door.staff)
    request = request_of(method, door, order_id)
    for caller, expected in zip(callers, GRID[method][1], strict=True):
        before = door.recorded()
        assert answer_of(caller, method, request) == expected
        if expected != OK:
            assert door.recorded() == before


def test_nothing_but_reading_the_market_is_open_to_everybody():
    accesses = {name.rpartition("/")[2]: access for s in SERVICES.values() for name, access in s.accesses().items()}
    assert {name for name, access in accesses.items() if access is Access.EVERYBODY} == {
        "ListInstruments", "GetInstrument", "QueryOrderBook", "QueryFullDepth", "ListTrades", "StreamMarketData",
        "Replay", "GetMargin",
        "GetPriceSummary", "GetVolumeTrends", "ListCandles",
    }  # fmt: skip


@pytest.mark.parametrize(
    "metadata",
    [
        [("authorization", "Bearer nobodys")],
        [("authorization", "Bearer mk_" + "x" * 43)],
        [("authorization", "Bearer ")],
        [("authorization", "Basic dTpw")],
        [("authorization", "Bearer a b")],
        [("authorization", "BEARER mk_x")],
        [("authorization", "Bearer a"), ("authorization", "Bearer b")],
        [("authorization-bin", b"Bearer a")],
        [("cookie", "sessionid=1")],
    ],
)
def test_a_key_that_is_nobodys_is_refused_and_the_answer_says_so(door, metadata):
    reason = "invalid_key" if metadata[0][0] == "authorization" else "not_authenticated"
    with door.nothing_recorded(), refused("UNAUTHENTICATED", reason):
        door.trader.market.PlaceOrder(door.ticket(), timeout=5, metadata=metadata)


def test_two_keys_at_once_are_none(door):
    metadata = [("authorization", f"Bearer {door.trader.key}")] * 2
    with refused("UNAUTHENTICATED", "invalid_key"):
        door.trader.market.PlaceOrder(door.ticket(), timeout=5, metadata=metadata)


@pytest.mark.parametrize("column", ["revoked_at", "expires_at"])
def test_a_revoked_or_expired_key_is_refused_at_once(door, column):
    ApiKey.objects.update(**{column: "2026-01-01T00:00:00Z"})
    with refused("UNAUTHENTICATED", "invalid_key"):
        door.trader.call("ListOrders", market_service_pb2.ListOrdersRequest())


def test_a_key_in_use_is_refused_within_a_second_of_its_revocation(door):
    request = market_service_pb2.ListOrdersRequest()
    door.trader.call("ListOrders", request)
    ApiKey.objects.update(revoked_at=timezone.now())
    until = time.monotonic() + 1
    while (answer := answer_of(door.trader, "ListOrders", request)) == OK:
        assert time.monotonic() < until, "the revoked key is still taken"
    assert answer == NOBODY


@pytest.mark.parametrize("order_id", [999_999_999, 0, -1, 2**63 - 1])
def test_somebody_elses_order_and_an_absent_one_are_told_apart_by_nobody(door, order_id):
    foreign_id = door.trader.call("PlaceOrder", door.ticket()).order.order_id
    told = []
    for method in ("GetOrder", "CancelOrder"):
        kind = getattr(market_service_pb2, f"{method}Request")
        for wanted in (foreign_id, order_id):
            with door.nothing_recorded(), refused("NOT_FOUND", "not_found") as one:
                door.other.call(method, kind(order_id=wanted))
            told.append(one.detail)
    assert len(set(told)) == 1


def test_a_halt_is_audited_with_who_did_it_through_which_door(door):
    door.operator.call("Halt", admin_service_pb2.HaltRequest(symbol="ACME", reason="news pending"))
    (book,) = door.operator.call("Status", admin_service_pb2.StatusRequest()).books
    assert (book.symbol, book.phase, book.phase_reason) == (
        "ACME", instruments_pb2.TRADING_PHASE_HALTED, "news pending",
    )  # fmt: skip
    door.place.house_places("SELL", 1, "10.00")
    resumed = door.operator.call("Resume", admin_service_pb2.ResumeRequest(symbol="ACME")).instrument
    assert resumed.phase == instruments_pb2.TRADING_PHASE_CONTINUOUS
    newest = audit.newest(count=2)
    assert [(line.actor_name, line.door, line.address, line.action) for line in newest] == [
        ("olivia", "grpc", "127.0.0.1", "instrument.resume"),
        ("olivia", "grpc", "127.0.0.1", "instrument.halt"),
    ]


@pytest.mark.parametrize("method", ["Halt", "Resume"])
def test_an_operator_cannot_halt_what_does_not_exist(door, method):
    kind = getattr(admin_service_pb2, f"{method}Request")
    request = kind(symbol="NOPE", reason="news") if method == "Halt" else kind(symbol="NOPE")
    with door.nothing_recorded(), refused("NOT_FOUND", "unknown_symbol"):
        door.operator.call(method, request)
