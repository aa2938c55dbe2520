"""What was really brought about: a fault that never lands proves nothing, so each is counted where it strikes."""

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class Landings:
    """Counts of one run: faults by kind and phase, answers by code, and steps in the lives of orders."""

    seed: int
    faults: Counter[tuple[str, str]] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)
    lives: Counter[str] = field(default_factory=Counter)
    recovered: int = 0
    resent: int = 0
    expected: set[tuple[str, str]] = field(default_factory=set)

    def land(self, fault: str, phase: str, times: int = 1) -> None:
        """Count a fault that struck in a phase."""
        self.faults[fault, phase] += times

    def expect(self, fault: str, phases: list[str]) -> None:
        """Say that a fault is to strike at least once in each of these phases before the run is over."""
        self.expected |= {(fault, phase) for phase in phases}

    def missing(self) -> list[tuple[str, str]]:
        """What was to strike and never did."""
        return sorted(landing for landing in self.expected if not self.faults[landing])

    def as_json(self) -> dict[str, Any]:
        """All of it, for a file."""
        return {
            "seed": self.seed,
            "faults": [
                {"fault": fault, "phase": phase, "landed": times}
                for (fault, phase), times in sorted(self.faults.items())
            ],
            "answers": dict(sorted(self.answers.items())),
            "lives": dict(sorted(self.lives.items())),
            "resent": self.resent,
            "recovered": self.recovered,
        }


def table(counted: dict[str, Any]) -> list[str]:
    """The counts as lines for a person: each fault with its phases, then the answers, then the lives."""
    by_fault: dict[str, Counter[str]] = {}
    for row in counted["faults"]:
        by_fault.setdefault(row["fault"], Counter())[row["phase"]] += row["landed"]
    lines = [f"seed {counted['seed']}"]
    for fault, phases in by_fault.items():
        least = min(phases.values())
        lines.append(f"{fault:<44} {sum(phases.values()):>7} in {len(phases):>3} phases, at least {least} in each")
    for title in ("answers", "lives"):
        lines.append(f"{title}: " + ", ".join(f"{name} {times}" for name, times in counted[title].items()))
    lines.append(f"unknown outcomes: {counted['resent']} asked again, {counted['recovered']} had been taken on")
    return lines


def keep(counted: dict[str, Any], path: Path) -> None:
    """Write the counts to a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(counted, indent=1))


def read(path: Path) -> dict[str, Any]:
    """The counts from a file."""
    found: dict[str, Any] = json.loads(path.read_text())
    return found
