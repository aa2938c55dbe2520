"""Mistakes that could be made where books are matched."""

import time
from typing import Any

import numpy as np

import matching
from market import redis_connection, wake
from market.failpoints import failpoint
from market.matcher import batch, book_row, drain, taking
from market.matcher.hot_books import HotBooks
from market.matcher.lease import Lease
from market.matcher.poison.trial import Trial, Verdict
from market.matcher.restoring import HotBook
from tests.faults.planted.put import put
from vocabulary import limits
from vocabulary.commands import CommandKind

BEHIND_A_CURSOR = """
SELECT id FROM market_inboxcommand w
 WHERE instrument_id = %(instrument_id)s
   AND id > (SELECT COALESCE(max(inbox_id), 0) FROM market_journalcommand j WHERE j.instrument_id = w.instrument_id)
 ORDER BY id LIMIT %(count)s
"""
NO_END_MS = 10**9


def a_cursor_instead_of_what_is_there() -> None:
    """The inbox is read behind the largest id that was taken, as if ids were committed in their order."""
    for name in ("TAKE", "LOOK"):
        put(taking, name, getattr(taking, name).replace(taking.OLDEST, BEHIND_A_CURSOR))


def the_flag_is_cleared_after_the_look() -> None:
    """The wake-up flag is taken down after the inbox was read, not before it."""

    def drain_and_clear(self: Any, instrument: Any, held: Any) -> int:
        failpoint("drain.after_lease")
        sequenced = 0
        while count := self._next_batch(instrument):
            sequenced += count
            held.prolong()
        wake.clear(instrument.symbol)
        return sequenced

    put(drain.Matcher, "_drain", drain_and_clear)


def the_flag_has_no_end() -> None:
    """The wake-up flag stays up for ever, unless a matcher takes it down."""
    put(limits, "WAKE_FLAG_MS", NO_END_MS)


def no_lock_on_the_row() -> None:
    """The lease in Redis alone keeps two workers apart: the book's row is read and not locked."""
    put(book_row, "LOCK", book_row.LOCK.replace("FOR NO KEY UPDATE OF b NOWAIT", ""))


def no_check_of_the_version() -> None:
    """A book in memory is taken for the newest without comparing its version with the row's."""
    compared = " AND b.epoch = %(epoch)s\n                  AND b.book_version = %(book_version)s"
    assert compared in taking.TAKE, "what is to be left out is there"
    put(taking, "TAKE", taking.TAKE.replace(compared, ""))
    put(batch, "_check_versions", lambda *_, **__: None)


def the_book_moves_before_the_commit() -> None:
    """The book in memory takes its new version before the commit that makes it true."""
    genuine = batch._carry_out

    def carry_out(instrument: Any, taken: Any, *, row: Any, hot: Any, **rest: Any) -> Any:
        done = genuine(instrument, taken, row=row, hot=hot, **rest)
        hot.book_version, hot.digest, hot.in_doubt = row.book_version + 1, done.digest, False
        return done

    put(batch, "_carry_out", carry_out)


def the_book_is_kept_after_a_failed_commit() -> None:
    """A book in memory is trusted although the batch that moved it was never committed."""

    def get(self: HotBooks, instrument_id: int) -> HotBook | None:
        return self._books.get(instrument_id)

    put(HotBooks, "get", get)


def told_before_the_commit() -> None:
    """Readers are told of a batch before it is committed."""
    genuine = batch._carry_out

    def carry_out(instrument: Any, taken: Any, **rest: Any) -> Any:
        done = genuine(instrument, taken, **rest)
        drain._publish(instrument, done)
        return done

    put(batch, "_carry_out", carry_out)


def a_lease_is_deleted_whosever_it_is() -> None:
    """A lease is given back by deleting its key, without asking whose it is now."""

    def release(self: Any) -> None:
        if self._lock is not None:
            redis_connection.client().delete(self._lock.name)

    put(Lease, "release", release)


def quarantined_without_a_trial() -> None:
    """A command at which processes have died is quarantined without trying it in a process of its own."""

    def condemn(*_: Any) -> Verdict:
        return Verdict(0, "It was begun too often.")

    put(Trial, "of", condemn)


def cancels_overtake() -> None:
    """Cancels are taken before the rest of their batch."""
    genuine = taking.waiting_in

    def waiting_in(*arguments: Any, **options: Any) -> Any:
        waiting = genuine(*arguments, **options)
        if waiting is None:
            return None
        order = np.argsort(waiting.commands["kind"] != CommandKind.CANCEL, kind="stable")
        commands = waiting.commands[order]
        commands["transact_time_ns"] = waiting.commands["transact_time_ns"]
        return taking.Waiting(commands, waiting.inbox_ids[order], {})

    put(taking, "waiting_in", waiting_in)


def the_core_reads_the_clock() -> None:
    """The core stamps commands with the time at which it applies them."""
    genuine = matching.apply

    def apply(book: matching.Book, commands: matching.Records) -> matching.Records:
        commands["transact_time_ns"] += time.time_ns() - commands["transact_time_ns"].max()
        return genuine(book, commands)

    put(matching, "apply", apply)


def the_core_walks_a_set() -> None:
    """The core matches the orders of a batch in the order in which a set of their names gives them."""
    genuine = matching.apply

    def apply(book: matching.Book, commands: matching.Records) -> matching.Records:
        places = {f"{place}-{order_id}": place for place, order_id in enumerate(commands["order_id"].tolist())}
        order = [places[name] for name in set(places)]
        return genuine(book, commands[order])

    put(matching, "apply", apply)
