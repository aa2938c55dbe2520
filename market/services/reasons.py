"""The reasons that operators give for what they do, as people read them, and the references they know it by."""

from market.errors import InvalidRequest
from vocabulary import limits
from vocabulary.identifiers import is_reference


def checked(reason: str, *, is_required: bool = True) -> str:
    """The reason without blanks around it. Raises InvalidRequest when it is too long, or missing."""
    text = reason.strip()
    if is_required and not text:
        raise InvalidRequest("reason must not be empty.", field="reason", code="required")
    if len(text) > limits.REASON_LENGTH_MAX:
        detail = f"reason must not be longer than {limits.REASON_LENGTH_MAX} characters."
        raise InvalidRequest(detail, field="reason", code="too_long")
    return text


def check_reference(reference: str, *, note: str, reserved: str = "") -> None:
    """Raises InvalidRequest for a reference, or a note beside it, that nothing staff ask for can have.

    References that begin with ``reserved`` are the exchange's own.
    """
    if not is_reference(reference):
        raise InvalidRequest(
            "reference must be 1 to 64 letters, digits, dashes and underscores.", field="reference", code="malformed"
        )
    if reserved and reference.startswith(reserved):
        detail = f"References that begin with {reserved} are the exchange's own; choose another."
        raise InvalidRequest(detail, field="reference", code="malformed")
    if len(note) > limits.REASON_LENGTH_MAX or not note.isprintable():
        raise InvalidRequest(
            f"note must be at most {limits.REASON_LENGTH_MAX} printable characters.", field="note", code="malformed"
        )
