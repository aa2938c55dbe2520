"""Posting to the ledger: the only way in which money or quantity moves other than by a trade."""

from decimal import Decimal

from access import hash_chain
from access.records import Actor
from market.models import Account, Instrument, LedgerEntry
from market.models.ledger_entry import LedgerEntryKind

TABLE = "market_ledgerentry"


def post(
    account: Account,
    *,
    kind: LedgerEntryKind,
    amount: Decimal = Decimal(0),
    instrument: Instrument | None = None,
    quantity_lots: int = 0,
    note: str,
    actor: Actor,
) -> LedgerEntry:
    """Append an entry to the chain. Call it in the transaction that moves what it says, after all other locks."""
    previous = hash_chain.lock_head(TABLE)
    entry = LedgerEntry(
        account=account,
        kind=kind,
        amount=amount,
        instrument=instrument,
        quantity_lots=quantity_lots,
        note=note,
        actor_id=actor.user_id,
    )
    entry.digest = hash_chain.link(previous, entry.chained_values)
    entry.save(force_insert=True)
    return entry
