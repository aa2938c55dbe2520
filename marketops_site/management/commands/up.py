"""``manage.py up``: start the servers and every process, as ``script/server`` does."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from launch import main as launcher


class Command(BaseCommand):
    """Hands over to the launcher with the arguments as they are."""

    help = "Start MarketOps: python manage.py up [options]; see up --help."

    def run_from_argv(self, argv: list[str]) -> None:
        """Leave the options to the launcher, which knows them."""
        sys.exit(launcher.main(argv[2:], program="manage.py up"))

    def handle(self, *args: Any, **options: Any) -> None:
        """Start without options, when called from code."""
        sys.exit(launcher.main([], program="manage.py up"))
