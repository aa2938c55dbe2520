"""Reading JSON strictly: what two readers could understand differently is refused."""

import json
import re
from collections.abc import Mapping
from typing import IO, Any, NoReturn

from rest_framework import status
from rest_framework.exceptions import APIException, ParseError, UnsupportedMediaType
from rest_framework.parsers import BaseParser

from vocabulary import limits

_BRACKETS_AND_STRINGS = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[{]|[\]}]', re.DOTALL)
_CHARSET = re.compile(r';\s*charset\s*=\s*"?([^\s;"]+)', re.IGNORECASE)
_SURROGATE_ESCAPE = re.compile(r"\\u[dD][89a-fA-F]")


class BodyTooLarge(APIException):
    """The body is larger than the exchange reads."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_code = "body_too_large"
    default_detail = f"The body is larger than {limits.BODY_BYTES_MAX} bytes."


class StrictJSONParser(BaseParser):
    """One JSON object in UTF-8, of bounded size and depth, without duplicate keys, NaN or anything after it."""

    media_type = "application/json"

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        """The object in the body. Raises ParseError, BodyTooLarge or UnsupportedMediaType."""
        charset = _CHARSET.search(media_type or "")
        if charset and charset[1].lower() not in ("utf-8", "utf8"):
            raise UnsupportedMediaType(media_type or "")
        body = stream.read(limits.BODY_BYTES_MAX + 1)
        if len(body) > limits.BODY_BYTES_MAX:
            raise BodyTooLarge
        return object_in(body)


def object_in(body: bytes) -> dict[str, Any]:
    """The JSON object that ``body`` is. Raises ParseError saying what is wrong with it."""
    text = _decoded(body)
    _check_depth(text)
    try:
        value = json.loads(text, object_pairs_hook=_object_of, parse_constant=_refuse_constant)
    except json.JSONDecodeError as error:
        raise ParseError(f"Not JSON: {error.msg} at character {error.pos}.", "malformed_json") from None
    except ValueError:
        raise ParseError("A number in the body has too many digits.", "malformed_json") from None
    if not isinstance(value, dict):
        raise ParseError("The body must be a JSON object.", "not_an_object")
    if _SURROGATE_ESCAPE.search(text):
        _check_surrogates(value)
    return value


def _decoded(body: bytes) -> str:
    if body.startswith(b"\xef\xbb\xbf"):
        raise ParseError("The body starts with a byte order mark.", "malformed_json")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ParseError(f"The body is not UTF-8 at byte {error.start}.", "malformed_json") from None


def _check_depth(text: str) -> None:
    """Count the nesting before the parser, which recurses, sees it. An unclosed string reaches to the end."""
    depth = 0
    for token in _BRACKETS_AND_STRINGS.finditer(text):
        if token[0] in "[{":
            depth += 1
        elif token[0] in "]}":
            depth -= 1
        if depth > limits.JSON_DEPTH_MAX:
            raise ParseError(f"The body is nested deeper than {limits.JSON_DEPTH_MAX} levels.", "nested_too_deep")


def _object_of(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ParseError("A key appears twice in one object.", "duplicate_key")
    return found


def _refuse_constant(name: str) -> NoReturn:
    raise ParseError(f"{name} is not JSON.", "malformed_json")


def _check_surrogates(value: dict[str, Any]) -> None:
    try:
        json.dumps(value, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        raise ParseError("The body holds half of a surrogate pair.", "malformed_json") from None
