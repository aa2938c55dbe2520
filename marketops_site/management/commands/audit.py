"""``manage.py audit``: recompute the exchange's figures from trades, ledger and journals, and compare."""

import json
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from market import auditing as market_auditing
from market.auditing import Law, Report
from marketops_site import auditing


class Command(BaseCommand):
    """Checks every law over everything while trading goes on; says what was compared and what differs."""

    help = "Recompute balances, positions, orders, fees, candles and the audit log from what they follow from."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """How to say it, what to leave out, and whether to act on it."""
        parser.add_argument("--json", action="store_true", help="as JSON")
        parser.add_argument("--without-journals", action="store_true", help="do not replay the journals, the long part")
        parser.add_argument("--stop", action="store_true", help="stop what breaks, as the audit of every minute does")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run it; the exit status is 1 when anything differs."""
        report = auditing.everything(on_law=_say, with_journals=not options["without_journals"])
        self.stdout.write(_as_json(report) if options["json"] else _as_table(report))
        if options["stop"]:
            market_auditing.raise_for(report)
        if report.broken:
            raise CommandError(f"{len(report.broken)} of {len(report.verdicts)} laws do not hold")


def _say(law: Law) -> None:
    sys.stderr.write(f"audit: {law.name}\n")
    sys.stderr.flush()


def _as_table(report: Report) -> str:
    lines = [f"{'law':<30} {'rows':>10} {'differ':>8}  what is compared"]
    for verdict in report.verdicts:
        law, found = verdict.law, verdict.found
        lines.append(f"{law.name:<30} {found.rows:>10} {found.differing:>8}  {law.promise}")
        lines += [f"{'':<30} {'':>10} {'':>8}  ! {difference}" for difference in found.differences]
    versions = ", ".join(f"{symbol} {version}" for symbol, version in report.book_versions.items())
    return "\n".join([*lines, f"books stood at command: {versions or 'there are none'}"])


def _as_json(report: Report) -> str:
    laws = [
        {
            "law": verdict.law.name,
            "compares": verdict.law.promise,
            "a_break": verdict.law.effect.value,
            "rows": verdict.found.rows,
            "differences": verdict.found.differing,
            "examples": list(verdict.found.differences),
        }
        for verdict in report.verdicts
    ]
    return json.dumps({"holds": not report.broken, "books": report.book_versions, "laws": laws}, indent=1)
