"""In which form a connection speaks: JSON in text frames, or MessagePack in binary ones."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qsl

import msgpack
import orjson

from market.feed import Message
from vocabulary import limits
from ws_api.closing import CloseCode, Ending
from ws_api.requests import BadRequest

SUBPROTOCOL_PREFIX = "marketops."


class Wire(StrEnum):
    """The form of every message of a connection, both ways."""

    JSON = "json"
    MSGPACK = "msgpack"

    def frame_of(self, message: Message) -> dict[str, Any]:
        """A message as the consumer sends it."""
        if self is Wire.MSGPACK:
            return {"bytes_data": message.packed}
        return {"text_data": message.text}

    def read(self, text: str | None, data: bytes | None) -> Any:
        """What a frame says. Raises BadRequest for what is not in this form, Ending for the other kind of frame."""
        if (text is None) is (self is Wire.JSON):
            kind = "text" if self is Wire.JSON else "binary"
            detail = f"Messages are {kind}."
            raise Ending(CloseCode.UNSUPPORTED_DATA, code="unsupported_data", detail=detail)
        size = len((text or "").encode()) if data is None else len(data)
        if size > limits.WS_MESSAGE_BYTES_MAX:
            raise Ending(CloseCode.MESSAGE_TOO_BIG, code="message_too_big", detail="The message is too big.")
        return _from_json(text) if text is not None else _from_msgpack(data or b"")


def chosen(scope: Mapping[str, Any]) -> tuple[Wire, str | None]:
    """The form that a client asks for by subprotocol or by ``?format=``, and the subprotocol to agree to.

    Raises Ending for a query string with anything else in it: a key in it would stand in the logs of every proxy.
    """
    for offered in scope["subprotocols"]:
        for wire in Wire:
            if offered == SUBPROTOCOL_PREFIX + wire:
                return wire, offered
    return _asked_for(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)), None


def _asked_for(parameters: Iterable[tuple[str, str]]) -> Wire:
    wire = Wire.JSON
    for name, value in parameters:
        if name != "format" or value not in set(Wire):
            detail = f"The address takes format, {' or '.join(Wire)}, and no other parameter."
            raise Ending(CloseCode.POLICY_VIOLATION, code="invalid_request", detail=detail)
        wire = Wire(value)
    return wire


def _from_json(text: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise BadRequest("malformed_message", "The message is not JSON.") from error


def _from_msgpack(data: bytes) -> Any:
    try:
        return msgpack.unpackb(data, strict_map_key=True)
    except (ValueError, TypeError, RecursionError, msgpack.UnpackException) as error:
        raise BadRequest("malformed_message", "The message is not MessagePack.") from error
