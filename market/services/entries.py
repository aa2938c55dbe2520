"""The tickets of a request whose instrument and account exist, and the errors of those of which nothing is recorded."""

from collections.abc import Sequence
from typing import NamedTuple

from access.records import Actor
from market import intake
from market.errors import InvalidRequest, MarketError
from market.intake import EarlierUse, Key
from market.pipelining import pipelined
from market.records import OrderTicket
from market.rows import ListedInstrument, Means, TradedAccount
from market.services import admission, tickets
from vocabulary.identifiers import is_cl_ord_id
from vocabulary.orders import PRICED_TYPES, UNPRICED_TYPES, OrdType, Side
from vocabulary.rejects import RejectReason


class Entry(NamedTuple):
    """A ticket whose instrument and account exist, at its place in the request."""

    place: int
    ticket: OrderTicket
    instrument: ListedInstrument
    account: TradedAccount
    key: Key
    content_hash: bytes

    @property
    def linked_key(self) -> Key | None:
        """The order of the same account that the ticket wishes to be linked to."""
        linked = self.ticket.linked_cl_ord_id
        return None if linked is None else (self.account.account_id, linked)


class Read(NamedTuple):
    """The entries of a request, the errors by the places of its other tickets, and what its accounts can afford.

    ``used`` are those of its ClOrdIDs that were used before; for each other one there is an order id.
    """

    entries: list[Entry]
    errors: dict[int, MarketError]
    means: dict[int, Means]
    used: dict[Key, EarlierUse]
    order_ids: list[int]


def read(order_tickets: Sequence[OrderTicket], *, actor: Actor) -> Read:
    """Lock the accounts that the tickets name and read what they are checked against, in one round trip."""
    with pipelined():
        look_up = intake.LookUp(
            actor=actor,
            symbols={ticket.symbol for ticket in order_tickets},
            numbers={ticket.account for ticket in order_tickets},
            sells={(ticket.account, ticket.symbol) for ticket in order_tickets if ticket.side is Side.SELL},
        )
        malformed = ((place, _malformed(ticket)) for place, ticket in enumerate(order_tickets))
        errors: dict[int, MarketError] = {place: fault for place, fault in malformed if fault is not None}
        well_formed = [(place, ticket) for place, ticket in enumerate(order_tickets) if place not in errors]
        new_ids = intake.NewIds([(ticket.account, ticket.cl_ord_id) for _, ticket in well_formed])
        hashes = [tickets.place_hash(ticket) for _, ticket in well_formed]
    found = look_up.found()
    entries: list[Entry] = []
    for (place, ticket), content_hash in zip(well_formed, hashes, strict=True):
        instrument, account = found.instruments.get(ticket.symbol), found.accounts.get(ticket.account)
        if instrument is None:
            errors[place] = _unknown(RejectReason.UNKNOWN_SYMBOL, field="symbol")
        elif account is None:
            errors[place] = _unknown(RejectReason.UNKNOWN_ACCOUNT, field="account")
        else:
            key = (account.account_id, ticket.cl_ord_id)
            entries.append(Entry(place, ticket, instrument, account, key, content_hash))
    return Read(entries, errors, found.means, new_ids.used(), new_ids.order_ids())


def admitted(read: Read) -> Read:
    """The entries that their accounts' message rates and the inboxes let through; the others are refused."""
    going_on, refused = admission.admitted(read.entries)
    return read._replace(entries=going_on, errors={**read.errors, **refused})


def _malformed(ticket: OrderTicket) -> InvalidRequest | None:
    if not is_cl_ord_id(ticket.cl_ord_id):
        return InvalidRequest("cl_ord_id must be 1 to 64 letters, digits, dashes and underscores.", field="cl_ord_id")
    kind = ticket.ord_type
    if ticket.price is None and kind in PRICED_TYPES:
        return InvalidRequest(f"A {_in_words(kind)} order needs a price.", field="price")
    if ticket.price is not None and kind in UNPRICED_TYPES:
        return InvalidRequest(f"A {_in_words(kind)} order takes no price; leave it out.", field="price")
    return None


def _in_words(kind: OrdType) -> str:
    return kind.name.lower().replace("_", "-")


def _unknown(reason: RejectReason, *, field: str) -> InvalidRequest:
    return InvalidRequest(reason.sentence, field=field, code=reason.code)
