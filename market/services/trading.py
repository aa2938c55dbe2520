"""Halting and resuming instruments, and changing their trading phase.

A halt takes the book row's lock, writes its command and its event, commits, and only then answers: no later trade
exists. It needs neither the book itself nor Redis nor a worker. Every other change of the phase goes through the
inbox like an order, because it may trade.
"""

import time
from uuid import uuid4

import numpy as np
from django.db import OperationalError, connection, transaction

import matching
from access.records import Actor
from access.services import audit
from market import feed, intake, journal, wake, writers
from market.command_terms import CommandTerms
from market.errors import NotPermitted, Rejected, Unavailable, UnknownSymbol
from market.failpoints import failpoint
from market.intake import InboxRow
from market.models import Book, Instrument
from market.records import InstrumentRecord
from market.selectors import calendars as calendar_selectors
from market.selectors import instruments as instrument_selectors
from market.services import reasons
from vocabulary.commands import CommandKind
from vocabulary.orders import ExecInst
from vocabulary.phases import TradingPhase
from vocabulary.rejects import RejectReason

HALTS = {TradingPhase.HALTED: CommandKind.HALT, TradingPhase.CONTINUOUS: CommandKind.RESUME}
UNCROSSED = {TradingPhase.CLOSING_AUCTION: TradingPhase.CLOSED}
"""Where the end of a call leads, if not to continuous trading."""
PAUSE_S = 0.01
THE_EXCHANGE = "system:marketops"
NO_AUCTION = {
    "auction_ends_at": None,
    "indicative_px_ticks": None,
    "indicative_qty_lots": 0,
    "imbalance_lots": 0,
}

FORGET_PHASES = "DELETE FROM market_inboxcommand WHERE instrument_id = %s AND kind = ANY(%s)"
CANCEL_ON_HALT = """
SELECT EXISTS (SELECT FROM market_order o JOIN market_orderterms t ON t.order_id = o.id
                WHERE o.instrument_id = %s AND o.is_open AND t.exec_inst & %s <> 0)
"""


def halt(symbol: str, *, reason: str, actor: Actor) -> InstrumentRecord:
    """Halt an instrument at once; orders are rejected with the reason from now on, cancels are taken.

    What was asked to change the phase before and waits is forgotten, so that nothing but a resume ends a halt. Halting
    again changes nothing but the reason; what was delisted is closed and stays so. Raises NotPermitted, NotFound,
    InvalidRequest, Unavailable.
    """
    text = reasons.checked(reason)
    return _halt_or_resume(symbol, phase=TradingPhase.HALTED, reason=text, actor=actor)


def resume(symbol: str, *, actor: Actor, wait_s: float = 0) -> InstrumentRecord:
    """End a halt: the instrument goes on in the phase that its calendar has now, trading if it has none.

    Resuming what is not halted changes nothing. To continuous trading at once, unless orders wait that would trade with
    each other: then, and to any other phase, as ``change_phase``. Raises as ``halt`` does.
    """
    _check_operator(actor)
    book = _book(symbol)
    if book.phase == TradingPhase.HALTED:
        phase = calendar_selectors.phase_now(symbol)
        if phase is None:
            phase = TradingPhase.CONTINUOUS
        if phase is not TradingPhase.CONTINUOUS or not book.resumes_plainly:
            return change_phase(symbol, phase=phase, actor=actor, wait_s=wait_s)
    return _halt_or_resume(symbol, phase=TradingPhase.CONTINUOUS, reason="", actor=actor)


def change_phase(
    symbol: str, *, phase: TradingPhase, reason: str = "", actor: Actor, wait_s: float = 0
) -> InstrumentRecord:
    """Ask for another trading phase; the book takes it up after what waits before it, and is then uncrossed if need be.

    The answer is that it is accepted; with ``wait_s`` it waits so long for the matcher at most. HALTED halts at once.
    Raises as ``halt`` does.
    """
    if phase is TradingPhase.HALTED:
        return halt(symbol, reason=reason, actor=actor)
    _check_operator(actor)
    text = reasons.checked(reason, is_required=False)
    instrument_id = _book(symbol).pk
    try:
        inbox_id = _ask_for_phase(instrument_id, symbol=symbol, phase=phase, reason=text, actor=actor)
    except OperationalError as error:
        raise Unavailable("The exchange's database is not available; try again.") from error
    wake.wake(symbol)
    _wait_until_taken(inbox_id, wait_s=wait_s)
    return instrument_selectors.by_symbol(symbol)


def uncross(symbol: str, *, actor: Actor, wait_s: float = 0) -> InstrumentRecord:
    """End the call: trade at the price at which most can, and go on to continuous trading, or from the closing auction
    to closed. Raises Rejected when orders are not being collected, else as ``halt`` does.
    """
    _check_operator(actor)
    phase = TradingPhase(_book(symbol).phase)
    if not phase.collects:
        raise Rejected(
            RejectReason.NOT_IN_THIS_PHASE,
            detail=f"{symbol} is in {phase.name}: there is no auction to end.",
            field="symbol",
        )
    next_phase = UNCROSSED.get(phase, TradingPhase.CONTINUOUS)
    return change_phase(symbol, phase=next_phase, actor=actor, wait_s=wait_s)


def halt_by_the_exchange(instrument: Instrument, *, reason: str) -> None:
    """Halt an instrument in the name of the exchange itself, whatever its phase is. Raises Unavailable."""
    try:
        _journal_phase(instrument, phase=TradingPhase.HALTED, reason=reason, actor=None)
    except OperationalError as error:
        raise Unavailable("The exchange's database is not available; try again.") from error


def _check_operator(actor: Actor) -> None:
    if not actor.role.may_operate:
        raise NotPermitted("Only operators change an instrument's trading phase.")


