"""What a book is told and what it answers: the kinds of command and of event."""

from enum import IntEnum

from vocabulary.orders import ExecType


class CommandKind(IntEnum):
    """What a sequenced command asks of a book."""

    NEW_ORDER = 1
    CANCEL = 2
    REPLACE = 3
    HALT = 4
    RESUME = 5


class EventKind(IntEnum):
    """What a book answers: ExecType's values for what happens to an order, and the change of a phase."""

    NEW = ExecType.NEW
    CANCELED = ExecType.CANCELED
    REPLACED = ExecType.REPLACED
    REJECTED = ExecType.REJECTED
    EXPIRED = ExecType.EXPIRED
    TRADE = ExecType.TRADE
    CANCEL_REJECTED = ExecType.CANCEL_REJECTED
    REPLACE_REJECTED = ExecType.REPLACE_REJECTED
    PHASE_CHANGED = 0x201
