"""Who has halted and resumed instruments, and why: what a teacher explains afterwards."""

from collections.abc import Collection
from datetime import datetime

from access.records import AuditRecord
from access.selectors import audit
from market.records import PhaseChangeRecord
from vocabulary.phases import TradingPhase

PHASE_AFTER = {"instrument.halt": TradingPhase.HALTED, "instrument.resume": TradingPhase.CONTINUOUS}
BY_NAME = "instrument.change_phase"


def of_symbols(symbols: Collection[str], *, since: datetime, until: datetime, count: int) -> list[PhaseChangeRecord]:
    """The newest changes of the phases of these instruments that somebody asked for in that time, newest first.

    What a book does by itself, such as a volatility auction, is not among them.
    """
    acts = audit.newest_of([*PHASE_AFTER, BY_NAME], subjects=symbols, since=since, until=until, count=count)
    return [_record(act) for act in acts]


def _record(act: AuditRecord) -> PhaseChangeRecord:
    phase = PHASE_AFTER.get(act.action) or TradingPhase[str(act.detail["phase"])]
    return PhaseChangeRecord(
        happened_at=act.happened_at,
        symbol=act.subject,
        phase=phase,
        reason=str(act.detail.get("reason", "")),
        changed_by=act.actor_name,
    )