def _book(symbol: str) -> Book:
    book = Book.objects.select_related("instrument").filter(instrument__symbol=symbol).first()
    if book is None:
        raise UnknownSymbol(symbol)
    return book


def _ask_for_phase(instrument_id: int, *, symbol: str, phase: TradingPhase, reason: str, actor: Actor) -> int:
    """Put the change before the matcher; under the row's lock, so that a halt sees what it has to forget."""
    with transaction.atomic(durable=True):
        _lock_book(instrument_id)
        if _is_delisted(instrument_id):
            raise Rejected(
                RejectReason.EXCHANGE_CLOSED, detail=f"{symbol} was delisted: it is closed for good.", field="symbol"
            )
        inbox_id = intake.insert_inbox(
            InboxRow(CommandKind.CHANGE_PHASE, instrument_id, terms=CommandTerms(phase=phase.value), reason=reason)
        )
        detail: dict[str, object] = {"phase": phase.name, "reason": reason}
        audit.record(actor=actor, action="instrument.change_phase", subject=symbol, detail=detail)
    return inbox_id


def _wait_until_taken(inbox_id: int, *, wait_s: float) -> None:
    deadline = time.monotonic() + wait_s
    while time.monotonic() < deadline and intake.waits(inbox_id):
        time.sleep(PAUSE_S)


def _halt_or_resume(symbol: str, *, phase: TradingPhase, reason: str, actor: Actor) -> InstrumentRecord:
    if not actor.role.may_operate:
        raise NotPermitted("Only operators halt and resume instruments.")
    instrument = _book(symbol).instrument
    try:
        frame = _journal_phase(instrument, phase=phase, reason=reason, actor=actor)
    except OperationalError as error:
        raise Unavailable("The exchange's database is not available; try again.") from error
    if frame is not None:
        feed.publish(frame)
        wake.wake(symbol)
    return instrument_selectors.by_symbol(symbol)


def _lock_book(instrument_id: int) -> Book:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', '5s', true)")
    return Book.objects.select_for_update(no_key=True).get(pk=instrument_id)


def _is_delisted(instrument_id: int) -> bool:
    return Instrument.objects.filter(pk=instrument_id, delisted_at__isnull=False).exists()


def _forget_phases(instrument_id: int) -> None:
    """Take changes of the phase that wait off the inbox: asked before the halt, none of them is to end it."""
    kinds = [CommandKind.CHANGE_PHASE.value, CommandKind.RESUME.value]
    with connection.cursor() as cursor:
        cursor.execute(FORGET_PHASES, [instrument_id, kinds])


def _cancel_on_halt(instrument_id: int) -> None:
    """Put the cancels of those orders before the matcher that wish to be canceled on a halt, if there are any."""
    flag = ExecInst.CANCEL_ON_HALT.value
    with connection.cursor() as cursor:
        cursor.execute(CANCEL_ON_HALT, [instrument_id, flag])
        wanted = bool(cursor.fetchone()[0])
    if wanted:
        intake.insert_inbox(InboxRow(CommandKind.MASS_CANCEL, instrument_id, terms=CommandTerms(exec_inst=flag)))


def _journal_phase(
    instrument: Instrument, *, phase: TradingPhase, reason: str, actor: Actor | None
) -> "feed.FeedFrame | None":
    with transaction.atomic(durable=True):
        book = _lock_book(instrument.pk)
        failpoint("halt.after_lock")
        if _is_delisted(instrument.pk):
            return None
        if phase is TradingPhase.HALTED:
            _forget_phases(instrument.pk)
            _cancel_on_halt(instrument.pk)
        elif book.phase != TradingPhase.HALTED or not book.resumes_plainly:
            return None
        if book.phase == phase and book.phase_reason == reason:
            return None
        commands, events = _records(book, phase=phase)
        writers.claim(writers.Writer.MATCHER)
        inbox_ids = np.zeros(1, np.int64)
        journal.append(instrument_id=instrument.pk, commands=commands, events=events, inbox_ids=inbox_ids)
        failpoint("halt.after_journal")
        moved = journal.advance_book(
            instrument_id=instrument.pk,
            book_version=book.book_version,
            batch_uuid=uuid4(),
            worker=f"{actor.door}:{actor.username}"[:64] if actor else THE_EXCHANGE,
            digest=matching.chain(bytes(book.digest), commands, events),
            commands=commands,
            events=events,
            inbox_ids=inbox_ids,
            state={"phase": phase.value, "phase_reason": reason, **NO_AUCTION},
        )
        assert moved, "the row's lock is held, so its version cannot have moved"
        action = "instrument.halt" if phase is TradingPhase.HALTED else "instrument.resume"
        _record(action, instrument=instrument, reason=reason, actor=actor)
        failpoint("halt.before_commit")
    failpoint("halt.after_commit")
    return feed.frame_of(
        symbol=instrument.symbol, instrument_id=instrument.pk, epoch=book.epoch, commands=commands, events=events
    )


def _record(action: str, *, instrument: Instrument, reason: str, actor: Actor | None) -> None:
    detail: dict[str, object] = {"reason": reason}
    if actor is None:
        audit.record_system(action=action, subject=instrument.symbol, detail=detail)
    else:
        audit.record(actor=actor, action=action, subject=instrument.symbol, detail=detail)


def _records(book: Book, *, phase: TradingPhase) -> tuple[matching.Records, matching.Records]:
    commands = np.zeros(1, dtype=matching.COMMAND)
    commands["kind"] = HALTS[phase]
    commands["price_ticks"] = matching.NO_PRICE
    commands["transact_time_ns"] = max(book.last_time_ns + 1, time.time_ns())
    events = matching.phase_event(command_seq=book.command_seq + 1, event_seq=book.event_seq + 1, phase=phase)
    return commands, events
