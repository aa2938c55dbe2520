"""``manage.py corporate``: what an issuer does to all who hold its instrument, for somebody at the machine itself."""

from argparse import ArgumentParser
from decimal import Decimal, InvalidOperation
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from access.records import Actor
from access.selectors import users
from market.errors import MarketError
from market.records import CorporateActionRecord
from market.selectors import corporate_actions as action_selectors
from market.services import corporate_actions
from vocabulary import limits

WAIT_S = 5.0
DECISIONS = {"approve": corporate_actions.approve, "decline": corporate_actions.decline}


class Command(BaseCommand):
    """Pays dividends, splits, delists, lets options expire, approves and declines, in the name of one of the staff."""

    help = "Carry out corporate actions in the name of a member of the staff (--by)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """An act, what it is about, and who does it."""
        acts = parser.add_subparsers(dest="act", required=True)
        for name, what, amount in (
            ("dividend", "pay an amount for each unit that is held", "amount"),
            ("delist", "close an instrument for good and pay its positions out", "price"),
        ):
            act = acts.add_parser(name, help=what)
            act.add_argument("symbol")
            act.add_argument("amount", metavar=amount)
            act.add_argument("reference", help="your own; it is done once by it")
            act.add_argument("--note", default="", help="why; holders read it")
        act = acts.add_parser("split", help="give new units for old ones to all who hold any")
        act.add_argument("symbol")
        act.add_argument("new_units", type=int)
        act.add_argument("old_units", type=int)
        act.add_argument("reference", help="your own; it is done once by it")
        act.add_argument("--note", default="", help="why; holders read it")
        act = acts.add_parser("expire", help="let an option expire now, and pay what it is worth")
        act.add_argument("symbol")
        act.add_argument("reference", help="your own; it is done once by it")
        act.add_argument("--note", default="", help="why; holders read it")
        for name in DECISIONS:
            acts.add_parser(name, help=f"{name} what somebody else has proposed").add_argument("reference")
        acts.add_parser("list", help="the newest actions").add_argument("--waiting", action="store_true")
        for act in acts.choices.values():
            act.add_argument("--by", required=True, metavar="USER", help="who of the staff does it")

    def handle(self, *args: Any, **options: Any) -> None:
        """Do it; what is refused ends with a non-zero exit status."""
        actor = users.actor_named(options["by"], door="manage")
        if actor is None:
            raise CommandError(f"there is no user {options['by']}")
        try:
            for action in self._act(options["act"], options, actor=actor):
                self.stdout.write(_line(action))
        except MarketError as error:
            raise CommandError(error.detail) from error

    def _act(self, act: str, options: dict[str, Any], *, actor: Actor) -> list[CorporateActionRecord]:
        if act in DECISIONS:
            return [DECISIONS[act](options["reference"], actor=actor)]
        if act == "list":
            return action_selectors.newest(actor=actor, count=limits.PAGE_SIZE_DEFAULT, waiting=options["waiting"])
        symbol = options["symbol"]
        rest = {"reference": options["reference"], "note": options["note"], "actor": actor}
        if act == "split":
            units = {name: options[name] for name in ("new_units", "old_units")}
            return [corporate_actions.split(symbol, **units, **rest, wait_s=WAIT_S)]
        if act == "expire":
            return [corporate_actions.expire(symbol, **rest, wait_s=WAIT_S)]
        amount = _amount(options["amount"])
        if act == "dividend":
            return [corporate_actions.pay_dividend(symbol, amount=amount, **rest)]
        return [corporate_actions.delist(symbol, price=amount, **rest, wait_s=WAIT_S)]


def _amount(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation as error:
        raise CommandError(f"{text} is no amount: say it as a decimal, such as 0.25") from error


def _line(action: CorporateActionRecord) -> str:
    decided = "" if action.decided_by is None else f", {action.decided_by}"
    amount = "" if action.amount is None else f"{action.amount:f}"
    if action.new_units is not None:
        amount = f"{action.new_units}:{action.old_units} {amount}".rstrip()
    return (
        f"{action.reference:<24} {action.kind:<10} {action.symbol:<16} {amount:>20}  "
        f"{action.status:<8} {action.proposed_by or 'marketops'}{decided}"
    )
