"""What a law of the audit is: a promise, what it compares, and what a break of it stops."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple, Protocol

from django.db import OperationalError
from psycopg.errors import QueryCanceled

from market.auditing import snapshot
from vocabulary import limits

DIFFERENCES_SHOWN = 10


class Effect(Enum):
    """What is stopped when a law is broken."""

    THE_BOOK = "stops the book"
    ALL_BOOKS = "stops all books"
    NOTHING = "raises the alarm"


class Piece(NamedTuple):
    """A range of row ids, both ends included."""

    first: int
    last: int


class Found(NamedTuple):
    """What comparing a piece found: rows compared, how many differ, some of these in words, and the books concerned."""

    rows: int = 0
    differing: int = 0
    differences: tuple[str, ...] = ()
    instrument_ids: frozenset[int] = frozenset()

    def __add__(self, other: "Found") -> "Found":  # type: ignore[override]
        """Both together."""
        return Found(
            self.rows + other.rows,
            self.differing + other.differing,
            (self.differences + other.differences)[:DIFFERENCES_SHOWN],
            self.instrument_ids | other.instrument_ids,
        )


class Law(Protocol):
    """A promise about rows, checked piece by piece, each piece in a snapshot of its own."""

    @property
    def name(self) -> str:
        """What it is called."""

    @property
    def promise(self) -> str:
        """What is compared with what, in a line."""

    @property
    def effect(self) -> Effect:
        """What a break stops."""

    def pieces(self) -> Iterator[Piece]:
        """All there is to look at, oldest first."""

    def some_pieces(self, turn: float) -> list[Piece]:
        """The newest piece, and one that lies at ``turn``, 0 to 1, of the way through all."""

    def look(self, piece: Piece) -> Found:
        """Compare a piece."""


COMPARE = """
SELECT count(*), count(*) FILTER (WHERE holds IS NOT TRUE),
       COALESCE((array_agg(what) FILTER (WHERE holds IS NOT TRUE))[1:{shown}], '{{}}'),
       array_remove(COALESCE(array_agg(DISTINCT instrument_id) FILTER (WHERE holds IS NOT TRUE), '{{}}'), NULL)
  FROM ({rows}) AS compared (instrument_id, what, holds)
"""
BOOKS_WITH_FEW_TRADES = "SELECT instrument_id FROM market_book WHERE trade_seq <= %s ORDER BY instrument_id"
ENDS = "SELECT min({key}), max({key}) FROM {table}"
END_OF_PIECE = "SELECT max({key}) FROM (SELECT {key} FROM {table} WHERE {key} >= %s ORDER BY {key} LIMIT %s) AS piece"
BEGIN_OF_NEWEST = "SELECT min({key}) FROM (SELECT {key} FROM {table} ORDER BY {key} DESC LIMIT %s) AS piece"


@dataclass(frozen=True)
class SqlLaw:
    """A law that one statement checks: for rows of ``over`` from %(first)s to %(last)s by ``key`` it gives the
    instrument concerned or NULL, the row in words, and whether the law holds for it.
    """

    name: str
    promise: str
    effect: Effect
    over: str
    rows: str
    key: str = "id"
    piece_rows: int = 5_000

    def pieces(self) -> Iterator[Piece]:
        """All there is to look at, oldest first."""
        first, newest = self._ends()
        while first is not None and newest is not None and first <= newest:
            (last,) = snapshot.fetch(self._about(END_OF_PIECE), [first, self.piece_rows])[0]
            if last is None:
                return
            yield Piece(first, last)
            first = last + 1

    def some_pieces(self, turn: float) -> list[Piece]:
        """The newest piece, and one that lies at ``turn`` of the way through all."""
        oldest, newest = self._ends()
        if oldest is None or newest is None:
            return []
        (begin,) = snapshot.fetch(self._about(BEGIN_OF_NEWEST), [self.piece_rows])[0]
        first = oldest + int((newest - oldest) * turn)
        (last,) = snapshot.fetch(self._about(END_OF_PIECE), [first, self.piece_rows])[0]
        return [Piece(begin, newest)] if first >= begin else [Piece(begin, newest), Piece(first, last)]

    def look(self, piece: Piece) -> Found:
        """Compare a piece; one that takes too long for a snapshot in two halves."""
        try:
            with snapshot.of_the_database():
                return self._compare(piece)
        except OperationalError as error:
            if not isinstance(error.__cause__, QueryCanceled) or piece.first == piece.last:
                raise
        middle = (piece.first + piece.last) // 2
        return self.look(Piece(piece.first, middle)) + self.look(Piece(middle + 1, piece.last))

    def _compare(self, piece: Piece) -> Found:
        statement = COMPARE.format(rows=self.rows, shown=DIFFERENCES_SHOWN)
        rows, count, shown, instrument_ids = snapshot.fetch(statement, piece._asdict())[0]
        return Found(rows, count, tuple(shown), frozenset(instrument_ids))

    def _ends(self) -> tuple[int | None, int | None]:
        (ends,) = snapshot.fetch(self._about(ENDS))
        return ends[0], ends[1]

    def _about(self, statement: str) -> str:
        return statement.format(key=self.key, table=self.over)


@dataclass(frozen=True)
class BookLaw:
    """A law of whole books that takes more than a statement; ``check`` takes the instrument's id."""

    name: str
    promise: str
    effect: Effect
    check: Callable[[int], Found]

    def pieces(self) -> Iterator[Piece]:
        """Each book."""
        for (instrument_id,) in snapshot.fetch("SELECT instrument_id FROM market_book ORDER BY instrument_id"):
            yield Piece(instrument_id, instrument_id)

    def some_pieces(self, turn: float) -> list[Piece]:
        """One book, each in its turn; of those that can be followed in so short a time."""
        few = snapshot.fetch(BOOKS_WITH_FEW_TRADES, [limits.AUDIT_SAMPLE_TRADES_MAX])
        return [Piece(instrument_id, instrument_id) for (instrument_id,) in few[int(turn * len(few)) :][:1]]

    def look(self, piece: Piece) -> Found:
        """Check the book."""
        return self.check(piece.first)
