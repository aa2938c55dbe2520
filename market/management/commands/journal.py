"""``manage.py journal``: verify the journals of the books, and show a book as it was."""

import json
import sys
import time
from argparse import ArgumentParser
from dataclasses import asdict
from decimal import Decimal
from enum import Enum
from itertools import zip_longest
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from market.errors import MarketError
from market.journal import BrokenJournal
from market.matcher import past_books, verification
from market.matcher.past_books import PastBook
from market.models import Instrument
from market.records import DepthLevel
from market.services import books

PROGRESS_EVERY_S = 1.0


class Command(BaseCommand):
    """Replays journals and says whether they hold, or what a book held at an earlier moment."""

    help = (
        "Verify journals (journal verify [SYMBOL]), start a stopped book (journal start SYMBOL), "
        "or show a book as it was (journal book SYMBOL --at SEQUENCE)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """An act, and what it is about."""
        acts = parser.add_subparsers(dest="act", required=True)
        verify = acts.add_parser("verify", help="replay each journal from where it begins and compare all it records")
        verify.add_argument("symbol", nargs="?", help="only this instrument's book")
        start = acts.add_parser("start", help="ask for a stopped book to be verified and started")
        start.add_argument("symbol", help="whose book")
        book = acts.add_parser("book", help="the book as it was after the command that an event came from")
        book.add_argument("symbol", help="whose book")
        book.add_argument("--at", type=int, required=True, metavar="SEQUENCE", help="the number of the event; 0: empty")
        book.add_argument("--json", action="store_true", help="as JSON, with every open order")

    def handle(self, *args: Any, **options: Any) -> None:
        """Carry out the act; what does not hold, or is not there, ends with a non-zero exit status."""
        if options["act"] == "verify":
            self._verify(options["symbol"])
        elif options["act"] == "start":
            self._start(options["symbol"])
        else:
            self._show_book(options["symbol"], sequence=options["at"], as_json=options["json"])

    def _verify(self, symbol: str | None) -> None:
        instruments = Instrument.objects.order_by("symbol")
        if symbol:
            instruments = instruments.filter(symbol=symbol)
            if not instruments:
                raise CommandError(f"there is no instrument {symbol}")
        self.stdout.write(
            f"{'symbol':<16} {'from':>10} {'commands':>10} {'events':>10} {'snapshots':>10}  digest            verdict"
        )
        faults = 0
        for instrument in instruments:
            verdict = verification.verify(instrument, on_progress=_Progress(instrument.symbol))
            faults += bool(verdict.fault)
            self.stdout.write(
                f"{verdict.symbol:<16} {verdict.first_command_seq:>10} {verdict.commands:>10} {verdict.events:>10} "
                f"{verdict.snapshots:>10}  {verdict.digest.hex()[:16]:<16}  {verdict.fault or 'clean'}"
            )
        if faults:
            raise CommandError(f"{faults} journal(s) do not hold")

    def _start(self, symbol: str) -> None:
        try:
            state = books.start(symbol, actor=None)
        except MarketError as error:
            raise CommandError(error.detail) from error
        self.stdout.write(f"{symbol}: {state.status}")

    def _show_book(self, symbol: str, *, sequence: int, as_json: bool) -> None:
        try:
            book = past_books.book_at(symbol, sequence=sequence)
        except MarketError as error:
            raise CommandError(error.detail) from error
        except (BrokenJournal, ValueError) as error:
            raise CommandError(f"the journal of {symbol} does not hold: {error}") from error
        if as_json:
            self.stdout.write(json.dumps(asdict(book, dict_factory=_plainly), indent=1))
        else:
            self.stdout.write(_table(book, asked=sequence))


class _Progress:
    """Says on the error output how far a long verification has come, once a second at most."""

    def __init__(self, symbol: str) -> None:
        self._symbol = symbol
        self._began = self._said = time.monotonic()

    def __call__(self, done: int, total: int) -> None:
        now = time.monotonic()
        if now - self._said < PROGRESS_EVERY_S:
            return
        self._said = now
        rate = done / (now - self._began)
        sys.stderr.write(f"{self._symbol}: {done:,} of {total:,} commands ({done / total:.0%}), {rate:,.0f} a second\n")
        sys.stderr.flush()


def _plainly(fields: list[tuple[str, Any]]) -> dict[str, object]:
    return {name: _plain(value) for name, value in fields}


def _plain(value: Any) -> object:
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, Enum):
        return value.name
    return str(value) if isinstance(value, Decimal) else value


def _table(book: PastBook, *, asked: int) -> str:
    heading = f"{book.symbol} after event {book.sequence}, command {book.command_seq}: {book.phase.name}"
    if asked != book.sequence:
        heading += f" (event {asked} came from that command)"
    lines = [heading, f"{'orders':>7} {'bid for':>14} {'bid':>14}   {'offer':<14} {'offered':<14} {'orders':<7}"]
    for bid, offer in zip_longest(book.bids, book.offers):
        lines.append(f"{_bid(bid)}   {_offer(offer)}".rstrip())
    lines.append(f"{len(book.orders)} open orders; digest {book.digest.hex()}")
    return "\n".join(lines)


def _bid(level: DepthLevel | None) -> str:
    if level is None:
        return " " * 37
    return f"{level.order_count:>7} {level.quantity:>14} {level.price:>14}"


def _offer(level: DepthLevel | None) -> str:
    return "" if level is None else f"{level.price:<14} {level.quantity:<14} {level.order_count:<7}"
