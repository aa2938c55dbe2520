"""The command that runs the live traders."""

import secrets
import signal
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from simulation import live
from simulation.errors import HouseNameTaken

NOISE_RATE_PER_S = 13.0
NOISE_RATE_PER_S_MAX = 1_000.0
SEED_BITS = 32


class Command(BaseCommand):
    """Trade every instrument with simulated market makers and zero-intelligence traders, until stopped."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """The seed of all chance, and how lively the market is."""
        parser.add_argument("--seed", type=int, help="the seed of all chance (default: a new one)")
        parser.add_argument(
            "--rate",
            type=float,
            default=NOISE_RATE_PER_S,
            help="orders a second of the zero-intelligence traders, all instruments together (default: %(default)s)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until SIGTERM or Ctrl-C; either ends it at once and leaves the traders' orders where they are."""
        seed = secrets.randbits(SEED_BITS) if options["seed"] is None else options["seed"]
        if seed < 0:
            raise CommandError("--seed must not be negative.")
        if not 0 <= options["rate"] <= NOISE_RATE_PER_S_MAX:
            raise CommandError(f"--rate must lie between 0 and {NOISE_RATE_PER_S_MAX:g}.")
        signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            live.run(seed=seed, noise_rate_per_s=options["rate"])
        except KeyboardInterrupt:
            return
        except HouseNameTaken as error:
            raise CommandError(str(error)) from error
