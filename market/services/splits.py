"""Splitting an instrument: positions, prices and limits in one commit, with the book's part of it journaled.

The book's part needs no book in memory, as that of a halt does not: of a book without orders its three events follow
from the commands alone.
"""

import time
from dataclasses import dataclass
from uuid import uuid4

import numpy as np

import matching
from market import entitlements, feed, journal, writers
from market.errors import InvalidRequest
from market.models import Book, CorporateAction, FeeSchedule, Instrument
from market.services import closing_out, fees, transfers
from market.services.transfers import Given
from vocabulary import limits
from vocabulary.commands import CommandKind
from vocabulary.fees import money_steps


@dataclass(frozen=True, slots=True)
class _Prices:
    """An instrument's prices in ticks after a split; ``last`` is None where nothing has traded."""

    reference: int
    last: int | None
    low: int
    high: int

    @property
    def fraction(self) -> int:
        """At which fractions of a lot are paid."""
        return self.reference if self.last is None else self.last


def check_units(new_units: int, old_units: int) -> None:
    """Raise InvalidRequest for a split that is none, or is too large."""
    for field, units in (("new_units", new_units), ("old_units", old_units)):
        if not 1 <= units <= limits.SPLIT_UNITS_MAX:
            raise InvalidRequest(f"{field} must be 1 to {limits.SPLIT_UNITS_MAX}.", field=field)
    if new_units == old_units:
        raise InvalidRequest("new_units must differ from old_units.", field="new_units")


def split(action: CorporateAction, *, book: Book) -> "feed.FeedFrame":
    """Give ``new_units`` for ``old_units`` to who is long, take them from who is short, and restate the prices.

    What the book then says goes out once this is committed. The caller holds the book's lock, and those of the accounts
    that hold something, so that none of them asks to sell what it has no more; the book is quiet and empty. Raises
    InvalidRequest when no prices are left to trade at.
    """
    new, old = _units(action)
    prices = _prices_after(book, new=new, old=old)
    _restate(book, prices=prices)
    action.amount = book.instrument.units.to_price(prices.fraction)
    _hand_out(action, book=book, lot_price_steps=prices.fraction * money_steps(book.instrument.units))
    return _journal(book, prices=prices)


def _units(action: CorporateAction) -> tuple[int, int]:
    assert action.new_units is not None, "a split names how many units it gives"
    assert action.old_units is not None, "a split names for how many it gives them"
    return action.new_units, action.old_units


def _prices_after(book: Book, *, new: int, old: int) -> _Prices:
    """The prices times old by new, to the nearest tick; limits as wide as the book's range of prices allows."""
    instrument = book.instrument

    def restated(ticks: int) -> int:
        return max(1, (2 * ticks * old + new) // (2 * new))

    reference = restated(book.reference_ticks or instrument.units.to_ticks(instrument.reference_price))
    last = None if book.last_px_ticks is None else restated(book.last_px_ticks)
    centre = closing_out.mark_ticks(book) * old // new
    low = max(restated(instrument.low_limit_ticks), centre - book.levels // 2, 1)
    high = min(restated(instrument.high_limit_ticks), low + book.levels - 1, limits.PRICE_TICKS_MAX)
    named = [reference] if last is None else [reference, last]
    if low >= high or not all(low <= ticks <= high for ticks in named):
        raise InvalidRequest(
            f"After this split the prices of {instrument.symbol} would not lie within what its book can cover; "
            "a reference price nearer to the last one may help.",
            field="new_units",
        )
    return _Prices(reference, last, low, high)


def _restate(book: Book, *, prices: _Prices) -> None:
    instrument = book.instrument
    instrument.reference_price = instrument.units.to_price(prices.reference)
    instrument.low_limit_ticks, instrument.high_limit_ticks = prices.low, prices.high
    if book.fee_schedule_id is not None:
        fees.check(FeeSchedule.objects.get(pk=book.fee_schedule_id).rates, instrument=instrument)
    Instrument.objects.filter(pk=instrument.pk).update(
        reference_price=instrument.reference_price, low_limit_ticks=prices.low, high_limit_ticks=prices.high
    )


def _hand_out(action: CorporateAction, *, book: Book, lot_price_steps: int) -> None:
    new, old = _units(action)
    exchange = transfers.exchange_account(book.instrument.currency)
    given = [
        Given(account_id, entitlements.of_split(holding, new=new, old=old, lot_price_steps=lot_price_steps))
        for account_id, holding in transfers.holdings(book.pk, besides=exchange.pk).items()
    ]
    exchange_held = entitlements.after_split_of_exchange(
        transfers.holding(book.pk, exchange.pk),
        new=new,
        old=old,
        lot_price_steps=lot_price_steps,
        lots=-sum(one.entitlement.held.lots for one in given),
    )
    transfers.post(given, book=book, cause=action, lot_price_steps=0, exchange=exchange, exchange_held=exchange_held)


def _journal(book: Book, *, prices: _Prices) -> "feed.FeedFrame":
    commands, events = _records(book, prices=prices)
    inbox_ids = np.zeros(len(commands), np.int64)
    writers.claim(writers.Writer.MATCHER)
    journal.append(instrument_id=book.pk, commands=commands, events=events, inbox_ids=inbox_ids)
    moved = journal.advance_book(
        instrument_id=book.pk,
        book_version=book.book_version,
        batch_uuid=uuid4(),
        worker="system:marketops",
        digest=matching.chain(bytes(book.digest), commands, events),
        commands=commands,
        events=events,
        inbox_ids=inbox_ids,
        state={"reference_ticks": prices.reference, "last_px_ticks": prices.last},
    )
    assert moved, "the row's lock is held, so its version cannot have moved"
    return feed.frame_of(
        symbol=book.instrument.symbol, instrument_id=book.pk, epoch=book.epoch, commands=commands, events=events
    )


def _records(book: Book, *, prices: _Prices) -> tuple[matching.Records, matching.Records]:
    base = min(prices.low, limits.PRICE_TICKS_MAX - book.levels + 1)
    told = [(CommandKind.REBASE, base), (CommandKind.SET_REFERENCE, prices.reference)]
    if prices.last is not None:
        told.append((CommandKind.SET_LAST, prices.last))
    commands = np.zeros(len(told), dtype=matching.COMMAND)
    commands["kind"], commands["price_ticks"] = zip(*told, strict=True)
    commands["transact_time_ns"] = max(book.last_time_ns + 1, time.time_ns())
    events = matching.rules_events(
        command_seq=book.command_seq + 1,
        event_seq=book.event_seq + 1,
        phase=book.phase,
        prices_ticks=[ticks for _, ticks in told],
    )
    return commands, events
