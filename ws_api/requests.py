"""What every request has in common: it is an object, it may carry an id, and a mistake in it has a code."""

from typing import Any

from vocabulary import limits


class BadRequest(Exception):
    """A message that cannot be followed, with the code and the sentence that its sender is told, and the field."""

    def __init__(self, code: str, detail: str, *, field: str = "") -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail
        self.field = field


def strict_object(said: Any) -> dict[str, Any]:
    """What was said, which must be an object with names for keys. Raises BadRequest."""
    if not isinstance(said, dict) or not all(isinstance(name, str) for name in said):
        raise BadRequest("malformed_message", "The message is not an object.")
    return said


def request_id_in(fields: dict[str, Any]) -> str | None:
    """The id that the answer is to carry. Raises BadRequest."""
    request_id = fields.get("id")
    if request_id is None:
        return None
    if not isinstance(request_id, str) or len(request_id) > limits.WS_REQUEST_ID_LENGTH_MAX:
        detail = f"id must be a text of at most {limits.WS_REQUEST_ID_LENGTH_MAX} characters."
        raise BadRequest("invalid_request", detail, field="id")
    return request_id


def op_in(fields: dict[str, Any], *, ops: dict[str, set[str]]) -> str:
    """What is asked for, of the ``ops`` that there are, each with its own fields. Raises BadRequest."""
    op = fields.get("op")
    if not isinstance(op, str) or op not in ops:
        raise BadRequest("unknown_op", f"op must be one of {', '.join(ops)}.", field="op")
    unknown = sorted(fields.keys() - ops[op] - {"op", "id"})
    if unknown:
        raise BadRequest("invalid_request", f"A {op} has no field {unknown[0][:32]!r}.", field=unknown[0][:32])
    return op
