"""Orders, reports, positions and balances in this door's words: the same as over REST."""

import dataclasses
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum, Flag
from typing import Any

from market.records import AccountExecution, AccountRecord, BookPosition, OrderRecord, PositionRecord
from vocabulary.rejects import RejectReason

RENAMED = {"reject_text": "text"}
IDS = frozenset({"order_id", "linked_order_id"})


def order(record: OrderRecord) -> dict[str, Any]:
    """Where an order stands."""
    return {**_words(record), "md_entry_id": record.md_entry_id}


def report(execution: AccountExecution) -> dict[str, Any]:
    """An execution report, with what tells whose order it is about."""
    told = {field.name: getattr(execution, field.name) for field in dataclasses.fields(execution)}
    del told["execution"]
    return {name: _word(name, value) for name, value in told.items()} | _words(execution.execution)


def position(record: PositionRecord) -> dict[str, Any]:
    """What an account holds of one instrument."""
    return _words(record)


def balance(record: AccountRecord) -> dict[str, Any]:
    """An account's money."""
    return _words(record)


def cursor(positions: Mapping[str, BookPosition]) -> dict[str, Any]:
    """How far the reports have come in each book."""
    return {symbol: {"epoch": epoch, "sequence": sequence} for symbol, (epoch, sequence) in positions.items()}


def balances(records: Iterable[AccountRecord]) -> list[dict[str, Any]]:
    """The money of some accounts."""
    return [balance(record) for record in records]


def _words(record: Any) -> dict[str, Any]:
    return {
        RENAMED.get(field.name, field.name): _word(field.name, getattr(record, field.name))
        for field in dataclasses.fields(record)
    }


def _word(name: str, value: Any) -> Any:
    match value:
        case None:
            return None
        case RejectReason():
            return None if value is RejectReason.NONE else value.code
        case Flag():
            return [member.name for member in value]
        case Enum():
            return value.name
        case Decimal():
            return f"{value:f}"
        case datetime():
            return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        case int() if name in IDS:
            return str(value)
    return value
