"""What a replay has to say at its end: a table for people, the same as JSON, and which promises were broken."""

from collections import Counter
from collections.abc import Sequence

from simulation.recorded.recording import MessageKind
from simulation.recorded.script import Outcome, Script
from simulation.recorded.verdict import Run

MESSAGE_NAMES = {
    MessageKind.NEW: "new order (1)",
    MessageKind.REDUCED: "partial cancel (2)",
    MessageKind.DELETED: "deletion (3)",
    MessageKind.EXECUTED: "execution (4)",
    MessageKind.EXECUTED_HIDDEN: "hidden execution (5)",
    MessageKind.CROSSED: "cross trade (6)",
    MessageKind.HALTED: "halt (7)",
    MessageKind.QUOTING_RESUMED: "quoting resumed (7)",
    MessageKind.TRADING_RESUMED: "trading resumed (7)",
}
OUTCOME_NAMES = {
    Outcome.APPLIED: "applied",
    Outcome.IN_FIRST_BOOK: "in the first book",
    Outcome.NOT_IN_BOOK: "not in the visible book",
    Outcome.UNKNOWN_ORDER: "of an unknown order",
}


def summary(symbol: str, script: Script, runs: Sequence[Run]) -> dict[str, object]:
    """Everything that is known at the end, ready for JSON."""
    tally = script.tally
    return {
        "symbol": symbol,
        "tick_size": str(script.tick_size),
        "messages": {
            "total": len(script.recording),
            "by_type": {MESSAGE_NAMES[kind]: row for kind, row in _messages(script).items()},
        },
        "commands": len(script.commands),
        "seeded": {"orders": tally.seeded_orders, "quantity": tally.seeded_qty, "inferred": tally.implied_orders},
        "trimmed": {"orders": tally.trimmed_orders, "quantity": tally.trimmed_qty},
        "requeued": tally.requeued_orders,
        "contradictions": tally.contradictions,
        "out_of_turn": tally.out_of_turn,
        "book": {
            "levels": script.recording.depth,
            "rows_compared": tally.rows_compared,
            "rows_equal": tally.rows_equal,
            "crossed": tally.crossed_rows,
            "corrections_by_level": {str(level): count for level, count in sorted(tally.levels_corrected.items())},
        },
        "runs": [_run(run) for run in runs],
        "broken_promises": broken_promises(script, runs),
    }


def table(symbol: str, script: Script, runs: Sequence[Run]) -> str:
    """The same for people."""
    tally, executions = script.tally, runs[0].executions
    lines = [f"{symbol}: {len(script.recording):,} messages, {len(script.commands):,} commands", ""]
    for kind, row in _messages(script).items():
        outcomes = ", ".join(f"{count:,} {name}" for name, count in row.items() if name != "total")
        lines.append(_line(MESSAGE_NAMES[kind], f"{row['total']:,}", outcomes))
    levels = "best level" if script.recording.depth == 1 else f"best {script.recording.depth} levels"
    corrected = ", ".join(f"level {level}: {count:,}" for level, count in sorted(tally.levels_corrected.items()))
    lines += [
        "",
        _line("seeded", f"{tally.seeded_orders:,}", f"{tally.seeded_qty:,} lots; {tally.implied_orders:,} inferred"),
        _line("trimmed", f"{tally.trimmed_orders:,}", f"{tally.trimmed_qty:,} lots"),
        _line("requeued", f"{tally.requeued_orders:,}", "seeded or forgotten orders put behind the one that trades"),
        _line("contradictions", f"{tally.contradictions:,}", "trims of quantity that the record speaks of later"),
        _line("corrected levels", f"{tally.levels_corrected.total():,}", corrected),
        _line("rows equal", f"{tally.rows_equal:,}", f"of {tally.rows_compared:,}, {levels} of either side"),
        _line("crossed books", f"{tally.crossed_rows:,}", ""),
        "",
        _line("executions", f"{executions.total:,}", ""),
        *_execution_lines(runs),
        _line("out of turn", f"{tally.out_of_turn:,}", "recorded against price-time priority"),
        "",
        *(_line(run.name, f"{run.rate_per_s:,.0f}/s", f"{run.seconds:.2f} s, digest {run.digest}") for run in runs),
        "",
        *(broken_promises(script, runs) or ["Every promise was kept."]),
    ]
    return "\n".join(line.rstrip() for line in lines)


def broken_promises(script: Script, runs: Sequence[Run]) -> list[str]:
    """What did not come out as it must, one sentence each."""
    tally = script.tally
    broken = []
    unaccounted = len(script.recording) - tally.outcomes.total()
    if unaccounted:
        broken.append(f"{unaccounted} messages are not accounted for.")
    if unequal := tally.rows_compared - tally.rows_equal:
        broken.append(f"{unequal} rows differ from the recorded book.")
    if tally.crossed_rows:
        broken.append(f"The book was locked or crossed after {tally.crossed_rows} messages.")
    for run in runs:
        if missed := run.executions.total - run.executions.at_recorded_price_and_size:
            broken.append(f"{run.name}: {missed} executions came at another price or size.")
        # Only a record that speaks against itself, or against price-time priority, excuses a miss.
        if (missed := run.executions.known - run.executions.known_hit) and not tally.out_of_turn + tally.contradictions:
            broken.append(f"{run.name}: {missed} executions of known orders hit another order.")
    if len({run.digest for run in runs}) > 1:
        broken.append(f"The runs differ: {', '.join(f'{run.name} {run.digest}' for run in runs)}.")
    return broken


def _messages(script: Script) -> dict[MessageKind, dict[str, int]]:
    rows: dict[MessageKind, dict[str, int]] = {}
    totals = Counter(script.recording.messages["kind"].tolist())
    for kind in MessageKind:
        if kind in totals:
            found = {OUTCOME_NAMES[outcome]: script.tally.outcomes[kind, outcome] for outcome in Outcome}
            rows[kind] = {"total": totals[kind], **{name: count for name, count in found.items() if count}}
    return rows


def _execution_lines(runs: Sequence[Run]) -> list[str]:
    executions = runs[-1].executions
    known = _share(executions.known_hit, executions.known)
    inferred = _share(executions.inferred_hit, executions.inferred)
    return [
        _line("as recorded", f"{executions.at_recorded_price_and_size:,}", "at the recorded price and size"),
        _line("hit, known", f"{executions.known_hit:,}", f"of {executions.known:,} known orders, {known}"),
        _line("hit, inferred", f"{executions.inferred_hit:,}", f"of {executions.inferred:,} inferred ones, {inferred}"),
    ]


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.2%}" if whole else "none"


def _line(name: str, figure: str, remark: str) -> str:
    return f"  {name:<22}{figure:>10}  {remark}"


def _run(run: Run) -> dict[str, object]:
    executions = run.executions
    return {
        "name": run.name,
        "commands": run.commands,
        "events": run.events,
        "seconds": round(run.seconds, 3),
        "commands_per_s": round(run.rate_per_s, 1),
        "digest": run.digest,
        "executions": {
            "total": executions.total,
            "at_recorded_price_and_size": executions.at_recorded_price_and_size,
            "known": executions.known,
            "known_hit": executions.known_hit,
            "inferred": executions.inferred,
            "inferred_hit": executions.inferred_hit,
        },
    }
