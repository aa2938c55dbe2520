"""``manage.py retention``: let old history go, and prove the files that it went into."""

from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from market.retention import proving
from market.retention.export_file import UnreadableExport
from marketops_site import retention
from vocabulary import limits


class Command(BaseCommand):
    """Exports whole days of the journals and deletes them, or proves exports."""

    help = "Export and delete old history (retention run), or prove exports (retention prove FILE...)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """An act, and what it is about."""
        acts = parser.add_subparsers(dest="act", required=True)
        run = acts.add_parser("run", help="export and delete what is older than the settings, or these options, keep")
        run.add_argument("--journal-days", type=_journal_days, metavar="DAYS", help="keep journal and trades so long")
        run.add_argument("--second-candle-days", type=_days, metavar="DAYS", help="keep candles of a second so long")
        prove = acts.add_parser("prove", help="replay exports and compare them with what the exchange remembers")
        prove.add_argument("files", nargs="+", type=Path, metavar="FILE")

    def handle(self, *args: Any, **options: Any) -> None:
        """Carry out the act; an export that does not hold ends with a non-zero exit status."""
        if options["act"] == "run":
            self._run(journal_days=options["journal_days"], second_candle_days=options["second_candle_days"])
        else:
            self._prove(options["files"])

    def _run(self, *, journal_days: int | None, second_candle_days: int | None) -> None:
        try:
            let_go = retention.run(journal_days=journal_days, second_candle_days=second_candle_days)
        except OSError as error:
            raise CommandError(f"nothing was deleted: an export could not be written: {error}") from error
        for exported in let_go.exported:
            self.stdout.write(
                f"{exported.symbol:<16} {exported.day}  {exported.commands:>10} commands {exported.trades:>10} trades"
                f"  {exported.path}"
            )
        self.stdout.write(
            f"{len(let_go.exported)} days exported; {let_go.snapshots} snapshots, "
            f"{let_go.second_candles} candles of a second, {let_go.equity_samples} samples of equity "
            f"and {let_go.quote_samples} of quotes deleted"
        )

    def _prove(self, files: list[Path]) -> None:
        faults = 0
        for path in files:
            try:
                proof = proving.prove(path)
            except UnreadableExport as error:
                raise CommandError(str(error)) from error
            verdict = proof.fault or ("clean" if proof.is_remembered else "clean, but unknown to this exchange")
            faults += bool(proof.fault)
            self.stdout.write(f"{proof.file:<44} {proof.symbol:<16} {proof.day} {proof.commands:>10}  {verdict}")
        if faults:
            raise CommandError(f"{faults} export(s) do not hold")


def _days(text: str) -> int:
    if not text.isdigit():
        raise ArgumentTypeError("must be a whole number of days, 0 for ever")
    return int(text)


def _journal_days(text: str) -> int:
    days = _days(text)
    if 0 < days < limits.JOURNAL_DAYS_MIN:
        raise ArgumentTypeError(f"must be 0 for ever, or {limits.JOURNAL_DAYS_MIN} days at least")
    return days
