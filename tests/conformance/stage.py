"""A stage for one case at one door: an instrument and a trader of its own, and what there is on record."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from itertools import count
from typing import Any

from django.db import connection
from django.db.models import Model

from access.records import Actor
from access.services import users
from market.models import (
    Account,
    ClOrdIdUse,
    InboxCommand,
    Instrument,
    JournalCommand,
    JournalEvent,
    LedgerEntry,
    Order,
    Position,
    Trade,
)
from market.services import accounts
from tests.conformance.words import GOOD_CHANGE, GOOD_TICKET, Who, Words
from tests.market_place import PASSWORD, MarketPlace
from vocabulary.roles import AccountKind

KEPT: dict[str, type[Model]] = {
    "order": Order,
    "cl_ord_id": ClOrdIdUse,
    "inbox": InboxCommand,
    "journal command": JournalCommand,
    "journal event": JournalEvent,
    "trade": Trade,
    "position": Position,
    "account": Account,
    "ledger": LedgerEntry,
    "instrument": Instrument,
}
# One question for all of a stage's rows, oldest first.
OF_BOOK = "SELECT '{name}', id, to_jsonb(kept)::text FROM {table} kept WHERE instrument_id = %(book)s"
OF_ACCOUNT = """SELECT 'cl_ord_id', id, to_jsonb(kept)::text FROM market_clordiduse kept
 WHERE account_id = (SELECT id FROM market_account WHERE number = %(account)s)"""
TRACED = ("order", "inbox", "journal command", "journal event")
TRACE = " UNION ALL ".join(
    [OF_ACCOUNT, *(OF_BOOK.format(name=name, table=KEPT[name]._meta.db_table) for name in TRACED)]
)
TRACE = f"SELECT name, row FROM ({TRACE}) AS found (name, id, row) ORDER BY name, id"
NOT_OF_THE_CONSOLE = "access_auditentry WHERE action <> 'ssh.command'"
Trace = dict[str, list[dict[str, Any]]]
# What differs between two runs of the same case: numbers that only count, times, and whose run it was.
OF_ONE_RUN = frozenset({
    "id", "instrument_id", "account_id", "created_at", "transact_time", "transact_time_ns", "used_at", "inbox_id",
    "accepted_at", "correlation_id", "content_hash",
})  # fmt: skip
_names = count(1)


@dataclass
class Stage:
    """An instrument and people of its own in an exchange that others use as well. Settings change it."""

    place: MarketPlace
    stranger: Actor
    account: str
    keys: Mapping[Who, str]
    order_id: int | None = None

    @classmethod
    def opened_in(cls, exchange: MarketPlace, *, stranger: Actor, keys: Mapping[Who, str]) -> "Stage":
        """List a new instrument and let a new trader in."""
        number = next(_names)
        trader = users.create(username=f"trader-{number}", password=PASSWORD)
        account = accounts.open_demo_account(trader).number
        place = MarketPlace(
            symbol=f"S{number}",
            operator=exchange.operator,
            staff=exchange.staff,
            trader=trader,
            account=account,
            house=exchange.house,
            house_account=accounts.open_account(owner=exchange.house, kind=AccountKind.HOUSE).number,
            matcher=exchange.matcher,
        )
        place.list(place.symbol)
        return cls(place, stranger, account, {**keys, Who.TRADER: place.key_of(trader)})

    @property
    def symbol(self) -> str:
        """The stage's instrument."""
        return self.place.symbol

    def ticket(self, changes: Words) -> dict[str, str]:
        """The good order with its changes; what is None is left out."""
        whole = {"account": self.account, "symbol": self.symbol, **GOOD_TICKET, **changes}
        return {name: text for name, text in whole.items() if text is not None}

    def change(self, changes: Words) -> dict[str, str]:
        """The good replacement with its changes; what is None is left out."""
        return {name: text for name, text in {**GOOD_CHANGE, **changes}.items() if text is not None}

    def order_named(self, order_id: str | None) -> str:
        """The id that a case names, or that of the stage's order."""
        assert order_id is not None or self.order_id is not None, "the case needs a setting with an order"
        return str(self.order_id) if order_id is None else order_id

    def trace(self) -> Trace:
        """All that is on record of this stage, without what only counts or tells the time."""
        with connection.cursor() as cursor:
            cursor.execute(TRACE, {"book": self._book, "account": self.account})
            rows = [(name, json.loads(row, parse_float=Decimal)) for name, row in cursor.fetchall()]
        ranks = {row["id"]: rank for rank, row in enumerate(row for name, row in rows if name == "order")}
        found: Trace = {}
        for name, row in rows:
            found.setdefault(name, []).append(self._comparable(row, ranks=ranks))
        return found

    @cached_property
    def _book(self) -> int:
        return Instrument.objects.get(symbol=self.symbol).pk

    def _comparable(self, row: dict[str, Any], *, ranks: dict[int, int]) -> dict[str, Any]:
        kept = {name: value for name, value in row.items() if name not in OF_ONE_RUN}
        for name in kept.keys() & {"order_id", "contra_order_id"}:
            kept[name] = ranks.get(kept[name], kept[name])
        for name in kept.keys() & {"reject_text", "outcome_text"}:
            kept[name] = kept[name].replace(self.symbol, "SYMBOL").replace(self.account, "ACCOUNT")
        return kept


def on_record() -> dict[str, int]:
    """How many rows the whole exchange holds of everything that a request could add to."""
    # The console writes down that a command was given, whatever comes of it.
    sources = {name: model._meta.db_table for name, model in KEPT.items()} | {"audit": NOT_OF_THE_CONSOLE}
    with connection.cursor() as cursor:
        cursor.execute("SELECT " + ", ".join(f"(SELECT count(*) FROM {source})" for source in sources.values()))
        return dict(zip(sources, cursor.fetchone(), strict=True))


def added(before: dict[str, int]) -> dict[str, int]:
    """What has been recorded since."""
    return {name: rows - before[name] for name, rows in on_record().items() if rows != before[name]}
