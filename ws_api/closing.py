"""Why the server ends a connection: the websocket's close codes, and the exchange's codes beside them."""

from enum import IntEnum

from market.feed import OutboxFailure


class CloseCode(IntEnum):
    """The close codes in use: the standard's own, and those from 4000 on, which are this door's."""

    UNSUPPORTED_DATA = 1003
    POLICY_VIOLATION = 1008
    MESSAGE_TOO_BIG = 1009
    INTERNAL_ERROR = 1011
    SERVICE_RESTART = 1012
    TRY_AGAIN_LATER = 1013
    NOT_AUTHENTICATED = 4001
    NO_SUBSCRIPTION = 4002
    SLOW_CONSUMER = 4008


class Ending(Exception):
    """The connection is to end, for this reason."""

    def __init__(self, close_code: CloseCode, *, code: str, detail: str) -> None:
        super().__init__(detail)
        self.close_code = close_code
        self.code = code
        self.detail = detail


ENDING_OF = {
    OutboxFailure.SLOW_CONSUMER: Ending(
        CloseCode.SLOW_CONSUMER, code=OutboxFailure.SLOW_CONSUMER, detail="Messages were not read as fast as they came."
    ),
    OutboxFailure.FEED_FAILED: Ending(
        CloseCode.INTERNAL_ERROR, code=OutboxFailure.FEED_FAILED, detail="The feed has ended; connect again."
    ),
}
"""How a connection ends whose outbox was given up."""
