"""What an operator watches: books, workers, queues, what waits, stopped accounts, and what of it is alarming."""

from dataclasses import dataclass

from access.records import Actor
from market.records import BookState, JournalCheckRecord, QueueRecord, StandingRecord, WaitingCommand, WorkerRecord
from market.selectors import books, inbox, journals, standings, workers

WAITING_SHOWN = 8
LATE_AFTER_S = 5.0
SILENT_AFTER_S = 30.0


@dataclass(frozen=True, slots=True)
class ControlRoom:
    """How the exchange stands at one moment. ``queues`` is None when Redis does not answer."""

    books: list[BookState]
    workers: list[WorkerRecord]
    queues: list[QueueRecord] | None
    waiting: list[WaitingCommand]
    stopped: list[StandingRecord]
    checks: list[JournalCheckRecord]

    @property
    def alarms(self) -> list[str]:
        """What somebody has to look at, worst first; nothing when all is well."""
        broken = [
            f"The journal of {one.symbol} is not as it was written: {one.fault}" for one in self.checks if one.fault
        ]
        stopped = [
            f"The book of {one.symbol} is stopped: {one.status_reason}" for one in self.books if one.status == "STOPPED"
        ]
        late = [
            f"A command for {one.symbol} has waited {one.oldest_inbox_age_s:.0f} s."
            for one in self.books
            if one.oldest_inbox_age_s > LATE_AFTER_S
        ]
        return [*broken, *stopped, *late, *self._silence()]

    def _silence(self) -> list[str]:
        alarms = []
        if self.waiting and not any(worker.last_commit_age_s < SILENT_AFTER_S for worker in self.workers):
            alarms.append(f"Commands wait and no worker has committed for {SILENT_AFTER_S:.0f} s.")
        if self.queues is None:
            alarms.append("Redis does not answer: matching goes on, a little slower.")
        return alarms


def look(actor: Actor) -> ControlRoom:
    """How the exchange stands now. Raises NotPermitted."""
    return ControlRoom(
        books=books.states(),
        workers=workers.recent(),
        queues=workers.queues(),
        waiting=inbox.oldest(count=WAITING_SHOWN),
        stopped=standings.stopped(actor=actor),
        checks=journals.checks(),
    )
