"""``manage.py backup``: the whole exchange in one file."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from marketops_site.backup import keys, taking
from marketops_site.backup.errors import BackupRefused


class Command(BaseCommand):
    """Writes a backup, encrypted if there is a key; trading goes on."""

    help = "Write the whole exchange to a file: backup FILE [--key-file KEY]."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Where to, and with which key."""
        parser.add_argument("file", type=Path, nargs="?", metavar="FILE", help="the backup; it must not be there yet")
        parser.add_argument("--key-file", type=Path, default=settings.BACKUP_KEY_FILE, help="encrypt with this key")
        parser.add_argument(
            "--make-key", type=Path, metavar="KEY", help="make a new key in this file, and nothing else"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Take the backup, or make a key."""
        try:
            if options["make_key"]:
                keys.make(options["make_key"])
                self.stdout.write(f"{options['make_key']}: a new key. Without it no backup made with it can be read.")
                return
            if options["file"] is None:
                raise CommandError("name the FILE of the backup")
            taken = taking.take(options["file"], key=keys.read(options["key_file"]))
        except BackupRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        how = "encrypted" if options["key_file"] else "not encrypted: whoever reads it reads everything"
        self.stdout.write(f"{taken.path}: {taken.books} books, {taken.size_bytes:,} bytes, {how}")
