"""The reasons that operators give for what they do, as people read them."""

from market.errors import InvalidRequest
from vocabulary import limits


def checked(reason: str, *, is_required: bool = True) -> str:
    """The reason without blanks around it. Raises InvalidRequest when it is too long, or missing."""
    text = reason.strip()
    if is_required and not text:
        raise InvalidRequest("reason must not be empty.", field="reason", code="required")
    if len(text) > limits.REASON_LENGTH_MAX:
        detail = f"reason must not be longer than {limits.REASON_LENGTH_MAX} characters."
        raise InvalidRequest(detail, field="reason", code="too_long")
    return text
