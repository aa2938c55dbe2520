"""``manage.py restore``: bring a backup back."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from marketops_site.backup import bringing_back, keys
from marketops_site.backup.errors import BackupRefused


class Command(BaseCommand):
    """Brings a backup back: a new epoch, every book halted."""

    help = "Bring a backup back into an empty database: restore FILE [--key-file KEY] [--replace]."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """From where, with which key, and what may be lost by it."""
        parser.add_argument("file", type=Path, nargs="?", metavar="FILE", help="the backup")
        parser.add_argument("--key-file", type=Path, default=settings.BACKUP_KEY_FILE, help="the key it was made with")
        parser.add_argument("--replace", action="store_true", help="delete the exchange that the database holds")
        parser.add_argument(
            "--adopt", action="store_true", help="take over a database that was brought back by other means"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Restore, or take over."""
        if (options["file"] is None) != options["adopt"]:
            raise CommandError("name the FILE of the backup, or say --adopt")
        try:
            if options["adopt"]:
                symbols = bringing_back.adopt()
            else:
                found = bringing_back.restore(
                    options["file"], key=keys.read(options["key_file"]), replace=options["replace"]
                )
                symbols = found.symbols
                self.stdout.write(f"restored the backup of {found.created_at}")
        except BackupRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{len(symbols)} books are halted in a new epoch: {', '.join(symbols) or 'none'}")
        self.stdout.write("Look at them, then let operators resume each.")
