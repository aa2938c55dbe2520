"""Books that were stopped because something about them was found broken."""

from access.records import Actor
from access.services import audit
from market import intake
from market.errors import NotPermitted, UnknownSymbol
from market.models import Book
from market.models.book import BookStatus
from market.records import BookState
from market.selectors import books


def start(symbol: str, *, actor: Actor | None) -> BookState:
    """Ask for a stopped book to be started again; how it stands.

    Its matching worker verifies the whole journal first, and lets the book run only if that holds: else it is stopped
    anew, with the fault for a reason. Asking for a book that runs or is starting changes nothing. Without an actor it
    is somebody at the machine itself. Raises NotPermitted, UnknownSymbol, Unavailable.
    """
    if actor is not None and not actor.role.may_operate:
        raise NotPermitted("Only operators start books.")
    with intake.acknowledging_transaction():
        stopped = Book.objects.filter(instrument__symbol=symbol, status=BookStatus.STOPPED)
        if stopped.update(status=BookStatus.STARTING):
            _record(symbol, actor=actor)
    state = next((state for state in books.states() if state.symbol == symbol), None)
    if state is None:
        raise UnknownSymbol(symbol)
    return state


def _record(symbol: str, *, actor: Actor | None) -> None:
    if actor is None:
        audit.record_system(action="book.start", subject=symbol, detail={})
    else:
        audit.record(actor=actor, action="book.start", subject=symbol, detail={})
