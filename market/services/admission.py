"""What of a request goes on: as much as its accounts' message rates let through and the inboxes have room for."""

from collections import Counter
from collections.abc import Sequence
from typing import Protocol, TypeVar

from market import intake
from market.errors import InboxFull, MarketError
from market.intake import Key
from market.rows import ListedInstrument, TradedAccount
from market.services import message_rate


class Asked(Protocol):
    """A ticket of a request, at its place there, with what it is about."""

    @property
    def place(self) -> int: ...
    @property
    def instrument(self) -> ListedInstrument: ...
    @property
    def account(self) -> TradedAccount: ...
    @property
    def key(self) -> Key: ...


Entry = TypeVar("Entry", bound=Asked)
Errors = dict[int, MarketError]
"""Why tickets go no further, by their places in the request."""


def admitted(asked: Sequence[Entry]) -> tuple[list[Entry], Errors]:
    """The entries that go on, in their order, and the errors of the others, of which nothing is recorded."""
    in_time, too_fast = _in_time(asked)
    with_room, without_room = _with_room(in_time)
    return with_room, {**too_fast, **without_room}


def first_of_each_id(asked: Sequence[Entry]) -> list[Entry]:
    """The entries without those whose ClOrdID an earlier one of the same request has."""
    first: dict[Key, Entry] = {}
    for entry in asked:
        first.setdefault(entry.key, entry)
    return list(first.values())


def _in_time(asked: Sequence[Entry]) -> tuple[Sequence[Entry], Errors]:
    """The first entries of each account that its message rate lets through; the others are refused."""
    wanted = Counter(entry.account for entry in asked if entry.account.limits.messages_per_s_max is not None)
    if not wanted:
        return asked, {}
    granted = {account: message_rate.take(account, wanted=count) for account, count in wanted.items()}
    left = {account: grant.messages for account, grant in granted.items()}
    found: list[Entry] = []
    errors: Errors = {}
    for entry in asked:
        if entry.account not in granted:
            found.append(entry)
        elif left[entry.account] > 0:
            left[entry.account] -= 1
            found.append(entry)
        else:
            errors[entry.place] = message_rate.refusal(granted[entry.account], account=entry.account)
    return found, errors


def _with_room(asked: Sequence[Entry]) -> tuple[list[Entry], Errors]:
    """The entries that the inboxes of their books have room for, in their order; the others are refused.

    A ClOrdID that was used before takes no room: what became of it is told however full the inbox is.
    """
    wanted = Counter(entry.instrument.instrument_id for entry in asked)
    room = intake.room_left(wanted.keys())
    if all(count <= room[instrument_id] for instrument_id, count in wanted.items()):
        return list(asked), {}
    known: set[Key] = set(intake.earlier_uses(sorted({entry.key for entry in asked})))
    found: list[Entry] = []
    errors: Errors = {}
    for entry in asked:
        instrument_id = entry.instrument.instrument_id
        if entry.key not in known and room[instrument_id] > 0:
            room[instrument_id] -= 1
            known.add(entry.key)
        if entry.key in known:
            found.append(entry)
        else:
            errors[entry.place] = InboxFull(entry.instrument.symbol)
    return found, errors
