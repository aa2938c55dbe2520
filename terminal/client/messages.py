"""From the protocol's messages to records, by the records' own annotations, and from words to its numbers."""

from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from enum import Enum
from functools import cache
from types import NoneType
from typing import Any, TypeVar, cast, get_args, get_origin, get_type_hints

from google.protobuf.message import Message

from marketops.v1 import market_data_pb2, market_service_pb2
from terminal.records import Channel, Depth, Heartbeat, Ticker, Trade, Update
from terminal.refusals import Refusal, Refused
from vocabulary.exit_status import ExitStatus

UNSPECIFIED = "UNSPECIFIED"

R = TypeVar("R")
Reader = Callable[[Any, Any], Any]


def read(kind: type[R], message: Message) -> R:
    """The record that a message with fields of the same names amounts to. Raises Refused if it cannot be read."""
    by_name = message.DESCRIPTOR.fields_by_name
    try:
        return kind(**{name: reader(message, by_name[name]) for name, reader in _readers(cast(type, kind))})
    except (KeyError, InvalidOperation, OverflowError) as error:
        detail = f"The server said something in a {message.DESCRIPTOR.name} that this client does not understand."
        raise Refused(Refusal(ExitStatus.BUG, "not_understood", detail)) from error


def read_all(kind: type[R], messages: Any) -> tuple[R, ...]:
    """The records that repeated messages amount to."""
    return tuple(read(kind, message) for message in messages)


def updates_of(response: market_service_pb2.StreamMarketDataResponse) -> Iterator[Update | Heartbeat]:
    """The updates of one response, in their order."""
    for update in response.updates:
        said = update.WhichOneof("content")
        if said == "heartbeat":
            positions = {Channel(name): sequence for name, sequence in update.heartbeat.positions.items()}
            yield Heartbeat(update.symbol, positions)
        elif said == "snapshot":
            channel = Channel(str(update.snapshot.WhichOneof("content")))
            content = _CONTENT_OF[channel](update.snapshot)
            yield Update(update.symbol, channel, None, update.last_sequence, update.epoch, content)
        elif said is not None:
            channel = Channel(said)
            content = _CONTENT_OF[channel](update)
            yield Update(update.symbol, channel, update.first_sequence, update.last_sequence, update.epoch, content)


def number_of(wire: Any, word: str) -> Any:
    """The number of a word in one of the protocol's enums."""
    return wire.Value(f"{_prefix(wire.DESCRIPTOR)}{word}")


_CONTENT_OF: dict[Channel, Callable[[Any], Any]] = {
    Channel.TRADES: lambda update: read_all(Trade, update.trades.trades),
    Channel.DEPTH: lambda update: read(Depth, update.depth),
    Channel.TICKER: lambda update: read(Ticker, update.ticker),
}
assert set(_CONTENT_OF) == {name.removeprefix("CHANNEL_").lower() for name in market_data_pb2.Channel.keys()[1:]}


@cache
def _readers(kind: type) -> tuple[tuple[str, Reader], ...]:
    hints = get_type_hints(kind)
    return tuple((field.name, _reader(hints[field.name])) for field in fields(kind))


def _reader(hint: Any) -> Reader:
    arguments = get_args(hint)
    if get_origin(hint) is tuple and issubclass(arguments[0], Enum):
        listed: Any = arguments[0]
        return lambda message, field: tuple(
            listed[_word_of(field.enum_type, number)] for number in getattr(message, field.name)
        )
    if get_origin(hint) is tuple:
        return lambda message, field: read_all(arguments[0], getattr(message, field.name))
    if NoneType in arguments:
        present = _reader(next(argument for argument in arguments if argument is not NoneType))
        return lambda message, field: present(message, field) if _is_said(message, field) else None
    if is_dataclass(hint):
        record = cast(type, hint)
        return lambda message, field: read(record, getattr(message, field.name))
    if hint is Decimal:
        return lambda message, field: Decimal(getattr(message, field.name))
    if hint is datetime:
        return lambda message, field: getattr(message, field.name).ToDatetime(tzinfo=UTC)
    if isinstance(hint, type) and issubclass(hint, Enum):
        words: Any = hint
        return lambda message, field: words[_word(message, field)]
    return lambda message, field: getattr(message, field.name) if field.enum_type is None else _word(message, field)


def _is_said(message: Any, field: Any) -> bool:
    return bool(getattr(message, field.name)) if field.enum_type is not None else bool(message.HasField(field.name))


def _word(message: Any, field: Any) -> str:
    return _word_of(field.enum_type, getattr(message, field.name))


def _word_of(enum: Any, number: int) -> str:
    name: str = enum.values_by_number[number].name
    return name.removeprefix(_prefix(enum))


def _prefix(enum: Any) -> str:
    return str(enum.values_by_number[0].name.removesuffix(UNSPECIFIED))
