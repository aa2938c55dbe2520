"""Keeping one command from its book: its sender is told, what it held back is released, and the book goes on."""

import structlog

import matching
from access.services import audit
from market import metrics
from market.matcher.taking import Waiting
from market.models import Instrument, Quarantine
from vocabulary.commands import CommandKind

logger = structlog.get_logger(__name__)

REJECTED_BY: dict[int, int] = {
    CommandKind.CANCEL: CommandKind.REJECT_CANCEL,
    CommandKind.REPLACE: CommandKind.REJECT_REPLACE,
}
ECHOED = ("side", "order_id", "account_id", "price_ticks", "order_qty_lots", "transact_time_ns")
CAUSE_LENGTH_MAX = 200


def instead_of(waiting: Waiting) -> Waiting:
    """What the book is told in place of a command that it is not to see: to reject it. That is what is journaled."""
    assert len(waiting.commands) == 1, "a command is quarantined alone"
    told = waiting.commands.copy()
    told[:] = 0
    for name in ECHOED:
        told[name] = waiting.commands[name]
    is_about_the_book = waiting.commands["kind"][0] not in (CommandKind.NEW_ORDER, *REJECTED_BY)
    if is_about_the_book:
        told["order_id"] = 0
    told["kind"] = REJECTED_BY.get(int(waiting.commands["kind"][0]), CommandKind.REJECT_ORDER)
    return Waiting(told, waiting.inbox_ids, {})


def record(instrument: Instrument, *, kept: Waiting, command_seq: int, cause: str) -> None:
    """Write down what is kept from the book. Call it in the transaction that journals the reject."""
    command: matching.Records = kept.commands
    Quarantine.objects.create(
        instrument_id=instrument.pk,
        command_seq=command_seq,
        inbox_id=int(kept.inbox_ids[0]),
        kind=int(command["kind"][0]),
        order_id=int(command["order_id"][0]),
        account_id=int(command["account_id"][0]),
        command=command.tobytes(),
        cause=cause[:CAUSE_LENGTH_MAX],
    )
    detail: dict[str, object] = {
        "command_seq": command_seq,
        "kind": CommandKind(int(command["kind"][0])).name,
        "order_id": int(command["order_id"][0]),
        "cause": cause,
    }
    audit.record_system(action="command.quarantine", subject=instrument.symbol, detail=detail)


def raise_alarm(instrument: Instrument, *, command_seq: int, cause: str) -> None:
    """Say aloud, after the commit, what was quarantined."""
    metrics.QUARANTINED.inc()
    logger.critical("command_quarantined", symbol=instrument.symbol, command_seq=command_seq, cause=cause)
