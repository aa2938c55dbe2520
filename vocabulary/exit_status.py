"""How a command ended, as the shell that sent it reads it: one table for the SSH console and the terminal client."""

from enum import IntEnum


class ExitStatus(IntEnum):
    """Exit statuses. Those from 64 to 78 follow sysexits.h, 130 and 141 are what shells show of a signal."""

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
    INTERRUPTED = 130
    READER_GONE = 141
