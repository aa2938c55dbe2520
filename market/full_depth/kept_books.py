"""Books that this process keeps to read them: each as new as the journal when it is looked at."""

from collections import OrderedDict
from threading import Lock

import structlog

from market.errors import Unavailable
from market.full_depth.queues import ShownBook
from market.matcher import restoring, verification
from market.matcher.restoring import HotBook
from market.models import Instrument
from vocabulary import limits

logger = structlog.get_logger(__name__)


class KeptBook:
    """One book, and what it showed when it was last looked at. One thread at a time may look."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._hot: HotBook | None = None
        self._shown: ShownBook | None = None

    def as_it_is(self, instrument: Instrument) -> ShownBook:
        """What the book shows now. Raises Unavailable when its journal does not lead to where it stands."""
        with self._lock:
            hot = self._moved_on(instrument)
            shown = self._shown
            if shown is None or (shown.epoch, shown.sequence) != (str(hot.epoch), hot.book.event_seq):
                shown = self._shown = ShownBook(str(hot.epoch), hot.book, units=instrument.units)
            return shown

    def _moved_on(self, instrument: Instrument) -> HotBook:
        """The book where its row is. It is begun anew when it is far behind, or is not the one that it was."""
        hot, self._hot = self._hot, None
        behind = 0 if hot is None else instrument.book.command_seq - hot.book.command_seq
        try:
            if hot is None or behind > limits.SNAPSHOT_EVERY_COMMANDS:
                hot = restoring.restore(instrument.pk)
            else:
                hot = _caught_up(hot)
        except verification.FAULTS as error:
            logger.error("full_depth_cannot_read", symbol=instrument.symbol, error=str(error))
            raise Unavailable(f"The book of {instrument.symbol} cannot be read by order at present.") from error
        self._hot = hot
        return hot


def _caught_up(hot: HotBook) -> HotBook:
    try:
        return restoring.catch_up(hot)
    except verification.FAULTS:
        # A database that went back has another journal than the one that this book was made from.
        return restoring.restore(hot.instrument_id)


_kept: OrderedDict[int, KeptBook] = OrderedDict()
_kept_lock = Lock()


def of(instrument: Instrument) -> KeptBook:
    """The book of an instrument; the one that nobody has asked for longest makes room for a new one."""
    with _kept_lock:
        kept = _kept.pop(instrument.pk, None) or KeptBook()
        _kept[instrument.pk] = kept
        while len(_kept) > limits.FULL_DEPTH_BOOKS_MAX:
            _kept.popitem(last=False)
        return kept
