"""``manage.py keys``: list, issue and revoke somebody's API keys."""

from argparse import ArgumentParser
from datetime import UTC, datetime, timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from access.errors import AccessError
from access.records import Actor, KeyRecord, KeyTerms
from access.selectors import api_keys as key_selectors
from access.selectors import users
from access.services import api_keys as keys
from market.services import api_keys
from vocabulary.roles import KeyScope

DOOR = "manage"


class Command(BaseCommand):
    """Acts for a user, who is named; the audit log says that it was done here."""

    help = "List (keys list USER), issue (keys issue USER NAME) and revoke (keys revoke USER PREFIX) API keys."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """An act, and whose key it is about."""
        acts = parser.add_subparsers(dest="act", required=True)
        listing = acts.add_parser("list", help="the user's keys in force")
        issue = acts.add_parser("issue", help="a new key; its secrets are printed this once")
        revoke = acts.add_parser("revoke", help="end a key at once")
        for act in (listing, issue, revoke):
            act.add_argument("user", help="the user's name")
        issue.add_argument("name", help="what the key is known by")
        issue.add_argument("--trade", action="store_true", help="it may trade")
        issue.add_argument("--admin", action="store_true", help="it may operate the exchange, as its holder does")
        issue.add_argument("--account", action="append", help="an account that it reaches; all unless given")
        issue.add_argument("--address", action="append", default=[], help="an address or network it is used from")
        issue.add_argument("--days", type=int, help="after how many days it ends; never unless given")
        revoke.add_argument("prefix", help="how the key begins")

    def handle(self, *args: Any, **options: Any) -> None:
        """Carry out the act; what is refused ends with a non-zero exit status."""
        actor = users.actor_named(options["user"], door=DOOR)
        if actor is None:
            raise CommandError(f"there is no active user {options['user']}")
        try:
            if options["act"] == "list":
                self._list(actor)
            elif options["act"] == "issue":
                self._issue(actor, options)
            else:
                self._revoke(actor, prefix=options["prefix"])
        except AccessError as error:
            raise CommandError(error.detail) from error

    def _list(self, actor: Actor) -> None:
        for key in key_selectors.of_actor(actor):
            self.stdout.write(_line(key))

    def _issue(self, actor: Actor, options: dict[str, Any]) -> None:
        scopes = KeyScope.READ
        scopes |= KeyScope.TRADE if options["trade"] else scopes
        scopes |= KeyScope.ADMIN if options["admin"] else scopes
        terms = KeyTerms(
            scopes=scopes,
            accounts=None if options["account"] is None else frozenset(options["account"]),
            expires_at=None if options["days"] is None else datetime.now(UTC) + timedelta(days=options["days"]),
            addresses=tuple(options["address"]),
        )
        issued = api_keys.issue(actor=actor, name=options["name"], terms=terms)
        self.stdout.write(f"key             {issued.secret}\nsigning secret  {issued.signing_secret}")

    def _revoke(self, actor: Actor, *, prefix: str) -> None:
        found = [key for key in key_selectors.of_actor(actor) if key.prefix == prefix]
        if not found:
            raise CommandError(f"{actor.username} has no key in force that begins with {prefix}")
        keys.revoke(actor=actor, key_id=found[0].key_id)
        self.stdout.write(f"{prefix} is revoked")


def _line(key: KeyRecord) -> str:
    scopes = ",".join(str(scope.name) for scope in key.terms.scopes)
    reach = "all accounts" if key.terms.accounts is None else ",".join(sorted(key.terms.accounts))
    used = "never used" if key.last_used_at is None else f"used {key.last_used_at:%Y-%m-%d %H:%M} UTC"
    return f"{key.prefix}  {scopes:<16}  {reach}  {used}  {key.name}"
