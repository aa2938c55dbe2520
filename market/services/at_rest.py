"""Books in which nothing happens: halted or closed, no order open and none waiting. Some acts ask for one.

Ask under the lock of the book's row. An order whose request was begun before it fell silent may still come; the phase
then refuses it.
"""

import time

import matching
from access.records import Actor
from access.services import audit
from market import intake, wake
from market.command_terms import CommandTerms
from market.errors import Rejected
from market.intake import InboxRow
from market.models import Book, InboxCommand, Order
from vocabulary.commands import CommandKind
from vocabulary.phases import TradingPhase
from vocabulary.rejects import RejectReason

PAUSE_S = 0.02
QUIET = (TradingPhase.HALTED, TradingPhase.CLOSED)


def check_quiet(book: Book, *, act: str) -> None:
    """Raises Rejected unless trading is halted or closed. ``act`` is what is asked for, such as: Fees are set."""
    if TradingPhase(book.phase) not in QUIET:
        raise Rejected(
            RejectReason.NOT_IN_THIS_PHASE,
            detail=f"{act} while the instrument is halted or closed.",
            field="symbol",
        )


def is_empty(book: Book) -> bool:
    """Whether no order is open, nothing waits for the book, and it is one of this core."""
    if book.engine_version < matching.ENGINE_VERSION:
        return False
    is_open = Order.objects.filter(instrument_id=book.pk, is_open=True).exists()
    return not is_open and not InboxCommand.objects.filter(instrument_id=book.pk).exists()


def make_empty(symbol: str, *, closes: bool = False, expires: bool = False, actor: Actor | None, wait_s: float) -> None:
    """Ask a book to cancel its orders, or to let them expire, and to close if asked; wait as long as one wishes to.

    Raises nothing when it takes longer: look again. Without an actor it is the exchange itself that asks.
    """
    with intake.acknowledging_transaction():
        book = lock(symbol)
        has_orders = intake.open_orders_of_book(book.pk) > 0
        is_closing = closes and book.phase != TradingPhase.CLOSED
        waiting = InboxCommand.objects.filter(instrument_id=book.pk)
        is_of_older_core = book.engine_version < matching.ENGINE_VERSION and not waiting.exists()
        if is_closing and expires:
            _ask_to_close(book)
        if has_orders and expires:
            if not waiting.filter(kind=CommandKind.EXPIRE).exists():
                intake.expire_open_orders(book.pk)
        elif has_orders or is_of_older_core:
            # Whatever a matching worker takes, it first brings the book to its own core.
            intake.insert_inbox(InboxRow(CommandKind.MASS_CANCEL, book.pk))
        if is_closing and not expires:
            _ask_to_close(book)
        if actor is not None and (has_orders or is_closing):
            audit.record(actor=actor, action="instrument.empty", subject=symbol, detail={"closes": is_closing})
    wake.wake(symbol)
    deadline = time.monotonic() + wait_s
    while time.monotonic() < deadline and waiting.all().exists():
        time.sleep(PAUSE_S)


def _ask_to_close(book: Book) -> None:
    waiting = InboxCommand.objects.filter(instrument_id=book.pk, kind=CommandKind.CHANGE_PHASE)
    if not waiting.exists():
        terms = CommandTerms(phase=TradingPhase.CLOSED.value)
        intake.insert_inbox(InboxRow(CommandKind.CHANGE_PHASE, book.pk, terms=terms))


def lock(symbol: str) -> Book:
    """The book's row, locked, with its instrument. The instrument must exist."""
    books = Book.objects.select_for_update(of=("self",), no_key=True).select_related("instrument")
    return books.get(instrument__symbol=symbol)
