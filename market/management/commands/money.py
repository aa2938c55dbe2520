"""``manage.py money``: what staff do to the money of accounts, for somebody at the machine itself."""

from argparse import ArgumentParser
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from access.records import Actor
from access.selectors import users
from market.errors import MarketError
from market.records import MovementRecord
from market.selectors import movements as movement_selectors
from market.services import accounts, movements
from vocabulary import limits

WAIT_S = 5.0
ACTS = {"deposit": movements.deposit, "withdraw": movements.withdraw, "reset": movements.reset}
DECISIONS = {"approve": movements.approve, "decline": movements.decline}
GRANTS = {"grant": accounts.grant, "revoke": accounts.revoke}


class Command(BaseCommand):
    """Pays in and out, resets, grants and revokes, approves and declines, in the name of one of the staff."""

    help = "Move the money of accounts in the name of a member of the staff (--by)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """An act, what it is about, and who does it."""
        acts = parser.add_subparsers(dest="act", required=True)
        for name, what in (
            ("deposit", "pay an amount in"),
            ("withdraw", "pay an amount out, no more than is free of orders"),
            ("reset", "cancel orders, hand positions over, and start anew with an amount"),
        ):
            act = acts.add_parser(name, help=what)
            act.add_argument("account")
            act.add_argument("amount")
            act.add_argument("reference", help="your own; it is done once by it")
            act.add_argument("--note", default="", help="why")
        for name in DECISIONS:
            acts.add_parser(name, help=f"{name} what somebody else has proposed").add_argument("reference")
        for name in GRANTS:
            act = acts.add_parser(name, help=f"{name} a user's right to an account")
            act.add_argument("account")
            act.add_argument("username")
        acts.add_parser("list", help="the newest movements").add_argument("--waiting", action="store_true")
        for act in acts.choices.values():
            act.add_argument("--by", required=True, metavar="USER", help="who of the staff does it")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it; what is refused ends with a non-zero exit status."""
        actor = users.actor_named(options["by"], door="manage")
        if actor is None:
            raise CommandError(f"there is no user {options['by']}")
        try:
            for movement in self._act(options["act"], options, actor=actor):
                self.stdout.write(_line(movement))
        except MarketError as error:
            raise CommandError(error.detail) from error

    def _act(self, act: str, options: dict[str, Any], *, actor: Actor) -> list[MovementRecord]:
        if act in ACTS:
            waiting = {"wait_s": WAIT_S} if act == "reset" else {}
            rest = {"reference": options["reference"], "note": options["note"], "actor": actor, **waiting}
            return [ACTS[act](options["account"], amount=_amount(options["amount"]), **rest)]
        if act in DECISIONS:
            return [DECISIONS[act](options["reference"], actor=actor)]
        if act in GRANTS:
            GRANTS[act](options["account"], username=options["username"], actor=actor)
            return []
        return movement_selectors.newest(actor=actor, count=limits.PAGE_SIZE_DEFAULT, waiting=options["waiting"])


def _amount(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise CommandError(f"{text} is no amount: say it as a decimal, such as 250.50") from error


def _line(movement: MovementRecord) -> str:
    decided = "" if movement.decided_by is None else f", {movement.decided_by}"
    return (
        f"{movement.reference:<24} {movement.kind:<10} {movement.account:<16} {movement.amount:>20f}  "
        f"{movement.status:<8} {movement.proposed_by}{decided}"
    )
