"""The money of accounts, between the protocol's messages and the exchange's records."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from google.protobuf.message import Message

from grpc_api.translator import words
from grpc_api.translator.fields import Fields, parse
from grpc_api.translator.parts import stamp, stamp_or_none, text, text_or_none
from market.records import EquityRecord, EquitySampleRecord, LedgerRecord, MovementRecord
from market.selectors.equity import INTERVALS_S
from market.selectors.ledger import CAUSES, CURSOR_PATTERN
from market.selectors.margins import MarginRates
from marketops.v1 import admin_service_pb2, market_service_pb2, money_pb2
from vocabulary import limits
from vocabulary.identifiers import ACCOUNT_PATTERN, REFERENCE_PATTERN, SYMBOL_PATTERN

USERNAME_LENGTH_MAX = 150


class Asked(NamedTuple):
    """What is asked of which account's money; ``terms`` are the keyword arguments of the service."""

    kind: str
    account: str
    terms: dict[str, Any]


def equity_wanted(data: bytes) -> str:
    """The account whose worth is asked for."""
    return _account_of(parse(market_service_pb2.GetEquityRequest, data))


def curve_wanted(data: bytes) -> dict[str, Any]:
    """Which part of which curve, as keyword arguments."""
    with Fields(request := parse(market_service_pb2.ListEquityCurveRequest, data)) as fields:
        interval_s = request.interval_s if fields.is_given("interval_s") else limits.EQUITY_SAMPLE_INTERVAL_S
        if interval_s not in INTERVALS_S.values():
            allowed = ", ".join(str(seconds) for seconds in INTERVALS_S.values())
            fields.fault("interval_s", "unknown_interval", f"Must be one of {allowed}.")
        return {
            "number": fields.identifier("account", ACCOUNT_PATTERN),
            "interval_s": interval_s,
            "since": fields.moment("since"),
            "before": fields.moment("before"),
            "count": _count(fields),
        }


def ledger_wanted(data: bytes) -> dict[str, Any]:
    """Which rows of which ledger, as keyword arguments."""
    with Fields(request := parse(market_service_pb2.ListLedgerRequest, data)) as fields:
        if not set(request.causes) <= set(CAUSES):
            fields.fault("causes", "unknown_word", f"Must be some of {', '.join(CAUSES)}.")
        return {
            "number": fields.identifier("account", ACCOUNT_PATTERN),
            "before": fields.optional_identifier("before", CURSOR_PATTERN),
            "symbol": fields.optional_identifier("symbol", SYMBOL_PATTERN),
            "causes": tuple(request.causes),
            "count": _count(fields),
        }


def margin_wanted(data: bytes) -> str:
    """The instrument whose margins are asked for."""
    with Fields(parse(market_service_pb2.GetMarginRequest, data)) as fields:
        return fields.listed_symbol("symbol")


def margin_to_set(data: bytes) -> dict[str, Any]:
    """Which margins are to be others, as keyword arguments."""
    with Fields(request := parse(admin_service_pb2.SetMarginRequest, data)) as fields:
        rates = request.rates if fields.is_given("rates") else None
        return {
            "symbol": fields.listed_symbol("symbol"),
            "initial_margin_bps": rates.initial_margin_bps if rates else None,
            "maintenance_margin_bps": rates.maintenance_margin_bps if rates else None,
        }


def movement_asked(data: bytes) -> Asked:
    """What is asked of an account's money."""
    with Fields(request := parse(admin_service_pb2.MoveMoneyRequest, data)) as fields:
        terms = {"amount": fields.decimal("amount"), "reference": fields.identifier("reference", REFERENCE_PATTERN)}
        if request.note:
            terms["note"] = fields.text("note", length_max=limits.REASON_LENGTH_MAX)
        kind = fields.word("kind", words.MOVEMENT_KIND_OF)
        return Asked(kind, fields.identifier("account", ACCOUNT_PATTERN), terms)


def movements_wanted(data: bytes) -> dict[str, Any]:
    """Which movements, as keyword arguments."""
    with Fields(request := parse(admin_service_pb2.ListMovementsRequest, data)) as fields:
        return {"waiting": request.waiting, "count": _count(fields)}


def to_approve(data: bytes) -> str:
    """The reference of the movement that is approved."""
    return _reference_of(parse(admin_service_pb2.ApproveMovementRequest, data))


def to_decline(data: bytes) -> str:
    """The reference of the movement that is turned down."""
    return _reference_of(parse(admin_service_pb2.DeclineMovementRequest, data))


def to_grant(data: bytes) -> dict[str, Any]:
    """Which account is granted to whom, as keyword arguments."""
    return _grant_of(parse(admin_service_pb2.GrantAccountRequest, data))


