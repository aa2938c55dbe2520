"""The books that a process keeps in memory between batches: as many as fit, the least recently used leave first."""

from collections import OrderedDict

from django.conf import settings

from market import metrics
from market.matcher.restoring import HotBook

BYTES_PER_MB = 1 << 20


class HotBooks:
    """Hot books by instrument. One that has left is restored when it is needed again."""

    def __init__(self, *, bytes_max: int | None = None) -> None:
        self._bytes_max = int(settings.MATCHING_MEMORY_MB) * BYTES_PER_MB if bytes_max is None else bytes_max
        self._books: OrderedDict[int, HotBook] = OrderedDict()
        self._sizes: dict[int, int] = {}

    def __len__(self) -> int:
        """How many books are hot."""
        return len(self._books)

    def get(self, instrument_id: int) -> HotBook | None:
        """The book, if it is hot and to be trusted."""
        hot = self._books.get(instrument_id)
        return None if hot is None or hot.in_doubt else hot

    def drop(self, instrument_id: int) -> HotBook | None:
        """Forget a book; returns it if it was hot and to be trusted."""
        trusted = self.get(instrument_id)
        self._sizes.pop(instrument_id, None)
        self._books.pop(instrument_id, None)
        return trusted

    def keep(self, hot: HotBook) -> None:
        """Keep a book, as the most recently used; others leave while there is too little room, this one never."""
        self._books[hot.instrument_id] = hot
        self._books.move_to_end(hot.instrument_id)
        self._sizes[hot.instrument_id] = hot.book.memory_bytes
        while len(self._books) > 1 and sum(self._sizes.values()) > self._bytes_max:
            coldest = next(iter(self._books))
            self.drop(coldest)
            metrics.EVICTIONS.inc()
