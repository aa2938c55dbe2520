"""``manage.py prepare``: everything that an installation needs before its processes start, in one go."""

import os
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import Tags
from django.core.management import call_command
from django.core.management.base import BaseCommand

import matching
from marketops_site import database_roles, demo


class Command(BaseCommand):
    """Looks at the database's settings, migrates, collects static files, seeds the demo and warms the kernel.

    Running it again is quick and harmless.
    """

    help = "Bring database, static files, demo and compiled kernel up to date."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """What can be left out."""
        parser.add_argument("--skip-static", action="store_true", help="the static files are known to be up to date")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the steps, saying each as it begins."""
        started = time.monotonic()
        self._say("database settings")
        call_command("check", databases=["default"], tags=[Tags.database], verbosity=0)
        self._say("database tables")
        call_command("migrate", interactive=False, verbosity=0)
        database_roles.grant()
        if not options["skip_static"]:
            self._say("static files")
            call_command("collectstatic", interactive=False, verbosity=0)
        if settings.DEMO:
            self._say("demo market")
            demo.seed(
                path=Path(settings.VAR_DIR) / "demo.json",
                http=self._http_address(),
                grpc=self._grpc_address(),
                ssh=os.environ.get("MARKETOPS_SSH_ADDRESS", f"127.0.0.1:{settings.SSH_PORT}"),
            )
        self._say("matching kernel (compiled once, then kept)")
        matching.warm()
        self._say(f"done in {time.monotonic() - started:.1f} s")

    def _say(self, what: str) -> None:
        self.stdout.write(f"prepare: {what}")
        self.stdout.flush()

    def _http_address(self) -> str:
        return os.environ.get("MARKETOPS_HTTP_ADDRESS", f"http://127.0.0.1:{settings.HTTP_PORT}")

    def _grpc_address(self) -> str:
        return os.environ.get("MARKETOPS_GRPC_ADDRESS", f"127.0.0.1:{settings.GRPC_PORT}")