def to_revoke(data: bytes) -> dict[str, Any]:
    """Which account is taken from whom, as keyword arguments."""
    return _grant_of(parse(admin_service_pb2.RevokeAccountRequest, data))


def equity(record: EquityRecord) -> market_service_pb2.GetEquityResponse:
    """What an account is worth."""
    found = money_pb2.Equity(
        account=record.account,
        kind=record.kind,
        currency=record.currency,
        cash=text(record.cash),
        market_value=text(record.market_value),
        unrealised_profit=text(record.unrealised_profit),
        equity=text(record.equity),
        initial_margin=text(record.initial_margin),
        maintenance_margin=text(record.maintenance_margin),
        free_margin=text(record.free_margin),
        leverage=text_or_none(record.leverage),
    )
    return market_service_pb2.GetEquityResponse(equity=found)


def curve(records: Iterable[EquitySampleRecord]) -> market_service_pb2.ListEquityCurveResponse:
    """What an account was worth."""
    samples = [
        money_pb2.EquitySample(
            sampled_at=stamp(record.sampled_at),
            cash=text(record.cash),
            equity=text(record.equity),
            unrealised_profit=text(record.unrealised_profit),
            maintenance_margin=text(record.maintenance_margin),
        )
        for record in records
    ]
    return market_service_pb2.ListEquityCurveResponse(samples=samples)


def ledger(records: Iterable[LedgerRecord]) -> market_service_pb2.ListLedgerResponse:
    """Rows of a ledger."""
    rows = [
        money_pb2.LedgerRow(
            account=record.account,
            cause=record.cause,
            cause_id=record.cause_id,
            symbol=record.symbol,
            amount=text(record.amount),
            quantity=text(record.quantity),
            happened_at=stamp(record.happened_at),
            note=record.note,
            cursor=record.cursor,
        )
        for record in records
    ]
    return market_service_pb2.ListLedgerResponse(rows=rows)


def margin(rates: MarginRates) -> market_service_pb2.GetMarginResponse:
    """The margins in force."""
    return market_service_pb2.GetMarginResponse(rates=money_pb2.MarginRates(**rates._asdict()))


def margin_set(rates: MarginRates) -> admin_service_pb2.SetMarginResponse:
    """The margins in force from now on."""
    return admin_service_pb2.SetMarginResponse(rates=money_pb2.MarginRates(**rates._asdict()))


def moved(record: MovementRecord) -> admin_service_pb2.MoveMoneyResponse:
    """What has become of what was asked."""
    return admin_service_pb2.MoveMoneyResponse(movement=_movement(record))


def movements(records: Iterable[MovementRecord]) -> admin_service_pb2.ListMovementsResponse:
    """Movements."""
    return admin_service_pb2.ListMovementsResponse(movements=[_movement(record) for record in records])


def approved(record: MovementRecord) -> admin_service_pb2.ApproveMovementResponse:
    """The movement that is done."""
    return admin_service_pb2.ApproveMovementResponse(movement=_movement(record))


def declined(record: MovementRecord) -> admin_service_pb2.DeclineMovementResponse:
    """The movement that was turned down."""
    return admin_service_pb2.DeclineMovementResponse(movement=_movement(record))


def granted(_: None) -> admin_service_pb2.GrantAccountResponse:
    """It is granted."""
    return admin_service_pb2.GrantAccountResponse()


def revoked(_: None) -> admin_service_pb2.RevokeAccountResponse:
    """It is taken away."""
    return admin_service_pb2.RevokeAccountResponse()


def _account_of(request: Message) -> str:
    with Fields(request) as fields:
        return fields.identifier("account", ACCOUNT_PATTERN)


def _reference_of(request: Message) -> str:
    with Fields(request) as fields:
        return fields.identifier("reference", REFERENCE_PATTERN)


def _grant_of(request: Message) -> dict[str, Any]:
    with Fields(request) as fields:
        return {
            "number": fields.identifier("account", ACCOUNT_PATTERN),
            "username": fields.text("username", length_max=USERNAME_LENGTH_MAX),
        }


def _count(fields: Fields) -> int:
    return fields.whole_number("count", highest=limits.PAGE_SIZE_MAX, default=limits.PAGE_SIZE_DEFAULT)


def _movement(record: MovementRecord) -> money_pb2.Movement:
    return money_pb2.Movement(
        reference=record.reference,
        kind=words.MOVEMENT_KIND[record.kind],
        account=record.account,
        amount=text(record.amount),
        note=record.note,
        status=words.MOVEMENT_STATUS[record.status],
        proposed_by=record.proposed_by,
        proposed_at=stamp(record.proposed_at),
        decided_by=record.decided_by,
        decided_at=stamp_or_none(record.decided_at),
    )
