"""What can go wrong. Every error carries the exchange's stable ``code``."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from marketops_client.records import Order


class MarketOpsError(Exception):
    """A refusal. ``detail`` is a sentence for people, ``field`` the place of the mistake where there is one."""

    def __init__(self, detail: str, *, code: str = "", field: str = "") -> None:
        super().__init__(f"{detail} [{code}]" if code else detail)
        self.detail = detail
        self.code = code
        self.field = field


class InvalidRequest(MarketOpsError):
    """The request is malformed; nothing was recorded."""


class NotAuthenticated(MarketOpsError):
    """The API key is missing, unknown, revoked or expired."""


class NotPermitted(MarketOpsError):
    """The key or its holder may not do this."""


class NotFound(MarketOpsError):
    """There is no such thing, or it is somebody else's."""


class Rejected(MarketOpsError):
    """A rule of the market said no; the same ticket gets the same answer for ever. ``order`` where one was recorded."""

    def __init__(self, detail: str, *, code: str = "", field: str = "", order: Order | None = None) -> None:
        super().__init__(detail, code=code, field=field)
        self.order = order


class Gone(MarketOpsError):
    """What is asked for is not kept any more, or belongs to a life of the book that is over."""


class Unavailable(MarketOpsError):
    """The exchange cannot answer now; nothing was recorded. ``retry_after_s`` where it says when to come back."""

    def __init__(self, detail: str, *, code: str = "", field: str = "", retry_after_s: float | None = None) -> None:
        super().__init__(detail, code=code, field=field)
        self.retry_after_s = retry_after_s


class Throttled(Unavailable):
    """Too many requests; nothing was recorded."""


class OutcomeUnknown(MarketOpsError):
    """No answer came. Send the same ticket again: it is placed once, and the answer is the truth."""
