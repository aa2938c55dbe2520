"""How a command ended, as the shell that sent it reads it."""

from enum import IntEnum


class ExitStatus(IntEnum):
    """Exit statuses. Those of 64 and above follow sysexits.h."""

    OK = 0
    MALFORMED = 2
    FORBIDDEN = 3
    NOT_FOUND = 4
    ID_REUSED = 5
    IN_PROGRESS = 6
    REJECTED = 7
    HALTED = 8
    THROTTLED = 9
    BUG = 70
    UNAVAILABLE = 75
