"""``manage.py runweb``: serve pages, REST and websockets until stopped."""

import logging
import os
import sys
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from marketops_site.asgi import application
from marketops_site.web_server import WebServer


class Command(BaseCommand):
    """Serves HTTP and websockets from one port."""

    help = "Serve pages, REST and websockets."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to listen."""
        parser.add_argument("--port", type=int, default=settings.HTTP_PORT, help="default: %(default)s")
        parser.add_argument("--bind", default=settings.BIND, help="address to listen on (default: %(default)s)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Serve until SIGTERM or Ctrl-C, then let what has begun come to its end."""
        server = WebServer(application, bind=options["bind"], port=options["port"], access_log=sys.stdout)
        server.run()
        if server.abort_start:
            raise CommandError(f"Cannot listen on {options['bind']}:{options['port']}.")
        if server.has_cut_off:
            _leave_at_once()


def _leave_at_once() -> None:
    """End without waiting for the threads of what was cut off, as the interpreter would."""
    logging.shutdown()
    sys.stdout.flush()
    os._exit(0)
