"""The glossary's words as the protocol's enums, and back."""

from collections.abc import Mapping
from enum import Enum
from typing import Any, TypeVar

from market.feed import Channel, SnapshotReason
from marketops.v1 import analytics_service_pb2, instruments_pb2, market_data_pb2, money_pb2, orders_pb2
from vocabulary.calendars import CalendarKind, Weekdays
from vocabulary.options import PutOrCall, SettlementBasis
from vocabulary.orders import (
    ContingencyType,
    ExecInst,
    ExecType,
    LiquiditySide,
    OrdStatus,
    OrdType,
    PegOffsetType,
    PegPriceType,
    SelfTradePrevention,
    Side,
    TimeInForce,
)
from vocabulary.phases import AllocationRule, TradingPhase

_UNSPECIFIED = "UNSPECIFIED"

E = TypeVar("E", bound=Enum)
W = TypeVar("W")


def _numbers(wire: Any, *, prefix: str) -> dict[str, int]:
    """The enum's numbers by their names without the prefix, the unspecified one left out."""
    return {
        name.removeprefix(prefix): number for name, number in wire.items() if name.removeprefix(prefix) != _UNSPECIFIED
    }


def _by_member(words: type[E], wire: Any, *, prefix: str) -> dict[E, int]:
    return {words[name]: number for name, number in _numbers(wire, prefix=prefix).items()}


def _back(numbers: Mapping[W, int]) -> dict[int, W]:
    return {number: word for word, number in numbers.items()}


SIDE: dict[Side, Any] = _by_member(Side, orders_pb2.Side, prefix="SIDE_")
ORD_TYPE: dict[OrdType, Any] = _by_member(OrdType, orders_pb2.OrdType, prefix="ORD_TYPE_")
TIME_IN_FORCE: dict[TimeInForce, Any] = _by_member(TimeInForce, orders_pb2.TimeInForce, prefix="TIME_IN_FORCE_")
ORD_STATUS: dict[OrdStatus, Any] = _by_member(OrdStatus, orders_pb2.OrdStatus, prefix="ORD_STATUS_")
EXEC_TYPE: dict[ExecType, Any] = _by_member(ExecType, orders_pb2.ExecType, prefix="EXEC_TYPE_")
LIQUIDITY_SIDE: dict[LiquiditySide, Any] = _by_member(LiquiditySide, orders_pb2.LiquiditySide, prefix="LIQUIDITY_SIDE_")
TRADING_PHASE: dict[TradingPhase, Any] = _by_member(TradingPhase, instruments_pb2.TradingPhase, prefix="TRADING_PHASE_")
EXEC_INST: dict[ExecInst, Any] = _by_member(ExecInst, orders_pb2.ExecInst, prefix="EXEC_INST_")
SELF_TRADE_PREVENTION: dict[SelfTradePrevention, Any] = _by_member(
    SelfTradePrevention, orders_pb2.SelfTradePrevention, prefix="SELF_TRADE_PREVENTION_"
)
PEG_PRICE_TYPE: dict[PegPriceType, Any] = _by_member(PegPriceType, orders_pb2.PegPriceType, prefix="PEG_PRICE_TYPE_")
PEG_OFFSET_TYPE: dict[PegOffsetType, Any] = _by_member(
    PegOffsetType, orders_pb2.PegOffsetType, prefix="PEG_OFFSET_TYPE_"
)
CONTINGENCY_TYPE: dict[ContingencyType, Any] = _by_member(
    ContingencyType, orders_pb2.ContingencyType, prefix="CONTINGENCY_TYPE_"
)
ALLOCATION_RULE: dict[AllocationRule, Any] = _by_member(
    AllocationRule, instruments_pb2.AllocationRule, prefix="ALLOCATION_RULE_"
)
PUT_OR_CALL: dict[PutOrCall, Any] = _by_member(PutOrCall, instruments_pb2.PutOrCall, prefix="PUT_OR_CALL_")
SETTLEMENT_BASIS: dict[SettlementBasis, Any] = _by_member(
    SettlementBasis, instruments_pb2.SettlementBasis, prefix="SETTLEMENT_BASIS_"
)
CALENDAR_KIND: dict[CalendarKind, Any] = _by_member(CalendarKind, instruments_pb2.CalendarKind, prefix="CALENDAR_KIND_")
WEEKDAY: dict[Weekdays, Any] = _by_member(Weekdays, instruments_pb2.Weekday, prefix="WEEKDAY_")
CHANNEL: dict[Channel, Any] = _by_member(Channel, market_data_pb2.Channel, prefix="CHANNEL_")
SNAPSHOT_REASON: dict[SnapshotReason, Any] = _by_member(
    SnapshotReason, market_data_pb2.SnapshotReason, prefix="SNAPSHOT_REASON_"
)
MOVEMENT_KIND: dict[str, Any] = _numbers(money_pb2.MovementKind, prefix="MOVEMENT_KIND_")
MOVEMENT_STATUS: dict[str, Any] = _numbers(money_pb2.MovementStatus, prefix="MOVEMENT_STATUS_")
INSTRUMENT_KIND: dict[str, Any] = _numbers(instruments_pb2.InstrumentKind, prefix="INSTRUMENT_KIND_")

SIDE_OF = _back(SIDE)
ORD_TYPE_OF = _back(ORD_TYPE)
TIME_IN_FORCE_OF = {orders_pb2.TIME_IN_FORCE_UNSPECIFIED: TimeInForce.DAY, **_back(TIME_IN_FORCE)}
EXEC_INST_OF = _back(EXEC_INST)
SELF_TRADE_PREVENTION_OF = {0: SelfTradePrevention.NONE, **_back(SELF_TRADE_PREVENTION)}
PEG_PRICE_TYPE_OF = {0: PegPriceType.NONE, **_back(PEG_PRICE_TYPE)}
PEG_OFFSET_TYPE_OF = {0: PegOffsetType.TICKS, **_back(PEG_OFFSET_TYPE)}
CONTINGENCY_TYPE_OF = {0: ContingencyType.NONE, **_back(CONTINGENCY_TYPE)}
TRADING_PHASE_OF = _back(TRADING_PHASE)
ALLOCATION_RULE_OF = _back(ALLOCATION_RULE)
EITHER_SIDE_OF: dict[int, Side | None] = {orders_pb2.SIDE_UNSPECIFIED: None, **SIDE_OF}
CALENDAR_KIND_OF = _back(CALENDAR_KIND)
WEEKDAY_OF = _back(WEEKDAY)
CHANNEL_OF = _back(CHANNEL)
MOVEMENT_KIND_OF = _back(MOVEMENT_KIND)
INSTRUMENT_KIND_OF = _back(INSTRUMENT_KIND)
INTERVAL_S_OF: dict[int, int] = {
    analytics_service_pb2.INTERVAL_UNSPECIFIED: 60,
    analytics_service_pb2.INTERVAL_1S: 1,
    analytics_service_pb2.INTERVAL_1M: 60,
    analytics_service_pb2.INTERVAL_5M: 300,
    analytics_service_pb2.INTERVAL_15M: 900,
    analytics_service_pb2.INTERVAL_1H: 3_600,
    analytics_service_pb2.INTERVAL_1D: 86_400,
}


def number_of(numbers: Mapping[E, Any], word: E | None) -> Any:
    """A word's number; that of the unspecified one for None."""
    return 0 if word is None else numbers[word]
