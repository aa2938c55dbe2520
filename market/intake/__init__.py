"""The acknowledging transaction: what it reads under lock and what it writes.

Each statement serves one order or a thousand, so that a batch costs little more than a single order.
"""

from market.intake.claims import EarlierUse, Key, NewIds, claim, earlier_uses, next_order_id, note_outcomes
from market.intake.looking_up import LookUp
from market.intake.means import means_of
from market.intake.reading import (
    instruments,
    instruments_by_id,
    linkable,
    lock_account,
    lock_accounts,
    open_orders_of_account,
    open_orders_of_book,
    waits,
)
from market.intake.room import room_left, take_room
from market.intake.transaction import acknowledging_transaction
from market.intake.writing import (
    InboxRow,
    NewOrderRow,
    expire_open_orders,
    insert_cancels,
    insert_inbox,
    insert_orders,
    insert_replacements,
    mark_liquidation,
)

__all__ = [
    "EarlierUse",
    "InboxRow",
    "Key",
    "LookUp",
    "NewIds",
    "NewOrderRow",
    "acknowledging_transaction",
    "claim",
    "earlier_uses",
    "expire_open_orders",
    "insert_cancels",
    "insert_inbox",
    "insert_orders",
    "insert_replacements",
    "instruments",
    "instruments_by_id",
    "linkable",
    "lock_account",
    "lock_accounts",
    "mark_liquidation",
    "means_of",
    "next_order_id",
    "note_outcomes",
    "open_orders_of_account",
    "open_orders_of_book",
    "room_left",
    "take_room",
    "waits",
]
