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
    CHANGE_PHASE = 6
    MASS_CANCEL = 7
    EXPIRE = 8
    SET_REFERENCE = 9
    SET_BANDS = 10
    SET_ALLOCATION = 11
    REBASE = 12
    REJECT_ORDER = 13
    REJECT_CANCEL = 14
    REJECT_REPLACE = 15
    CHANGE_ENGINE = 16
    SET_LAST = 17


class EventKind(IntEnum):
    """What a book answers: ExecType's values for what happens to an order, and what happens to the book itself."""

    NEW = ExecType.NEW
    CANCELED = ExecType.CANCELED
    REPLACED = ExecType.REPLACED
    REJECTED = ExecType.REJECTED
    EXPIRED = ExecType.EXPIRED
    RESTATED = ExecType.RESTATED
    TRADE = ExecType.TRADE
    TRIGGERED = ExecType.TRIGGERED
    CANCEL_REJECTED = ExecType.CANCEL_REJECTED
    REPLACE_REJECTED = ExecType.REPLACE_REJECTED
    PHASE_CHANGED = 0x201
    RULES_CHANGED = 0x202
    MASS_ACTION_DONE = 0x203
