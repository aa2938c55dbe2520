"""What accounts may do, between the protocol's messages and the exchange's records."""

from decimal import Decimal
from typing import Any

from grpc_api.translator.fields import Fields, parse
from grpc_api.translator.parts import stamp_or_none
from market.records import StandingRecord
from marketops.v1 import admin_service_pb2
from vocabulary import limits
from vocabulary.account_limits import AccountLimits
from vocabulary.identifiers import ACCOUNT_PATTERN


def wanted(data: bytes) -> str:
    """The account that is asked for."""
    with Fields(parse(admin_service_pb2.GetLimitsRequest, data)) as fields:
        return fields.identifier("account", ACCOUNT_PATTERN)


def to_set(data: bytes) -> dict[str, Any]:
    """Which limits of which account are to be others, as keyword arguments."""
    changes: dict[str, Decimal | None] = {}
    with Fields(request := parse(admin_service_pb2.SetLimitsRequest, data)) as fields:
        number = fields.identifier("account", ACCOUNT_PATTERN)
    with Fields(request.limits, within="limits") as fields:
        for name in AccountLimits._fields:
            if fields.is_given(name):
                changes[name] = fields.decimal(name)
    return {"number": number, "changes": {**changes, **dict.fromkeys(request.taken_back)}}


def to_kill(data: bytes) -> dict[str, Any]:
    """Which account is to be switched off and why, as keyword arguments."""
    with Fields(parse(admin_service_pb2.KillAccountRequest, data)) as fields:
        return {
            "number": fields.identifier("account", ACCOUNT_PATTERN),
            "reason": fields.text("reason", length_max=limits.REASON_LENGTH_MAX),
        }


def to_unkill(data: bytes) -> str:
    """The account that is to be switched on."""
    with Fields(parse(admin_service_pb2.UnkillAccountRequest, data)) as fields:
        return fields.identifier("account", ACCOUNT_PATTERN)


def found(record: StandingRecord) -> admin_service_pb2.GetLimitsResponse:
    """What an account may do."""
    return admin_service_pb2.GetLimitsResponse(standing=_standing(record))


def set_to(record: StandingRecord) -> admin_service_pb2.SetLimitsResponse:
    """What an account may do from now on."""
    return admin_service_pb2.SetLimitsResponse(standing=_standing(record))


def killed(record: StandingRecord) -> admin_service_pb2.KillAccountResponse:
    """The account that is switched off."""
    return admin_service_pb2.KillAccountResponse(standing=_standing(record))


def unkilled(record: StandingRecord) -> admin_service_pb2.UnkillAccountResponse:
    """The account that is switched on."""
    return admin_service_pb2.UnkillAccountResponse(standing=_standing(record))


def _standing(record: StandingRecord) -> admin_service_pb2.AccountStanding:
    return admin_service_pb2.AccountStanding(
        account=record.account,
        kind=record.kind,
        limits=_limits(record.limits),
        own_limits=_limits(record.own_limits),
        killed_at=stamp_or_none(record.killed_at),
        kill_reason=record.kill_reason,
        margin_call_at=stamp_or_none(record.margin_call_at),
        liquidating_at=stamp_or_none(record.liquidating_at),
    )


def _limits(found: AccountLimits) -> admin_service_pb2.AccountLimits:
    texts = {name: f"{Decimal(limit).normalize():f}" for name, limit in found._asdict().items() if limit is not None}
    return admin_service_pb2.AccountLimits(**texts)
