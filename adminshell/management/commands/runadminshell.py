"""``manage.py runadminshell``: the SSH console for operators."""

import os
import signal
import threading
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from adminshell import private_keys
from adminshell.commands_file import CommandsFile
from adminshell.server import AdminShell

HOST_KEY = "ssh_host_ed25519_key"
PORT_MAX = 65535
STOP_S = 3


class Command(BaseCommand):
    """Serve operators over SSH, and carry out what is written into the file of commands, until stopped."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """Where to listen."""
        parser.add_argument("--port", type=int, default=settings.SSH_PORT, help="the port (default: %(default)s)")
        parser.add_argument(
            "--bind", default=settings.BIND, metavar="ADDRESS", help="the address to listen on (default: %(default)s)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until SIGTERM or Ctrl-C."""
        if not 0 <= options["port"] <= PORT_MAX:
            raise CommandError(f"--port must lie between 0 and {PORT_MAX}.")
        try:
            host_key = private_keys.kept_in(Path(settings.VAR_DIR) / HOST_KEY)
        except private_keys.UnsafeKeyFile as error:
            raise CommandError(str(error)) from error
        try:
            server = AdminShell(
                address=(options["bind"], options["port"]), host_key=host_key, takes_passwords=settings.DEMO
            )
        except OSError as error:
            raise CommandError(f"Cannot listen on {options['bind']}:{options['port']}: {error.strerror}.") from error
        stop = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda _number, _frame: stop.set())
        self._say(f"host key {host_key.fingerprint}")
        self._say(f"listening on {options['bind']}:{server.port}")
        watcher = self._start_watcher(stop)
        if settings.READY_FILE:
            Path(settings.READY_FILE).touch()
        pulse = os.environ.get("MARKETOPS_PULSE_FILE")
        server.serve(stop, pulse=Path(pulse) if pulse else None)
        if watcher is not None:
            watcher.join(STOP_S)

    def _start_watcher(self, stop: threading.Event) -> threading.Thread | None:
        if not settings.ADMIN_COMMANDS_FILE:
            return None
        path = Path(settings.ADMIN_COMMANDS_FILE).absolute()
        watcher = threading.Thread(target=CommandsFile(path).watch, args=[stop], name="commands-file", daemon=True)
        watcher.start()
        self._say(f"carrying out commands from {path}")
        return watcher

    def _say(self, what: str) -> None:
        self.stdout.write(f"adminshell: {what}")
        self.stdout.flush()
