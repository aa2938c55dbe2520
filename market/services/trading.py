"""Halting and resuming instruments.

A halt takes the book row's lock, writes its command and its event, commits, and only then answers: no later trade
exists. It needs neither the book itself nor Redis nor a worker.
"""

import time
from uuid import uuid4

import numpy as np
from django.db import OperationalError, connection, transaction

import matching
from access.records import Actor
from access.services import audit
from market import feed, journal
from market.errors import InvalidRequest, NotPermitted, Unavailable, UnknownSymbol
from market.models import Book, Instrument
from market.records import InstrumentRecord
from market.selectors import instruments as instrument_selectors
from vocabulary import limits
from vocabulary.commands import CommandKind
from vocabulary.phases import TradingPhase

COMMAND_OF = {TradingPhase.HALTED: CommandKind.HALT, TradingPhase.CONTINUOUS: CommandKind.RESUME}


def halt(symbol: str, *, reason: str, actor: Actor) -> InstrumentRecord:
    """Halt an instrument at once; orders are rejected with the reason from now on, cancels are taken.

    Halting again changes nothing but the reason. Raises NotPermitted, NotFound, InvalidRequest, Unavailable.
    """
    if not reason.strip():
        raise InvalidRequest("reason must not be empty.", field="reason", code="required")
    if len(reason.strip()) > limits.REASON_LENGTH_MAX:
        detail = f"reason must not be longer than {limits.REASON_LENGTH_MAX} characters."
        raise InvalidRequest(detail, field="reason", code="too_long")
    return _change_phase(symbol, phase=TradingPhase.HALTED, reason=reason.strip(), actor=actor)


def resume(symbol: str, *, actor: Actor) -> InstrumentRecord:
    """Let trading in an instrument go on. Resuming what trades changes nothing. Raises as ``halt`` does."""
    return _change_phase(symbol, phase=TradingPhase.CONTINUOUS, reason="", actor=actor)


def _change_phase(symbol: str, *, phase: TradingPhase, reason: str, actor: Actor) -> InstrumentRecord:
    if not actor.role.may_operate:
        raise NotPermitted("Only operators halt and resume instruments.")
    instrument = Instrument.objects.filter(symbol=symbol).first()
    if instrument is None:
        raise UnknownSymbol(symbol)
    try:
        frame = _journal_phase(instrument, phase=phase, reason=reason, actor=actor)
    except OperationalError as error:
        raise Unavailable("The exchange's database is not available; try again.") from error
    if frame is not None:
        feed.publish(frame)
    return instrument_selectors.by_symbol(symbol)


def _journal_phase(
    instrument: Instrument, *, phase: TradingPhase, reason: str, actor: Actor
) -> "feed.FeedFrame | None":
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', '5s', true)")
        book = Book.objects.select_for_update(no_key=True).get(pk=instrument.pk)
        if book.phase == phase and book.phase_reason == reason:
            return None
        commands, events = _records(book, phase=phase)
        journal.append(instrument_id=instrument.pk, commands=commands, events=events, inbox_ids=np.zeros(1, np.int64))
        moved = journal.advance_book(
            instrument_id=instrument.pk,
            book_version=book.book_version,
            batch_uuid=uuid4(),
            worker=f"{actor.door}:{actor.username}"[:64],
            digest=matching.chain(bytes(book.digest), commands, events),
            commands=commands,
            events=events,
            state={"phase": phase.value, "phase_reason": reason},
        )
        assert moved, "the row's lock is held, so its version cannot have moved"
        action = "instrument.halt" if phase is TradingPhase.HALTED else "instrument.resume"
        audit.record(actor=actor, action=action, subject=instrument.symbol, detail={"reason": reason})
    return feed.frame_of(
        symbol=instrument.symbol, instrument_id=instrument.pk, epoch=book.epoch, commands=commands, events=events
    )


def _records(book: Book, *, phase: TradingPhase) -> tuple[matching.Records, matching.Records]:
    commands = np.zeros(1, dtype=matching.COMMAND)
    commands["kind"] = COMMAND_OF[phase]
    commands["price_ticks"] = matching.NO_PRICE
    commands["transact_time_ns"] = max(book.last_time_ns + 1, time.time_ns())
    events = matching.phase_event(command_seq=book.command_seq + 1, event_seq=book.event_seq + 1, phase=phase)
    return commands, events
