"""``manage.py journal``: verify the journals of the books."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from market.matcher import verification
from market.models import Instrument


class Command(BaseCommand):
    """Replays journals from their first command and says whether they hold."""

    help = "Verify the journal of one book or of all: journal verify [SYMBOL]"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The act, and the symbol it is limited to."""
        parser.add_argument("act", choices=["verify"])
        parser.add_argument("symbol", nargs="?", help="only this instrument's book")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print a line per book; a fault ends with a non-zero exit status."""
        instruments = Instrument.objects.order_by("symbol")
        if options["symbol"]:
            instruments = instruments.filter(symbol=options["symbol"])
            if not instruments:
                raise CommandError(f"there is no instrument {options['symbol']}")
        self.stdout.write(
            f"{'symbol':<16} {'commands':>10} {'events':>10} {'snapshots':>10}  digest            verdict"
        )
        faults = 0
        for instrument in instruments:
            verdict = verification.verify(instrument)
            faults += bool(verdict.fault)
            self.stdout.write(
                f"{verdict.symbol:<16} {verdict.commands:>10} {verdict.events:>10} {verdict.snapshots:>10}  "
                f"{verdict.digest.hex()[:16]}  {verdict.fault or 'clean'}"
            )
        if faults:
            raise CommandError(f"{faults} journal(s) do not hold")
