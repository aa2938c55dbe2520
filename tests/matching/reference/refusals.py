"""What is kept from the book: its sender hears of it, and nothing else happens."""

from tests.matching.reference.state import BookState
from vocabulary.commands import EventKind
from vocabulary.rejects import RejectReason


def reject_order(book: BookState, command: dict[str, int]) -> None:
    book.reject(command, RejectReason.MATCHER_FAILURE)


def reject_cancel(book: BookState, command: dict[str, int]) -> None:
    book.reject(command, RejectReason.MATCHER_FAILURE, kind=EventKind.CANCEL_REJECTED)


def reject_replace(book: BookState, command: dict[str, int]) -> None:
    book.reject(command, RejectReason.MATCHER_FAILURE, kind=EventKind.REPLACE_REJECTED)
