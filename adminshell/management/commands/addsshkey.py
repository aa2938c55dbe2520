"""``manage.py addsshkey``: let an operator in with a public key."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from access.errors import AccessError
from access.public_keys import PUBLIC_KEY_LENGTH_MAX
from access.services import ssh_keys


class Command(BaseCommand):
    """Register a public key for an operator. The key is a line as in ~/.ssh/id_ed25519.pub."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        """Whose key, and where it is."""
        parser.add_argument("username", help="an operator's user name")
        parser.add_argument("file", help="a .pub file, or - for standard input")
        parser.add_argument("--name", default="", help="what to call the key (default: its comment)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Register it and say its fingerprint."""
        try:
            if options["file"] == "-":
                text = sys.stdin.read(PUBLIC_KEY_LENGTH_MAX + 1)
            else:
                text = Path(options["file"]).read_text()
            key = ssh_keys.add(username=options["username"], public_key=text, name=options["name"])
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"Cannot read {options['file']}: {error}") from error
        except AccessError as error:
            raise CommandError(error.detail) from error
        self.stdout.write(f"{key.fingerprint} may come in as {key.username}.")
