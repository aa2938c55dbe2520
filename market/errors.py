"""What the exchange refuses without recording it, each with a stable code. Nothing is kept: the ClOrdID stays free.

A business reject is not an error but a Receipt: it is recorded and stays the same for ever.
"""

from vocabulary.rejects import RejectReason


class MarketError(Exception):
    """A refusal that left nothing behind. ``field`` names the field at fault, if one is."""

    code = "refused"

    def __init__(self, detail: str, *, field: str = "", code: str = "") -> None:
        super().__init__(detail)
        self.detail = detail
        self.field = field
        if code:
            self.code = code


class InvalidRequest(MarketError):
    """The request contradicts itself or names something that does not exist."""

    code = "invalid_request"


class NotFound(MarketError):
    """There is no such thing, or it is somebody else's: the two are told apart by nobody."""

    code = "not_found"


class UnknownSymbol(NotFound):
    """No instrument has the symbol that something is asked of."""

    code = RejectReason.UNKNOWN_SYMBOL.code

    def __init__(self, symbol: str, *, field: str = "symbol") -> None:
        super().__init__(f"There is no instrument {symbol[:32]}.", field=field)


class NotPermitted(MarketError):
    """The actor's role does not allow the act."""

    code = "not_permitted"


class InProgress(MarketError):
    """Another request with the same ClOrdID is being worked on; ask again."""

    code = "in_progress"


class Unavailable(MarketError):
    """The exchange cannot take requests at present; nothing was recorded."""

    code = "unavailable"


class OutcomeUnknown(MarketError):
    """The database went away while the act was being committed: ask again with the same ClOrdID for the truth."""

    code = "outcome_unknown"


class Rejected(MarketError):
    """An act on an existing order or instrument that its state does not allow."""

    def __init__(self, reason: RejectReason, *, detail: str = "", field: str = "") -> None:
        super().__init__(detail or reason.sentence, field=field, code=reason.code)
        self.reason = reason


class Throttled(MarketError):
    """The caller asks too often; ``retry_after_s`` says when to ask again. Nothing was done."""

    code = "throttled"

    def __init__(self, detail: str, *, retry_after_s: float = 1) -> None:
        super().__init__(detail)
        self.retry_after_s = retry_after_s


class InboxFull(Throttled):
    """So many commands wait for the book that it takes no new orders and replacements; cancels are taken."""

    code = "inbox_full"

    def __init__(self, symbol: str) -> None:
        super().__init__(
            f"Too many commands wait for the book of {symbol}: new orders and replacements are refused for a moment, "
            "cancels are taken. Nothing was recorded; send it again."
        )


class Expired(MarketError):
    """The events that are asked for are not kept any more, or lie too far back to be given again."""

    code = "expired"


class OtherEpoch(MarketError):
    """The sequences that are asked for belong to a life of the book that is over: they never come back."""

    code = "other_epoch"


class SequenceAhead(MarketError):
    """The book has not come to the event that is asked for."""

    code = "sequence_ahead"
