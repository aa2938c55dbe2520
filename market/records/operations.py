"""How books, workers and queues stand, for those who operate the exchange."""

from dataclasses import dataclass
from datetime import datetime

from vocabulary import limits
from vocabulary.commands import CommandKind
from vocabulary.phases import TradingPhase


@dataclass(frozen=True, slots=True)
class BookState:
    """How a book's matching stands, for operators."""

    symbol: str
    phase: TradingPhase
    phase_reason: str
    status: str
    status_reason: str
    inbox_depth: int
    oldest_inbox_age_s: float
    command_seq: int
    event_seq: int


@dataclass(frozen=True, slots=True)
class PhaseChangeRecord:
    """That somebody has halted an instrument, resumed it, or asked for another phase, and why."""

    happened_at: datetime
    symbol: str
    phase: TradingPhase
    reason: str
    changed_by: str


@dataclass(frozen=True, slots=True)
class Readiness:
    """What the exchange needs, and whether it is there. What the database would have to tell is None without it."""

    is_database_up: bool
    is_migrated: bool | None
    is_redis_up: bool
    oldest_inbox_age_s: float | None

    @property
    def is_matching(self) -> bool | None:
        """Whether somebody matches: no command has waited for long in a book that runs."""
        age_s = self.oldest_inbox_age_s
        return None if age_s is None else age_s < limits.STALLED_AFTER_S

    @property
    def is_ready(self) -> bool:
        """Whether orders can be taken on. Without Redis and matchers they wait, but they are safe."""
        return self.is_database_up and self.is_migrated is True

    @property
    def is_whole(self) -> bool:
        """Whether nothing is missing."""
        return self.is_ready and self.is_redis_up and self.is_matching is True


@dataclass(frozen=True, slots=True)
class WaitingCommand:
    """A command that is accepted and not yet sequenced, for operators."""

    inbox_id: int
    symbol: str
    kind: CommandKind
    order_id: int
    age_s: float


@dataclass(frozen=True, slots=True)
class WorkerRecord:
    """Who has committed batches lately: a matching worker, or a door that halted or resumed. Rates are per second."""

    worker: str
    batches: int
    commands: int
    commands_per_s: float
    last_commit_age_s: float


@dataclass(frozen=True, slots=True)
class QueueRecord:
    """A queue of wake-ups and background work, and how many messages wait in it."""

    name: str
    messages: int


@dataclass(frozen=True, slots=True)
class JournalStartRecord:
    """The first command and the first event that a book's journal holds; older ones have expired."""

    symbol: str
    first_command_seq: int
    first_event_seq: int


@dataclass(frozen=True, slots=True)
class JournalCheckRecord:
    """How the background verification stands with one book; ``fault`` is empty while all is as recorded."""

    symbol: str
    command_seq: int
    rounds: int
    age_s: float
    fault: str
